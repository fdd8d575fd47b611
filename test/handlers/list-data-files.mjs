// Tells whoever asks the data files of the Iceberg table at a file:// URI, found by icebird, which knows nothing of this package.
// A thread of its own because icebird and its hyparquet are ES modules only, which jest cannot require.
import fs from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { icebergManifests, icebergMetadata } from 'icebird';

// icebird reads by URL only, and Node's fetch does not know files.
globalThis.fetch = async (input) => {
  const file = decodeURI(String(input)).replace('file://', '');
  return fs.existsSync(file) ? new Response(fs.readFileSync(file)) : new Response(null, { status: 404 });
};

const DELETED = 2;

async function dataFiles(tableUrl) {
  const metadata = await icebergMetadata({ tableUrl });
  const hasData = Number(metadata['current-snapshot-id'] ?? -1) > 0;
  const manifests = hasData ? await icebergManifests(metadata) : [];
  return manifests.flatMap(({ entries }) =>
    entries
      .filter(({ status }) => status !== DELETED)
      .map(({ data_file }) => data_file.file_path.replace('file://', '')),
  );
}

parentPort.on('message', ({ uri, answer }) => {
  dataFiles(uri).then(
    (files) => answer.postMessage({ files }),
    (error) => answer.postMessage({ error: `icebird cannot read ${uri}: ${error.message}` }),
  );
});
