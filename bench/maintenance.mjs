// node bench/maintenance.mjs [commits]
// A table that took 10,000 small commits against the same rows written at once: what it costs to plan and to read it,
// before maintenance (compaction, snapshot expiry), and after. Run `npm run build` first.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const tables = (name) => require(`../dist/lambda/tables/${name}.js`);
const rows = (name) => require(`../dist/lambda/rows/${name}.js`);
const { createOrEvolveTable } = tables('create-table');
const { openTable } = tables('open-table');
const { compact } = rows('compaction');
const { expireSnapshots } = tables('expire-snapshots');
const { rowsOfFile } = rows('rows-of-file');
const { writeRows } = rows('write-rows');

const COMMITS = Number(process.argv[2] ?? 10_000);
const ROWS_IN_A_COMMIT = 20;
const READS = 7;

const field = (id, name, type) => ({ id, name, required: true, type });
const definition = {
  schema: {
    type: 'struct',
    fields: [field(1, 'id', 'long'), field(2, 'at', 'timestamptz'), field(3, 'page', 'string')],
  },
  partitionSpec: { 'spec-id': 0, fields: [] },
  properties: { 'write.metadata.previous-versions-max': '5' },
};
const rowsFrom = (first, count) =>
  Array.from({ length: count }, (_, i) => ({
    id: first + i,
    at: 1_714_521_600_000_000 + (first + i) * 1000,
    page: `/products/${(first + i) % 97}`,
  }));

async function seconds(operation) {
  const started = performance.now();
  await operation();
  return (performance.now() - started) / 1000;
}

/** Opens the table, lists its files and decodes every row. */
async function read(uri) {
  let rows = 0;
  const took = await seconds(async () => {
    const table = await openTable(uri);
    for (const file of await table.dataFiles()) {
      for await (const part of rowsOfFile(table, file)) rows += part.length;
    }
  });
  return { seconds: took, rows };
}

/** The fastest of several reads of each, by turns: what else runs on the machine then slows all of them. */
async function fastest(...uris) {
  const fewest = uris.map(() => Infinity);
  for (let i = 0; i < READS; i++) {
    for (const [k, uri] of uris.entries()) fewest[k] = Math.min(fewest[k], (await read(uri)).seconds);
  }
  return fewest;
}

function onDisk(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const sizes = files.map((entry) => statSync(path.join(entry.parentPath, entry.name)).size);
  return { files: sizes.filter((size) => size > 0).length, bytes: sizes.reduce((a, b) => a + b, 0) };
}

async function figures(name, uri) {
  const table = await openTable(uri);
  const { files, bytes } = onDisk(uri.replace('file://', ''));
  const scan = await read(uri);
  return {
    table: name,
    rows: scan.rows,
    'data files': (await table.dataFiles()).length,
    'files on disk': files,
    MiB: Number((bytes / 2 ** 20).toFixed(1)),
    'metadata KiB': Math.round(JSON.stringify(table.metadata).length / 1024),
    'read s': Number(scan.seconds.toFixed(3)),
  };
}

const directory = mkdtempSync(path.join(os.tmpdir(), 'maintenance-'));
try {
  const [small, whole] = ['small', 'whole'].map((name) => `file://${directory}/${name}`);
  const { table } = await createOrEvolveTable(small, definition);
  const commits = [];
  for (let i = 0; i < COMMITS; i++) {
    commits.push(
      await seconds(async () => {
        const files = await writeRows(table, rowsFrom(i * ROWS_IN_A_COMMIT, ROWS_IN_A_COMMIT));
        await table.append(files, [{ lane: 'a', first: String(i), last: String(i) }]);
      }),
    );
    // As the maintenance of a deployed table does: the metadata names every snapshot that is kept.
    if (i % 1000 === 999) await expireSnapshots(table, { olderThan: Date.now(), keepLast: 100 });
  }
  const { table: other } = await createOrEvolveTable(whole, definition);
  await other.append(await writeRows(other, rowsFrom(0, COMMITS * ROWS_IN_A_COMMIT)), []);

  const results = [await figures('written at once', whole), await figures(`${COMMITS} commits`, small)];
  const compaction = await seconds(() => compact(table));
  const expiry = await seconds(() => expireSnapshots(table, { olderThan: Date.now() + 1000, keepLast: 1 }));
  results.push(await figures('after maintenance', small));
  console.table(results);
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1] * 1000;
  const tenth = Math.max(1, Math.floor(COMMITS / 10));
  console.log(
    `commit, median ms: first tenth ${median(commits.slice(0, tenth)).toFixed(1)}, last tenth ${median(commits.slice(-tenth)).toFixed(1)}`,
  );
  console.log(`compaction ${compaction.toFixed(1)} s, expiry ${expiry.toFixed(1)} s`);
  const [atOnce, maintained] = await fastest(whole, small);
  console.log(
    `read, s: written at once ${atOnce.toFixed(3)}, after maintenance ${maintained.toFixed(3)}, ratio ${(maintained / atOnce).toFixed(2)}`,
  );
} finally {
  rmSync(directory, { recursive: true });
}
