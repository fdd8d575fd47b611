import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readErasureConfiguration } from '../../lambda/configuration/erasure';
import { erasureRequest } from '../../lambda/sources/erasure-request';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { row, SCHEMA } from '../pipeline/erasure/orders';
import { UNPARTITIONED } from '../tables/fixtures/lanes';
import { appendRows, rowsOf } from '../tables/fixtures/rows';
import { Deployment } from './deployment';
import { ordersContract } from './orders';

const TABLES = ['glue://bronze/orders', 'glue://silver/orders'];

test('the shipped bundle erases from its tables, tells figures, and logs nothing of the subject', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'erasure-'));
  const deployment = new Deployment(ordersContract());
  try {
    const uri = `file://${directory}/bronze/orders`;
    const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
    await appendRows(table, [row(3), row(4)]);
    const absent = `file://${directory}/silver/orders`;
    const records = `file://${directory}/records`;
    const environment = {
      LAKEHOUSE_ERASURE_TABLES: JSON.stringify([uri, absent]),
      LAKEHOUSE_ERASURE_RECORDS: records,
    };
    const event = { request: 'r-1', requestedBy: 'dpo', subject: { email: 'c3@example.com' } };
    const { outcomes, lines } = deployment.erase(environment, event, { ...event, subject: { email: '' } });
    const [done, refused] = outcomes as any[];
    expect(done.response).toEqual({
      request: 'r-1',
      record: expect.stringMatching(/\/records\/r-1\/.*-done-[0-9a-f]{8}\.json$/),
      complete: false,
      tables: [
        {
          table: uri,
          state: 'erased',
          rows: 1,
          filesRewritten: 1,
          snapshotsExpired: 1,
          unreferencedRemoved: 0,
        },
        { table: absent, state: 'failed', reason: `TableNotFound: No Iceberg table at ${absent}.` },
      ],
    });
    expect(JSON.stringify(refused)).toContain('subject.email is no value.');
    expect(await rowsOf(await openTable(uri))).toEqual([row(4)]);
    expect(lines.map(({ level, message, request, state }: any) => [level, message, request, state])).toEqual([
      ['INFO', 'Subject erased', 'r-1', 'erased'],
      ['ERROR', 'Subject not erased', 'r-1', 'failed'],
    ]);
    expect(JSON.stringify([lines, outcomes])).not.toContain('c3@example');
  } finally {
    deployment.remove();
    rmSync(directory, { recursive: true });
  }
});

test('a request names values, lists of them, and tables in the order of the function', () => {
  expect(
    erasureRequest(
      {
        request: 'r-1',
        requestedBy: 'dpo',
        subject: { customer_id: 42, email: ['a', 'b'] },
        recordFields: { customer_id: 'id' },
        unnamed: true,
        tables: [...TABLES].reverse(),
      },
      TABLES,
    ),
  ).toEqual({
    id: 'r-1',
    requestedBy: 'dpo',
    subject: {
      fields: [
        { column: 'customer_id', values: ['42'], recordField: 'id' },
        { column: 'email', values: ['a', 'b'] },
      ],
      unnamed: true,
    },
    tables: TABLES,
    dryRun: false,
  });
});

const asked = { request: 'r-1', requestedBy: 'dpo', subject: { customer_id: '42' } };
test.each<[unknown, string]>([
  [
    'c3@example.com',
    'Not a request for erasure. Allowed: an object with "request", "requestedBy" and "subject".',
  ],
  [
    { ...asked, dryrun: true },
    'dryrun is not an option. Allowed: request, requestedBy, subject, recordFields, unnamed, tables, dryRun.',
  ],
  [
    { ...asked, request: 'c3@example.com' },
    'request is not a name. Allowed: 1 to 128 letters, digits, dots, dashes and underscores. A run with the same one goes on with it.',
  ],
  [{ ...asked, requestedBy: '' }, 'requestedBy is not given. Allowed: text that says who asked for it.'],
  [
    { ...asked, subject: [] },
    'subject is not an object of fields. Allowed: column → value, or a list of values; for example {"customer_id": "42"}.',
  ],
  [
    { ...asked, subject: { customer_id: 9007199254740993 } },
    'subject.customer_id is no value. Allowed: text that is not empty, a whole number of up to 15 digits (longer ones as text), or a list of these.',
  ],
  [{ ...asked, recordFields: { other: 'id' } }, 'recordFields.other is not an option. Allowed: customer_id.'],
  [
    { ...asked, tables: ['glue://gold/orders'] },
    `tables is a list. Allowed: a list of ${TABLES.join(', ')}; leave it out for all.`,
  ],
  [{ ...asked, dryRun: 'no' }, 'dryRun is "no". Allowed: true, false.'],
  [{ ...asked, unnamed: 1 }, 'unnamed is 1. Allowed: true, false.'],
])('refused: %j', (event, message) => {
  expect(() => erasureRequest(event, TABLES)).toThrow(message);
});

test.each<[Record<string, string>, string]>([
  [{}, 'LAKEHOUSE_ERASURE_TABLES is []. Allowed: a JSON list of at least one of glue://<database>/<table>,'],
  [
    { LAKEHOUSE_ERASURE_TABLES: '["x"]' },
    'LAKEHOUSE_ERASURE_TABLES is ["x"]. Allowed: a JSON list of at least one of glue://<database>/<table>,',
  ],
  [
    { LAKEHOUSE_ERASURE_TABLES: '["glue://a/b"]' },
    'LAKEHOUSE_ERASURE_RECORDS is not set. Allowed: s3://<bucket>/<prefix>, file:///<directory>.',
  ],
  [
    {
      LAKEHOUSE_ERASURE_TABLES: '["glue://a/b"]',
      LAKEHOUSE_ERASURE_RECORDS: 's3://a/b',
      LAKEHOUSE_MASKING_KEYS: '{"a": 1}',
    },
    'LAKEHOUSE_MASKING_KEYS is "{"a": 1}". Allowed: a JSON list of texts.',
  ],
])('refuses to be told %j', (environment, message) => {
  expect(() => readErasureConfiguration(environment)).toThrow(message);
});
