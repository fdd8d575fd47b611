import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { encodeRows } from '../../lambda/pipeline/encoding';
import { writeFiles } from '../../lambda/pipeline/table-target';
import { compact } from '../../lambda/rows/compaction';
import { mergeByKey } from '../../lambda/rows/merge';
import { rowsOfFile } from '../../lambda/rows/rows-of-file';
import { alterTable } from '../../lambda/tables/alter-table';
import { createOrEvolveTable, TableChange, type TableDefinition } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { EntryStatus, readManifestEntries } from '../../lambda/tables/manifest';
import { readManifestList } from '../../lambda/tables/manifest-list';
import { openTable } from '../../lambda/tables/open-table';
import { Icebird } from './fixtures/icebird';
import { appendRows, rowsOf, rowTexts } from './fixtures/rows';

const DEFINITION: TableDefinition = {
  schema: {
    type: 'struct',
    fields: [
      { id: 1, name: 'id', required: true, type: 'long' },
      { id: 2, name: 'at', required: false, type: 'timestamptz' },
      { id: 3, name: 'price', required: false, type: 'double' },
      { id: 4, name: 'note', required: false, type: 'string' },
    ],
  },
  partitionSpec: { 'spec-id': 0, fields: [] },
};
const DAY = 86_400_000_000n;

let directory: string;
let uri: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layout-'));
  uri = `file://${directory}/t`;
});
afterEach(() => rmSync(directory, { recursive: true }));

const create = async (definition: Partial<TableDefinition> = {}): Promise<IcebergTable> =>
  (await createOrEvolveTable(uri, { ...DEFINITION, ...definition })).table;

describe('sort order', () => {
  const rows = [
    { id: 1, at: 5n * DAY, price: 2, note: 'b' },
    { id: 2, at: null, price: NaN, note: null },
    { id: 3, at: 5n * DAY + 1n, price: -1, note: 'é' },
    { id: 4, at: 2n * DAY, price: null, note: 'z' },
    { id: 5, at: 2n * DAY + 7n, price: -Infinity, note: 'a' },
  ];
  const compacted = async (sortOrder: TableDefinition['sortOrder']) => {
    const table = await create({ sortOrder });
    for (const row of rows) await appendRows(table, [row]);
    await compact(table, { minFiles: 2 });
    const [file] = await table.dataFiles();
    const ids: unknown[] = [];
    for await (const part of rowsOfFile(table, file)) ids.push(...part.map(({ id }) => Number(id)));
    return { ids, file };
  };

  test.each([
    ['none', undefined, [1, 2, 3, 4, 5]],
    ['asc, nulls first', [{ column: 'price', direction: 'asc' }], [4, 5, 3, 1, 2]],
    [
      'desc, nulls first',
      [{ column: 'price', direction: 'desc', nullOrder: 'nulls-first' }],
      [4, 2, 1, 3, 5],
    ],
    ['text by its bytes', [{ column: 'note', direction: 'asc' }], [2, 5, 1, 4, 3]],
    [
      'a transform, then a column',
      [
        { column: 'at', transform: 'day', direction: 'asc', nullOrder: 'nulls-last' },
        { column: 'id', direction: 'desc' },
      ],
      [5, 4, 3, 1, 2],
    ],
  ] as const)('compaction sorts: %s', async (_name, by, expected) => {
    const { ids, file } = await compacted(by && [...by]);
    expect(ids).toEqual(expected);
    expect(file.sortOrderId).toBe(by && 1);
  });

  test('evolves by field id: a renamed column stays sorted by, an order of before keeps its id', async () => {
    const byPrice = [{ column: 'price', direction: 'asc' }] as const;
    const table = await create({ sortOrder: byPrice });
    await alterTable(table, [{ do: 'rename', column: 'price', to: 'amount' }]);
    const schema = {
      ...DEFINITION.schema,
      fields: DEFINITION.schema.fields.map((field) =>
        field.name === 'price' ? { ...field, name: 'amount' } : field,
      ),
    };
    const define = (column: string) =>
      createOrEvolveTable(uri, { ...DEFINITION, schema, sortOrder: [{ column, direction: 'asc' }] });
    expect((await define('amount')).change).toBe(TableChange.UNCHANGED);
    expect((await define('note')).changes).toEqual(['compaction sorts anew']);
    await define('amount');
    const { metadata } = await openTable(uri);
    expect(metadata['default-sort-order-id']).toBe(1);
    expect(metadata['sort-orders'].map(({ fields }) => fields.map((field) => field['source-id']))).toEqual([
      [],
      [3],
      [4],
    ]);
    // Nobody asks: the order stays.
    expect((await createOrEvolveTable(uri, { ...DEFINITION, schema })).change).toBe(TableChange.UNCHANGED);
  });

  test('by a column that is not there is refused, and nothing is made', async () => {
    await expect(create({ sortOrder: [{ column: 'prize', direction: 'asc' }] })).rejects.toThrow(/prize/);
    await expect(openTable(uri)).rejects.toThrow('No Iceberg table');
  });
});

test('files of the pipeline say the names of their time: a column renamed since reads right by name', async () => {
  const table = await create();
  const target = { table, store: table.store };
  const rows = [{ id: 1n, at: null, price: 2.5, note: 'x' }];
  const [files] = await writeFiles([{ target, files: encodeRows(rows, table) }]);
  await table.append(files, []);
  await alterTable(table, [{ do: 'rename', column: 'note', to: 'remark' }]);
  const bytes = await table.store.get(files[0].filePath);
  const footer = parquetMetadata(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  );
  const entry = footer.key_value_metadata?.find(({ key }) => key === 'iceberg.schema');
  expect(JSON.parse(entry!.value!).fields.map((field: { name: string }) => field.name)).toEqual([
    'id',
    'at',
    'price',
    'note',
  ]);
  const icebird = new Icebird();
  expect(await icebird.read(uri)).toMatchObject([{ id: 1, price: 2.5, remark: 'x' }]);
  await icebird.close();
});

test('partition evolution: each file keeps the spec it was written by; merges, compaction and readers span them', async () => {
  const table = await create();
  const model = new Map<number, Record<string, unknown>>();
  const specs = [
    [],
    [{ column: 'at', transform: 'day' }],
    [
      { column: 'at', transform: 'month' },
      { column: 'id', transform: 'bucket[4]' },
    ],
    [{ column: 'note', transform: 'truncate[1]' }],
    [{ column: 'at', transform: 'day' }],
  ];
  for (const [i, by] of specs.entries()) {
    if (i > 0) await alterTable(table, [{ do: 'partition', by }]);
    for (let commit = 0; commit < 3; commit++) {
      const rows = Array.from({ length: 4 }, (_, k) => {
        const id = i * 12 + commit * 4 + k;
        return { id, at: BigInt(id) * DAY, price: id / 4, note: `n${id}` };
      });
      for (const row of rows) model.set(row.id, row);
      await appendRows(table, rows);
    }
  }
  const same = async () =>
    expect(rowTexts(await rowsOf(await openTable(uri)))).toEqual(rowTexts([...model.values()]));
  await same();
  // The spec of before is found again, not made anew: its files and the new ones share partitions.
  expect(table.metadata['partition-specs'].map((spec) => spec['spec-id'])).toEqual([0, 1, 2, 3]);
  expect(new Set((await table.dataFiles()).map(({ specId }) => specId))).toEqual(new Set([0, 1, 2, 3]));

  const upserts = [0, 13, 27, 40, 55].map((id) => ({ id, at: BigInt(id) * DAY, price: -1, note: 'new' }));
  await mergeByKey(table, { key: ['id'], upserts });
  for (const row of upserts) model.set(row.id, row);
  await same();
  await compact(table, { minFiles: 2 });
  await same();
  const icebird = new Icebird();
  expect(rowTexts(await icebird.read(uri))).toHaveLength(60);
  await icebird.close();
});

test('merged manifests hold every file with the age it had, one spec each, whatever is merged when', async () => {
  const table = await create({ properties: { 'commit.manifest.min-count-to-merge': '3' } });
  const ages = new Map<string, string>();
  for (let i = 0; i < 40; i++) {
    if (i === 20)
      await alterTable(table, [{ do: 'partition', by: [{ column: 'id', transform: 'bucket[2]' }] }]);
    const before = new Set(ages.keys());
    await appendRows(table, [{ id: i }]);
    const fresh = await openTable(uri);
    const snapshot = fresh.metadata.snapshots.at(-1)!;
    for (const file of await fresh.dataFiles())
      if (!before.has(file.filePath))
        ages.set(file.filePath, `${snapshot['snapshot-id']} ${snapshot['sequence-number']} ${file.specId}`);
    expect(ages.size).toBe(i + 1);
    expect(
      new Map(
        (await fresh.dataFiles()).map((f) => [f.filePath, `${f.addedBy} ${f.sequenceNumber} ${f.specId}`]),
      ),
    ).toEqual(ages);
  }
  const list = table.metadata.snapshots.at(-1)!['manifest-list'];
  const manifests = readManifestList(await table.store.get(list));
  expect(manifests.length).toBeLessThan(16);
  for (const manifest of manifests) {
    const entries = readManifestEntries(await table.store.get(manifest.manifest_path), manifest);
    const count = (status: EntryStatus) => entries.filter((entry) => entry.status === status).length;
    expect(count(EntryStatus.EXISTING)).toBe(manifest.existing_files_count);
    expect(count(EntryStatus.ADDED)).toBe(manifest.added_files_count);
    const oldest = Math.min(...entries.map((entry) => Number(entry.sequence_number)));
    expect(Number(manifest.min_sequence_number)).toBe(oldest);
  }
});
