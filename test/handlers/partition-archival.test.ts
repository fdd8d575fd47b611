import { archivalRequest } from '../../lambda/sources/archival-request';
import { Deployment } from './deployment';
import { ordersContract } from './orders';

test('the shipped bundle tells of each table, and a table that fails does not stop the others', async () => {
  const deployment = new Deployment(ordersContract());
  try {
    await deployment.provision();
    const { bronze } = deployment;
    const absent = `${bronze}-absent`;
    const event = { tables: [absent, bronze], olderThanDays: 30, dryRun: true };
    const { outcomes, lines } = deployment.archive(event);
    const [{ response }] = outcomes as { response: { tables: { table: string; failure?: string }[] } }[];
    expect(response).toMatchObject({ failed: expect.any(Number) });
    expect(response.tables.map(({ table }) => table)).toEqual([absent, bronze]);
    expect(response.tables[0].failure).toBe(`TableNotFound: No Iceberg table at ${absent}.`);
    expect(lines[0]).toMatchObject({ level: 'ERROR', message: 'Partitions not archived', table: absent });
    expect(lines).toHaveLength(2);
  } finally {
    deployment.remove();
  }
});

test.each<[unknown, string]>([
  ['x', 'Not a request for archival: "x". Allowed: an object with "tables" and "olderThanDays".'],
  [
    { tables: ['s3://a/b'], olderThanDays: 9, dryrun: true },
    'dryrun is not an option. Allowed: tables, olderThanDays, dryRun.',
  ],
  [{ tables: [], olderThanDays: 9 }, 'tables is a list. Allowed: a list of at least one table URI.'],
  [{ tables: ['s3://a/b'] }, 'olderThanDays is undefined. Allowed: a number of days from 1.'],
  [{ tables: ['s3://a/b'], olderThanDays: 0 }, 'olderThanDays is 0. Allowed: a number of days from 1.'],
  [{ tables: ['s3://a/b'], olderThanDays: 9, dryRun: 'yes' }, 'dryRun is "yes". Allowed: true, false.'],
])('refused: %j', (event, message) => {
  expect(() => archivalRequest(event)).toThrow(message);
});
