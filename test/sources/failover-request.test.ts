import { failoverRequest } from '../../lambda/sources/failover-request';

const TABLE = { table: 'glue://lake/orders', replica: 's3://replica/orders/' };

test('reads tables with the folders of their copies', () => {
  expect(failoverRequest({ tables: [TABLE] })).toEqual({
    tables: [{ table: 'glue://lake/orders', replica: 's3://replica/orders' }],
    dryRun: false,
  });
  expect(failoverRequest({ tables: [TABLE], dryRun: true }).dryRun).toBe(true);
});

test.each<[string, unknown, string]>([
  ['no object', [], 'Not a request for a failover: a list. Allowed: an object with a list "tables".'],
  [
    'a name it does not know',
    { tables: [TABLE], dryrun: true },
    'dryrun is not an option. Allowed: tables, dryRun.',
  ],
  ['no table', { tables: [] }, 'tables is a list. Allowed: a list of at least one table, for example'],
  ['a rehearsal that is none', { tables: [TABLE], dryRun: 'yes' }, 'dryRun is "yes". Allowed: true, false.'],
  [
    'no replica',
    { tables: [{ table: 'glue://lake/orders' }] },
    'tables[0].replica is undefined. Allowed: a URI.',
  ],
  [
    'a table of text',
    { tables: ['orders'] },
    'tables[0] is "orders". Allowed: an object of table and replica.',
  ],
  [
    'a table that is named twice',
    { tables: [TABLE, { ...TABLE, replica: 's3://other/orders' }] },
    'tables names the table glue://lake/orders twice. Allowed: each once.',
  ],
])('refuses %s', (_, event, message) => {
  expect(() => failoverRequest(event)).toThrow(message);
});
