import { MaskingKey } from '../../../lambda/pipeline/masking/masking-key';
import { valueMask } from '../../../lambda/pipeline/masking/mask-value';
import { MASKING_PROPERTY } from '../../../lambda/pipeline/refine/masked-silver';
import { writeRows } from '../../../lambda/rows/write-rows';
import type { TableRow } from '../../../lambda/rows/read-rows';
import type { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { follows, tableLaneOf } from '../../../lambda/tables/table-order';
import { quarantineSchema } from '../../../lib/contract/quarantine-schema';
import { MemoryStore } from '../../stores/memory-store';
import { appendRows, rowsOf } from '../../tables/fixtures/rows';
import { create, open, request, run, schemaOf } from './orders';

const QUARANTINE = 's3://lake/quarantine/orders';
const SILVER = 's3://lake/silver/orders';

const rejected = (payload: string, i = 0, more: object = {}): TableRow => ({
  _lane: 'a',
  _position: String(i),
  _arrived_at: 0n,
  payload: Buffer.from(payload),
  payload_encoding: 'bytes',
  reason_code: 'X',
  reason: 'x',
  contract_id: 'c',
  contract_version: '1',
  quarantined_at: 0n,
  ...more,
});

const leftIn = async (store: MemoryStore) =>
  (await rowsOf(await open(store, QUARANTINE))).map(({ payload }) =>
    Buffer.from(payload as Uint8Array).toString(),
  );

test('quarantine is searched in its records, whatever is wrong with them', async () => {
  const store = new MemoryStore();
  const table = await create(store, QUARANTINE, quarantineSchema());
  const erased = [
    rejected('{"customer_id":3,"x":1}'),
    rejected('{"after":[{"customer_id":"3"}]}'),
    rejected('{"customer_id":["4","3"]}'),
    rejected('{"customer_id": 3, "cut'),
    rejected(Buffer.from('{"customer_id":3').toString('base64'), 0, { payload_encoding: 'base64-text' }),
    rejected('\u0000', 0, { partition_key: '3' }),
  ];
  const kept = [
    '{"customer_id":33}',
    '{"order":3}',
    '{"customer_id": 33, "cut',
    'customer_id=31',
    '3',
    '"3',
    '{',
  ];
  await appendRows(table, [...erased, ...kept.map((payload, i) => rejected(payload, i))]);
  const { tables } = await run(store, request({ tables: [QUARANTINE] }));
  expect(tables).toMatchObject([{ state: 'held', rows: erased.length, unclear: 2 }]);
  expect(await leftIn(store)).toEqual(kept);
});

test('a record of any depth holds up nothing: where it ends the stack it is searched as text', async () => {
  const store = new MemoryStore();
  const table = await create(store, QUARANTINE, quarantineSchema());
  const deep = (inner: string, depth: number) => `{"x":${'['.repeat(depth)}${inner}${']'.repeat(depth)}}`;
  const ofArrays = `{"customer_id":${'['.repeat(2900)}4${']'.repeat(2900)}}`;
  const kept = [deep('{"customer_id":4}', 100_000), ofArrays];
  await appendRows(table, [
    ...[3000, 100_000].map((depth) => rejected(deep('{"customer_id":3}', depth))),
    ...kept.map((payload) => rejected(payload)),
  ]);
  const { tables } = await run(store, request({ tables: [QUARANTINE] }));
  expect(tables).toMatchObject([{ state: 'erased', rows: 2 }]);
  expect(await leftIn(store)).toEqual(kept);
});

test('in what is no JSON a name or a value that goes on is another: records of others stay', async () => {
  const store = new MemoryStore();
  const table = await create(store, QUARANTINE, quarantineSchema());
  const kept = [
    '{"email":"c3@example.com.au", cut',
    'email: c3@example.com.au',
    '{"old_email":"c3@example.com", cut',
    "{'email': 'c3@example.com and others",
  ];
  const gone = [
    '{"email":"c3@example.com", cut',
    'email: c3@example.com.',
    "'email' = 'c3@example.com'",
    '{"email":"c3@example.com',
  ];
  await appendRows(
    table,
    [...gone, ...kept].map((payload, i) => rejected(payload, i)),
  );
  const subject = { fields: [{ column: 'email', values: ['c3@example.com'] }] };
  const { tables } = await run(store, request({ subject, tables: [QUARANTINE] }));
  expect(await leftIn(store)).toEqual(kept);
  expect(tables).toMatchObject([{ state: 'held', rows: gone.length, unclear: 2 }]);
});

test('a value without a name, as in a row of CSV, holds the table until somebody says whose it is', async () => {
  const store = new MemoryStore();
  const table = await create(store, QUARANTINE, quarantineSchema());
  const unclear = ['3,c3@example.com,x,y', '"3";"c3@example.com"', '["3", "c3@example.com"]'];
  const kept = [
    '33,c3@example.com',
    '3.5,c3@example.com',
    '1.3,c3@example.com',
    '{"order":3,"x":"c3@example.com"}',
  ];
  await appendRows(
    table,
    [...unclear, ...kept].map((payload, i) => rejected(payload, i)),
  );
  const subject = {
    fields: [
      { column: 'customer_id', values: ['3'] },
      { column: 'email', values: ['c3@example.com'] },
    ],
  };
  const dry = await run(store, request({ subject, tables: [QUARANTINE], dryRun: true }));
  expect(dry.tables).toMatchObject([{ state: 'found', rows: 0, unclear: 3 }]);
  const held = await run(store, request({ subject, tables: [QUARANTINE] }));
  expect(held).toMatchObject({ complete: false, tables: [{ state: 'held', rows: 0, unclear: 3 }] });
  expect(await leftIn(store)).toHaveLength(unclear.length + kept.length);
  const done = await run(store, request({ subject: { ...subject, unnamed: true }, tables: [QUARANTINE] }));
  expect(done).toMatchObject({ complete: true, unnamed: true, tables: [{ state: 'erased', rows: 3 }] });
  expect(held).not.toHaveProperty('unnamed');
  expect(await leftIn(store)).toEqual(kept);
});

test('a field of the records may be called otherwise than the column', async () => {
  const store = new MemoryStore();
  const table = await create(store, QUARANTINE, quarantineSchema());
  await appendRows(table, [rejected('{"id":"3"}'), rejected('{"customer_id":"3"}', 1)]);
  const subject = { fields: [{ column: 'customer_id', values: ['3'], recordField: 'id' }] };
  await run(store, request({ subject, tables: [QUARANTINE] }));
  expect(await leftIn(store)).toEqual(['{"customer_id":"3"}']);
});

test('digits that a double does not hold are told apart', async () => {
  const store = new MemoryStore();
  const table = await create(store, QUARANTINE, quarantineSchema());
  await appendRows(table, [
    rejected('{"customer_id":9007199254740993}'),
    rejected('{"customer_id":9007199254740992}', 1),
  ]);
  const subject = { fields: [{ column: 'customer_id', values: ['9007199254740993'] }] };
  await run(store, request({ subject, tables: [QUARANTINE] }));
  expect(await leftIn(store)).toEqual(['{"customer_id":9007199254740992}']);
});

describe('masked columns', () => {
  const key = new MaskingKey('0123456789abcdef0123456789abcdef');
  const state = (masks: Record<string, string>) => ({
    [MASKING_PROPERTY]: JSON.stringify({ key: key.id, masks, lastColumnId: 2 }),
  });
  const append = async (
    table: IcebergTable,
    rows: TableRow[],
    properties: Record<string, string>,
    source?: string,
  ) => {
    const ranges = source === undefined ? [] : [{ lane: tableLaneOf(source), first: '0', last: '1' }];
    await table.append(await writeRows(table, rows), ranges, { properties });
  };
  const maskOf = (type: string, kind: 'hash' | 'tokenize') =>
    valueMask({ path: ['customer_id'], type, mask: { kind } }, key);
  const UUIDS = ['0a0a0a0a-0000-4000-8000-00000000000a', '0b0b0b0b-0000-4000-8000-00000000000b'];
  const bytes = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');

  test.each([
    ['string', 'hash', 'hash', ['a', 'b'], 'a'],
    ['string', 'tokenize', 'tokenize (string)', ['a', 'b'], 'a'],
    ['long', 'tokenize', 'tokenize (long)', [7n, 8n], '7'],
    ['int', 'tokenize', 'tokenize (int)', [7, 8], '7'],
    ['uuid', 'hash', 'hash', UUIDS.map(bytes), UUIDS[0].toUpperCase()],
  ] as const)(
    'of %s by %s: silver, its tombstones and gold are searched for the masked value',
    async (type, kind, words, values, value) => {
      const store = new MemoryStore();
      const schema = schemaOf({ customer_id: type, email: 'string' });
      const gold = 's3://lake/gold/orders';
      const tombstones = 's3://lake/silver/orders_tombstones';
      const tables = [SILVER, tombstones, gold];
      const opened = [];
      for (const uri of tables) opened.push(await create(store, uri, schema));
      const mask = maskOf(type, kind);
      const rows = values.map((one): TableRow => ({ customer_id: mask(one), email: null }));
      await append(opened[1], rows, {});
      await append(opened[0], rows, { ...state({ customer_id: words }), ...follows(opened[1]) });
      await append(opened[2], rows, {}, opened[0].uuid);
      const subject = { fields: [{ column: 'customer_id', values: [value] }] };
      const record = await run(store, request({ subject, tables }), { maskingKeys: [key] });
      expect(record.tables.map(({ state: is, rows: count }) => [is, count])).toEqual(
        Array(3).fill(['erased', 1]),
      );
      for (const uri of tables) expect(await rowsOf(await open(store, uri))).toHaveLength(1);

      const without = await run(store, request({ id: 'r-2', subject, tables: [SILVER] }));
      expect(without.tables[0]).toMatchObject({
        state: 'failed',
        reason: `SubjectNotTold: Column "customer_id" of ${SILVER} is masked (${words}) with key ${key.id}, which was not given.`,
      });
    },
  );

  test('a mask that makes different values the same tells no subject; another column has to', async () => {
    const store = new MemoryStore();
    const table = await create(store, SILVER);
    await append(table, [{ customer_id: 3n, email: '***@example.com' }], state({ email: 'emailDomain' }));
    const subject = { fields: [{ column: 'email', values: ['c3@example.com'] }] };
    const { tables } = await run(store, request({ subject, tables: [SILVER] }), { maskingKeys: [key] });
    expect(tables[0].reason).toBe(
      `SubjectNotTold: Column "email" of ${SILVER} is masked (emailDomain): values that differ are the same there. ` +
        'Name the subject by a column that is not masked, hashed or tokenized.',
    );
    expect(await run(store, request({ tables: [SILVER] }))).toMatchObject({ complete: true });
    expect(await rowsOf(await open(store, SILVER))).toEqual([]);
  });
});

test('a value that cannot be of the type of a column, and a table that is not there, are told without it', async () => {
  const store = new MemoryStore();
  await create(store, SILVER, schemaOf({ customer_id: 'date' }));
  const { tables, complete } = await run(store, request({ tables: [SILVER, 's3://lake/none'] }));
  expect(tables.map(({ state, reason }) => [state, reason])).toEqual([
    [
      'failed',
      `SubjectNotTold: Column "customer_id" of ${SILVER} is of type date, which none of the values given can be. ` +
        'Values can be given of: string, int, long, uuid, binary and fixed (in hexadecimal digits).',
    ],
    ['failed', 'Error: No Iceberg table at s3://lake/none'],
  ]);
  expect(complete).toBe(false);
});
