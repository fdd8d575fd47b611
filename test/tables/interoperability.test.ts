import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { compact } from '../../lambda/rows/compaction';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import type { DataFile } from '../../lambda/tables/data-file';
import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { incrementalRead } from '../../lambda/tables/incremental-read';
import { EntryStatus, manifestContext, toDataFileStruct, writeManifest } from '../../lambda/tables/manifest';
import { writeManifestList, type ManifestFile } from '../../lambda/tables/manifest-list';
import { mergeByKey } from '../../lambda/rows/merge';
import { openTable } from '../../lambda/tables/open-table';
import { overwrite, replaceFiles } from '../../lambda/tables/overwrite';
import { rollBack } from '../../lambda/tables/rollback';
import { writeRows } from '../../lambda/rows/write-rows';
import { changeMetadata } from '../../lambda/tables/metadata-change';
import { withSnapshot } from '../../lambda/tables/metadata-update';
import { UNPARTITIONED } from './fixtures/lanes';
import { Icebird } from './fixtures/icebird';
import { appendRows, rowsOf, rowTexts } from './fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'note', required: false, type: 'string' },
  ],
};

let directory: string;
let uri: string;
let table: IcebergTable;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'interoperability-'));
  uri = `file://${directory}/t`;
  ({ table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED }));
});
afterEach(() => rmSync(directory, { recursive: true }));
const ids = async () =>
  (await rowsOf(await openTable(uri))).map((row) => Number(row.id)).sort((a, b) => a - b);

/** As another engine commits row-level deletes. */
async function commitDeletes(content: 1 | 2): Promise<DataFile> {
  const [target] = await table.dataFiles();
  const deletes: DataFile = {
    ...target,
    content,
    filePath: `${table.location}/data/deletes-${content}.parquet`,
    recordCount: 1,
    ...(content === 2 && { equalityIds: [1] }),
  };
  const { metadata } = table;
  const context = manifestContext(metadata, 0);
  const id = 17;
  const sequenceNumber = Number(metadata['last-sequence-number']) + 1;
  const manifest = writeManifest(context, [
    {
      status: EntryStatus.ADDED,
      snapshot_id: id,
      sequence_number: null,
      file_sequence_number: null,
      data_file: toDataFileStruct(deletes, context.partition),
    },
  ]);
  const path = `${table.location}/metadata/deletes-m0.avro`;
  await table.store.put(path, manifest);
  const [previous] = await table.state.manifests();
  const entry: ManifestFile = {
    ...previous,
    manifest_path: path,
    manifest_length: manifest.length,
    content: 1,
    sequence_number: sequenceNumber,
    min_sequence_number: sequenceNumber,
    added_snapshot_id: id,
    added_files_count: 1,
    existing_files_count: 0,
    deleted_files_count: 0,
  };
  const list = `${table.location}/metadata/snap-17.avro`;
  await table.store.put(list, writeManifestList([entry, previous], { id, sequenceNumber }));
  await changeMetadata(table.state, (base) =>
    withSnapshot(
      base,
      {
        'snapshot-id': id,
        'parent-snapshot-id': base['current-snapshot-id'],
        'sequence-number': sequenceNumber,
        'timestamp-ms': Date.now(),
        'manifest-list': list,
        summary: { operation: 'overwrite' },
      },
      {},
    ),
  );
  return deletes;
}

describe.each([
  [1, 'position'],
  [2, 'equality'],
] as const)('delete files of another engine (content %d)', (content, kind) => {
  test('are never ignored: whoever needs the rows is told, and nothing changes', async () => {
    await appendRows(table, [{ id: 1 }, { id: 2 }]);
    const readAt = table.metadata['current-snapshot-id']!;
    const removed = await table.dataFiles();
    const deletes = await commitDeletes(content);
    const { metadataLocation } = await openTable(uri);
    const message = new RegExp(`1 delete files of another engine \\(${kind} deletes in ${deletes.filePath}`);
    await expect(table.dataFiles()).rejects.toThrow(message);
    await expect(compact(table)).rejects.toThrow(message);
    await expect(mergeByKey(table, { key: ['id'], upserts: [{ id: 1 }] })).rejects.toThrow(message);
    const added = await writeRows(table, [{ id: 1 }]);
    await expect(overwrite(table, { removed, added })).rejects.toThrow(message);
    await expect(replaceFiles(table, { removed, added, readAt })).rejects.toThrow(
      /deleted rows by delete files/,
    );
    expect((await openTable(uri)).metadataLocation).toBe(metadataLocation);
  });

  test('are listed, survive appends, and are told to incremental readers', async () => {
    await appendRows(table, [{ id: 1 }, { id: 2 }]);
    const before = table.metadata['current-snapshot-id']!;
    await commitDeletes(content);
    await appendRows(table, [{ id: 3 }]);
    const opened = await openTable(uri);
    expect((await opened.currentDataFiles()).map((file) => file.content).sort()).toEqual([0, 0, content]);
    const { added, rewrites } = await incrementalRead(opened, before);
    expect(added).toHaveLength(1);
    expect(rewrites).toEqual([{ snapshotId: 17, operation: 'overwrite' }]);
    // The past from before the deletes can be read.
    expect(await rowsOf(opened, opened.snapshot(before))).toHaveLength(2);
  });
});

describe('a table as a Java engine leaves it', () => {
  const JAVA = 8_946_213_759_842_075_648n;

  /** 64-bit snapshot ids, nulls where there is nothing, keys that only Java writes. */
  async function asJava(): Promise<void> {
    await appendRows(table, [{ id: 1, note: 'java' }]);
    const file = `${directory}/t/metadata/v2.metadata.json`;
    const ours = String(table.metadata['current-snapshot-id']);
    const text = readFileSync(file, 'utf8')
      .replaceAll(new RegExp(`(?<!snap-)${ours}`, 'g'), String(JAVA))
      .replace(
        `"snapshot-id":${JAVA},"sequence-number"`,
        `"snapshot-id":${JAVA},"parent-snapshot-id":null,"sequence-number"`,
      )
      .replace('"refs":', '"statistics":[],"partition-statistics":[],"row-lineage":null,"refs":');
    writeFileSync(file, text);
    table = await openTable(uri);
    expect(table.metadata['current-snapshot-id']).toBe(JAVA);
  }

  test('is continued: append, merge, compact, roll back by its 64-bit id, expire', async () => {
    await asJava();
    await appendRows(table, [{ id: 2 }], [{ lane: 'a', first: '0', last: '4' }]);
    await mergeByKey(table, { key: ['id'], upserts: [{ id: 1, note: 'ours' }, { id: 3 }] });
    for (const id of [4, 5, 6]) await appendRows(table, [{ id }]);
    expect((await incrementalRead(table, JAVA)).rewrites).toHaveLength(1);
    await compact(table, { minFiles: 2 });
    expect(await ids()).toEqual([1, 2, 3, 4, 5, 6]);

    await rollBack(table, JAVA);
    expect(await ids()).toEqual([1]);
    expect(table.position('a')).toBeUndefined();
    const text = readFileSync(table.metadataLocation.replace('file://', ''), 'utf8');
    expect(text).toContain(`"current-snapshot-id":${JAVA}`);
    expect(text).toContain('"row-lineage":null');
    await appendRows(table, [{ id: 2 }], [{ lane: 'a', first: '0', last: '4' }]);
    await expireSnapshots(table, { olderThan: Date.now() + 1000 });
    expect(await ids()).toEqual([1, 2]);
    expect((await openTable(uri)).position('a')).toBe('4');
    const icebird = new Icebird();
    expect(rowTexts(await icebird.read(uri))).toEqual(rowTexts(await rowsOf(table)));
    await icebird.close();
  });

  test('without refs and with a null snapshot: an empty table of format version 2', async () => {
    const file = `${directory}/t/metadata/v1.metadata.json`;
    const text = readFileSync(file, 'utf8')
      .replace('"current-snapshot-id":-1', '"current-snapshot-id":null')
      .replace('"refs":{},', '')
      .replace('"snapshot-log":[],', '');
    writeFileSync(file, text);
    table = await openTable(uri);
    expect(await table.dataFiles()).toEqual([]);
    expect((await compact(table)).filesBefore).toBe(0);
    expect((await expireSnapshots(table, {})).expired).toEqual([]);
    await mergeByKey(table, { key: ['id'], upserts: [{ id: 1 }] });
    expect(await ids()).toEqual([1]);
  });
});
