import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SNAPSHOTS = join(__dirname, '../../snapshots/__snapshots__');
const RESOURCE = /^ {2}(\w+) (AWS::DynamoDB::\w+):\n((?: {4}.*\n|\n)*)/gm;

/** Every construct with its defaults is in a snapshot, and so is the reference stack: with them every table of ours. */
test('each DynamoDB table can be brought back to any second of the last weeks', () => {
  const tables = readdirSync(SNAPSHOTS)
    .filter((file) => file.endsWith('.snap'))
    .flatMap((file) => [...readFileSync(join(SNAPSHOTS, file), 'utf8').matchAll(RESOURCE)])
    .map(([, id, , properties]) => ({
      id,
      recoverable: /PointInTimeRecoveryEnabled: true/.test(properties),
    }));
  expect(tables.map(({ id }) => id)).toContain('DailyLedgerTable2F7F5DBB');
  expect(tables.filter(({ recoverable }) => !recoverable)).toEqual([]);
});
