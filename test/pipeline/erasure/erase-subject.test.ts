import { scryptSync } from 'node:crypto';
import { withoutSubject } from '../../../lambda/pipeline/erasure/audit-record';
import { ErasureState } from '../../../lambda/pipeline/erasure/erase-table';
import { SubjectScan } from '../../../lambda/pipeline/erasure/subject-scan';
import { eraseUnreferenced } from '../../../lambda/pipeline/erasure/unreferenced-files';
import { compact } from '../../../lambda/rows/compaction';
import { alterTable } from '../../../lambda/tables/alter-table';
import { expireSnapshots } from '../../../lambda/tables/expire-snapshots';
import { incrementalRead } from '../../../lambda/tables/incremental-read';
import {
  EntryStatus,
  manifestContext,
  toDataFileStruct,
  writeManifest,
} from '../../../lambda/tables/manifest';
import { changeMetadata } from '../../../lambda/tables/metadata-change';
import { overwrite } from '../../../lambda/tables/overwrite';
import { dropRef, tagSnapshot } from '../../../lambda/tables/refs';
import { currentSnapshot } from '../../../lambda/tables/table-metadata';
import { writeRows } from '../../../lambda/rows/write-rows';
import { MemoryStore } from '../../stores/memory-store';
import { Fault, FaultKind } from '../../tables/fixtures/faults';
import { appendRows, rowsOf } from '../../tables/fixtures/rows';
import {
  AUDIT,
  BRONZE,
  create,
  filled,
  ids,
  open,
  request,
  row,
  run,
  SCHEMA,
  schemaOf,
  telling,
} from './orders';

const records = (store: MemoryStore) =>
  [...store.objects]
    .filter(([uri]) => uri.startsWith(AUDIT))
    .map(([uri, { bytes }]) => ({ uri, text: Buffer.from(bytes).toString() }));
const withoutRecords = (store: MemoryStore) =>
  [...store.objects.keys()].filter((uri) => !uri.startsWith(AUDIT));

test('rows, history, bounds and files of a subject go; others and positions stay', async () => {
  const store = new MemoryStore();
  const before = await filled(store);
  expect(await telling(store)).not.toEqual([]);
  const kept = new Set((await before.dataFiles()).map(({ filePath }) => filePath));
  const record = await run(store);
  expect(record.tables).toEqual([
    {
      table: BRONZE,
      state: 'erased',
      rows: 2,
      filesRewritten: 2,
      snapshotsExpired: 4,
      unreferencedRemoved: 0,
    },
  ]);
  expect(record.complete).toBe(true);
  expect(await ids(store)).toEqual([1, 1, 2, 4, 9]);
  const table = await open(store);
  expect(table.position('a')).toBe('3');
  expect(currentSnapshot(table.metadata)!.summary).toMatchObject({
    operation: 'overwrite',
    'lakehouse.erased': '2',
    'total-records': '5',
  });
  expect(await telling(store)).toEqual([]);
  // A file is left alone whose bounds exclude the subject; of 1 to 9 it has to be read, and stays as it was.
  expect((await table.dataFiles()).filter(({ filePath }) => kept.has(filePath))).toHaveLength(2);
  // Who read the table before has to read it anew: rows went, and the snapshots between are gone.
  const seen = currentSnapshot(before.metadata)!['snapshot-id'];
  expect(await incrementalRead(table, seen)).toMatchObject({
    added: [],
    rewrites: [{ operation: 'overwrite' }],
  });
  await appendRows(table, [row(5)], [{ lane: 'a', first: '4', last: '4' }]);
  expect(table.position('a')).toBe('4');
});

test('the record tells everything but who: a hash with a salt, before and after', async () => {
  const store = new MemoryStore();
  await filled(store);
  const subject = { fields: [{ column: 'email', values: ['c3@example.com'] }] };
  const { subject: hashed } = await run(store, request({ subject }));
  const written = records(store);
  expect(written.map(({ uri }) => uri)).toEqual([
    expect.stringMatching(/^s3:\/\/audit\/erasures\/r-1\/2027-01-01T00-00-00-000Z-asked-[0-9a-f]{8}\.json$/),
    expect.stringMatching(/^s3:\/\/audit\/erasures\/r-1\/2027-01-01T00-00-00-000Z-done-[0-9a-f]{8}\.json$/),
  ]);
  for (const { text } of written) {
    expect(text).not.toContain('c3@');
    expect(JSON.parse(text)).toMatchObject({
      request: 'r-1',
      requestedBy: 'dpo',
      startedAt: '2027-01-01T00:00:00.000Z',
      subject: hashed,
    });
  }
  expect(JSON.parse(written[0].text).tables).toEqual([BRONZE]);
  const [hash] = hashed.fields.email;
  expect(scryptSync('c3@example.com', Buffer.from(hashed.salt, 'hex'), 32).toString('hex')).toBe(hash);
});

test('without a record that it was asked for, nothing is erased', async () => {
  const store = new MemoryStore();
  await filled(store);
  await expect(run(store, request(), { fault: new Fault(1, FaultKind.LOST_REQUEST) })).rejects.toThrow(
    'Fault',
  );
  expect(await ids(store)).toEqual([1, 1, 2, 3, 3, 4, 9]);
});

test('again it does nothing but tell so; a later event of the subject is new data', async () => {
  const store = new MemoryStore();
  await filled(store);
  await run(store);
  const objects = withoutRecords(store);
  const again = await run(store, request({ id: 'r-2' }));
  expect(again.tables).toMatchObject([{ state: 'erased', rows: 0, snapshotsExpired: 0 }]);
  expect(withoutRecords(store)).toEqual(objects);
  expect(records(store)).toHaveLength(4);
  await appendRows(await open(store), [row(3)], [{ lane: 'a', first: '4', last: '4' }]);
  expect(await ids(store)).toEqual([1, 1, 2, 3, 4, 9]);
});

test('files that the table has elsewhere go as well, with their versions', async () => {
  const store = new MemoryStore();
  const table = await create(store);
  await changeMetadata(table.state, ({ properties }) => ({
    properties: { ...properties, 'write.data.path': 's3://offloaded/orders' },
  }));
  await appendRows(await open(store), [row(3), row(4)]);
  expect((await telling(store)).some((uri) => uri.startsWith('s3://offloaded/orders/'))).toBe(true);
  const looked: string[] = [];
  const versions = {
    versions: async function* (prefix: string) {
      looked.push(prefix);
    },
    remove: async () => undefined,
    lockOf: async () => undefined,
  };
  const record = await run(store, request(), { versions });
  expect(record.tables).toMatchObject([{ state: 'erased', rows: 1 }]);
  expect(await telling(store)).toEqual([]);
  expect(looked).toEqual([`${BRONZE}/`, 's3://offloaded/orders/']);
});

test('a table without the subject keeps its history', async () => {
  const store = new MemoryStore();
  const table = await filled(store);
  const subject = { fields: [{ column: 'customer_id', values: ['5'] }] };
  expect((await run(store, request({ subject }))).tables).toMatchObject([{ state: 'erased', rows: 0 }]);
  await table.refresh();
  expect(table.metadata.snapshots).toHaveLength(4);
});

test('what earlier commits removed is forgotten too: files of old snapshots, entries of manifests with their bounds', async () => {
  const store = new MemoryStore();
  const table = await create(store);
  await table.append([...(await writeRows(table, [row(3)])), ...(await writeRows(table, [row(4)]))], []);
  const removed = (await table.dataFiles()).filter(({ lowerBounds }) =>
    Buffer.from(lowerBounds.get(2)!).includes('c3'),
  );
  await overwrite(table, { removed, added: [] });
  expect(await ids(store)).toEqual([4]);
  expect((await telling(store)).some((uri) => uri.endsWith('.avro'))).toBe(true);
  expect((await run(store)).tables).toMatchObject([
    { state: 'erased', rows: 0, filesRewritten: 0, snapshotsExpired: 2 },
  ]);
  expect(await telling(store)).toEqual([]);
  expect(await ids(store)).toEqual([4]);
});

test('many files are written anew in several commits, which count together', async () => {
  const store = new MemoryStore();
  const table = await create(store);
  const files = [];
  for (let id = 100; id < 170; id++) files.push(...(await writeRows(table, [row(3), row(id)])));
  await table.append(files, []);
  const before = table.metadata['last-sequence-number'];
  expect((await run(store)).tables).toMatchObject([{ state: 'erased', rows: 70, filesRewritten: 70 }]);
  await table.refresh();
  expect(Number(table.metadata['last-sequence-number']) - Number(before)).toBe(2);
  expect(await ids(store)).toHaveLength(70);
  expect(await telling(store)).toEqual([]);
});

test('a partition of the subject goes with its name, also from the record', async () => {
  const store = new MemoryStore();
  const spec = {
    'spec-id': 0,
    fields: [{ 'source-id': 1, 'field-id': 1000, name: 'customer_id', transform: 'identity' }],
  };
  const table = await create(store, BRONZE, SCHEMA, spec);
  await appendRows(table, [1, 3].map(row));
  const [file] = (await table.dataFiles()).filter(({ partition }) => partition[0] === 3n);
  store.objects.delete(file.filePath);
  const failed = await run(store);
  expect(failed.tables[0].reason).toContain('/customer_id=(erased)/');
  expect(JSON.stringify(failed)).not.toContain('customer_id=3');

  const other = new MemoryStore();
  await appendRows(await create(other, BRONZE, SCHEMA, spec), [1, 3].map(row));
  await run(other);
  expect(await telling(other)).toEqual([]);
  expect(await ids(other)).toEqual([1]);
});

test('several fields all have to agree, values of one are either; a table with some of them only fails', async () => {
  const store = new MemoryStore();
  await filled(store);
  const counts = 's3://lake/gold/counts';
  await create(store, counts, schemaOf({ customer_id: 'long' }));
  const others = 's3://lake/gold/others';
  await create(store, others, schemaOf({ n: 'long' }));
  const subject = {
    fields: [
      { column: 'customer_id', values: ['3', '4', '9'] },
      { column: 'email', values: ['c4@example.com', 'c9@example.com', 'c1@example.com'] },
    ],
  };
  const { tables, complete } = await run(store, request({ subject, tables: [BRONZE, counts, others] }));
  expect(await ids(store)).toEqual([1, 1, 2, 3, 3]);
  expect(tables.map(({ state, reason }) => [state, reason])).toEqual([
    ['erased', undefined],
    [
      'failed',
      `SubjectNotTold: ${counts} has no column "email" of single values, and without it a subject cannot be told from others. It has: customer_id.`,
    ],
    [
      'skipped',
      `SubjectUnknown: ${others} has no column "customer_id", "email" of single values. It has: n.`,
    ],
  ]);
  expect(complete).toBe(false);
});

test('others may append and compact meanwhile', async () => {
  const store = new MemoryStore();
  await filled(store);
  const put = store.put.bind(store);
  let busy = 0;
  jest.spyOn(store, 'put').mockImplementation(async (uri, ...rest) => {
    if (busy === 0 && /v\d+\.metadata\.json$/.test(uri)) {
      busy++;
      const other = await open(store);
      await appendRows(other, [row(7)], [{ lane: 'a', first: '4', last: '4' }]);
      await compact(other, { minFiles: 2 });
    }
    return put(uri, ...rest);
  });
  const record = await run(store);
  expect(record.tables).toMatchObject([{ state: 'erased', rows: 2 }]);
  expect(await ids(store)).toEqual([1, 1, 2, 4, 7, 9]);
  expect((await open(store)).position('a')).toBe('4');
});

test('rows that come in again and again end it: it is told, and nothing waits', async () => {
  const store = new MemoryStore();
  await filled(store);
  const put = store.put.bind(store);
  let appending = false;
  jest.spyOn(store, 'put').mockImplementation(async (uri, ...rest) => {
    await put(uri, ...rest);
    if (appending || !/v\d+\.metadata\.json$/.test(uri)) return;
    appending = true;
    await appendRows(await open(store), [row(3)]);
    appending = false;
  });
  expect(await run(store)).toMatchObject({
    complete: false,
    tables: [
      { state: 'failed', reason: expect.stringMatching(/^\d rows of the subject came in meanwhile\./) },
    ],
  });
});

test('a tag keeps what it names, and is told of until it is dropped', async () => {
  const store = new MemoryStore();
  const table = await filled(store);
  await tagSnapshot(table, { name: 'audited' });
  const held = await run(store);
  expect(held.complete).toBe(false);
  expect(held.tables).toMatchObject([{ state: 'held', rows: 2, heldBy: ['audited'] }]);
  await table.refresh();
  await dropRef(table, 'audited');
  expect(await run(store)).toMatchObject({ complete: true, tables: [{ state: 'erased', rows: 2 }] });
  expect(await telling(store)).toEqual([]);
});

test('files of writers that died go once they are old enough; until then those of the subject are named', async () => {
  const store = new MemoryStore();
  const table = await filled(store);
  const [[orphan], [young], [others]] = [
    await writeRows(table, [row(3)]),
    await writeRows(table, [row(3)]),
    await writeRows(table, [row(4)]),
  ];
  const old = store.objects.get(orphan.filePath)!;
  store.objects.set(orphan.filePath, { ...old, modifiedAt: Date.now() - 4 * 86_400_000 });
  const record = await run(store);
  expect(record.tables).toMatchObject([
    {
      state: 'held',
      unreferencedRemoved: 1,
      unreferenced: [{ uri: young.filePath, until: '2027-01-04T00:00:00.000Z' }],
    },
  ]);
  expect(store.objects.has(orphan.filePath)).toBe(false);
  expect(store.objects.has(others.filePath)).toBe(true);
});

test('a file of a dead writer that cannot be read is no file without the subject', async () => {
  const store = new MemoryStore();
  const table = await filled(store);
  const [{ filePath }] = await writeRows(table, [row(3)]);
  const get = table.store.get.bind(table.store);
  jest
    .spyOn(table.store, 'get')
    .mockImplementation((uri) => (uri === filePath ? Promise.reject(new Error('Access Denied')) : get(uri)));
  const rows = {
    columns: ['customer_id'],
    candidates: <T>(files: readonly T[]) => [...files],
    matches: () => true,
  };
  await expect(eraseUnreferenced(table, new SubjectScan(table, rows), 0)).rejects.toThrow('Access Denied');
});

describe('a manifest of a commit that failed, whose files are gone, is named while it is young', () => {
  const orphan = async (store: MemoryStore, id: number) => {
    const table = await filled(store);
    const [file] = await writeRows(table, [row(id)]);
    const context = manifestContext(table.metadata, 0);
    const entry = {
      status: EntryStatus.ADDED,
      snapshot_id: 7,
      sequence_number: null,
      file_sequence_number: null,
      data_file: toDataFileStruct(file, context.partition),
    };
    const uri = `${BRONZE}/metadata/dead-m0.avro`;
    await table.store.put(uri, writeManifest(context, [entry]));
    await table.store.delete(file.filePath);
    return uri;
  };

  test('where its bounds tell of the subject', async () => {
    const store = new MemoryStore();
    const uri = await orphan(store, 3);
    expect((await run(store)).tables).toMatchObject([
      { state: 'held', unreferenced: [{ uri, until: '2027-01-04T00:00:00.000Z' }] },
    ]);
    const old = store.objects.get(uri)!;
    store.objects.set(uri, { ...old, modifiedAt: Date.now() - 4 * 86_400_000 });
    expect((await run(store)).tables).toMatchObject([{ state: 'erased' }]);
    expect(await telling(store)).toEqual([]);
  });

  test('and not where they tell of others', async () => {
    const store = new MemoryStore();
    const uri = await orphan(store, 4);
    expect((await run(store)).tables).toMatchObject([{ state: 'erased' }]);
    expect(store.objects.has(uri)).toBe(true);
  });
});

test('a column that was dropped is no reason to skip, while files still hold its values', async () => {
  const store = new MemoryStore();
  const table = await filled(store);
  await alterTable(table, [{ do: 'drop', column: 'email' }]);
  const asked = request({ subject: { fields: [{ column: 'email', values: ['c3@example.com'] }] } });
  expect((await run(store, asked)).tables).toEqual([
    {
      table: BRONZE,
      state: 'failed',
      reason:
        `SubjectDropped: ${BRONZE} had a column "email", which was dropped: 4 files still hold its values. Have them written anew ` +
        '(lakehouse maintain, or the table optimizer), expire the snapshots before that, and run the request again.',
    },
  ]);
  await table.refresh();
  await compact(table, { minFiles: 2 });
  await expireSnapshots(table, { olderThan: Date.now() + 1000, keepLast: 1 });
  expect((await run(store, asked)).tables).toMatchObject([{ state: 'skipped' }]);
});

test('the record tells neither a partition of the subject nor the first characters of it', () => {
  const subject = { fields: [{ column: 'email', values: ['c3@example.com'] }] };
  const uri = (folder: string) => `${BRONZE}/data/${folder}/1.parquet`;
  const told = (folder: string) =>
    withoutSubject(
      { table: BRONZE, state: ErasureState.HELD, unreferenced: [{ uri: uri(folder), until: '' }] },
      subject,
    ).unreferenced![0].uri;
  expect(told('email=c3_example.com')).toBe(uri('email=(erased)'));
  expect(told('email_trunc_4=c3_e/day=2026-01-01')).toBe(uri('email_trunc_4=(erased)/day=2026-01-01'));
  expect(told('email_trunc_4=c4_e')).toBe(uri('email_trunc_4=c4_e'));
  expect(told('day=c3')).toBe(uri('day=c3'));
});

test('a dry run counts and writes nothing', async () => {
  const store = new MemoryStore();
  await filled(store);
  const objects = [...store.objects.keys()];
  expect((await run(store, request({ dryRun: true }))).tables).toMatchObject([{ state: 'found', rows: 2 }]);
  expect([...store.objects.keys()]).toEqual(objects);
  expect(await rowsOf(await open(store))).toHaveLength(7);
});

test.each([
  [
    { id: 'c3@example.com' },
    'The id of a request is 1 to 128 letters, digits, dots, dashes and underscores.',
  ],
  [{ subject: { fields: [] } }, 'A subject has at least one field.'],
  [
    { subject: { fields: [{ column: 'a', values: ['1', ''] }] } },
    'Field "a" of the subject has at least one value, and none that is empty.',
  ],
  [
    {
      subject: {
        fields: [
          { column: 'a', values: ['1'] },
          { column: 'a', values: ['2'] },
        ],
      },
    },
    'Field "a" of the subject is there twice: give one all its values.',
  ],
])('refused: %j', async (wrong, message) => {
  await expect(run(new MemoryStore(), request(wrong))).rejects.toThrow(message);
});
