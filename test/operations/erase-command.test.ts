import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { erase } from '../../bin/erase-command';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { row, SCHEMA } from '../pipeline/erasure/orders';
import { UNPARTITIONED } from '../tables/fixtures/lanes';
import { appendRows, rowsOf } from '../tables/fixtures/rows';

let out: string;
beforeEach(() => (out = mkdtempSync(join(tmpdir(), 'erase-'))));
afterEach(() => rmSync(out, { recursive: true }));

test('counts in a dry run, then erases and leaves a record', async () => {
  const uri = `file://${out}/bronze/orders`;
  const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
  await appendRows(table, [row(3), row(4)]);
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const args = ['--out', out, '--subject', 'customer_id=3', '--request', 'r-1', '--requested-by', 'dpo'];
  await erase([...args, '--dry-run']);
  expect(await rowsOf(await openTable(uri))).toHaveLength(2);
  expect(readdirSync(out)).not.toContain('erasures');
  await erase(args);
  const said = written.mock.calls.map(([text]) => String(text));
  written.mockRestore();
  expect(said[0]).toMatch(/found +1 *\n\nNothing was changed\.\n$/);
  expect(said[1]).toMatch(
    /erased +1 +1 +1 *\n\nRequest r-1, recorded in file:\/\/.*\/erasures\/r-1\/.*\.json\n$/,
  );
  expect(await rowsOf(await openTable(uri))).toEqual([row(4)]);
  const [asked, done] = readdirSync(join(out, 'erasures', 'r-1')).sort((a, b) =>
    a.includes('asked') ? -1 : b ? 1 : 0,
  );
  expect([asked, done]).toEqual([expect.stringContaining('-asked-'), expect.stringContaining('-done-')]);
  expect(JSON.parse(readFileSync(join(out, 'erasures', 'r-1', done), 'utf8'))).toMatchObject({
    requestedBy: 'dpo',
    complete: true,
  });
});

test('ends with 1 and says why when something is left', async () => {
  const { table } = await createOrEvolveTable(`file://${out}/bronze/orders`, {
    schema: SCHEMA,
    partitionSpec: UNPARTITIONED,
  });
  await appendRows(table, [row(3)]);
  await createOrEvolveTable(`file://${out}/gold/days`, {
    schema: { type: 'struct', fields: [{ id: 1, name: 'customer_id', required: false, type: 'date' }] },
    partitionSpec: UNPARTITIONED,
  });
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await expect(erase(['--out', out, '--subject', 'customer_id=3', '--request', 'r-1'])).rejects.toMatchObject(
    {
      exitCode: 1,
      message: expect.stringMatching(
        /^Request r-1 is not complete:\nfile:\/\/.*\/gold\/days: SubjectNotTold: Column "customer_id" of .* is of type date/,
      ),
    },
  );
  written.mockRestore();
  expect(await rowsOf(await openTable(`file://${out}/bronze/orders`))).toEqual([]);
});

test.each([
  [
    ['--subject', 'a=1'],
    'erase needs either --out DIR or --table URI, which may be repeated. See lakehouse erase --help',
  ],
  [
    ['--table', 's3://a/b', '--subject', 'a=1'],
    'erase of --table needs --audit URI, the folder that its record goes to. See lakehouse erase --help',
  ],
  [
    ['--out', '.'],
    'erase needs --subject FIELD=VALUE; several fields all have to agree, values of one are either. See lakehouse erase --help',
  ],
  [
    ['--out', '.', '--subject', 'c3@example.com'],
    'A --subject is not of the form FIELD=VALUE. See lakehouse erase --help',
  ],
  [
    ['--out', '.', '--subject', 'a=1', '--request', 'c3@example.com'],
    'The id of a request is 1 to 128 letters, digits, dots, dashes and underscores. See lakehouse erase --help',
  ],
  [
    ['--out', '/nowhere', '--subject', 'a=1'],
    '--out /nowhere holds no tables, DIR/<zone>/<table>. Make some: lakehouse run. See lakehouse erase --help',
  ],
])('refused: %j', async (args, message) => {
  await expect(erase(args)).rejects.toThrow(message);
});
