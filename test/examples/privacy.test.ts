import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataFile } from '../../lambda/tables/data-file';
import { MaskingKey } from '../../lambda/pipeline/masking/masking-key';
import { openTable } from '../../lambda/tables/open-table';
import { rowsOf } from '../tables/fixtures/rows';
import { fileTexts } from '../pipeline/erasure/file-texts';
import { BUILT, lakehouse, summaryOf } from '../local/run/laptop';
import { optional } from '../skip';

const EXAMPLE = join(__dirname, '../../examples/privacy');
const CUSTOMERS = readFileSync(join(EXAMPLE, 'customers.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, any>);

/** Every value that is masked as a whole, of every customer. */
const SECRETS = [
  ...new Set(
    CUSTOMERS.flatMap(
      ({ customer_id: id, full_name: name, email, phone, iban, loyalty_number: number, addresses }) => [
        ...[id, name, email, phone, iban, number === undefined ? undefined : String(number)],
        addresses?.[0].street,
      ],
    ),
  ),
].filter((value) => value !== undefined);

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? String(one) : one));
const boundsOf = ({ lowerBounds, upperBounds }: DataFile): string[] =>
  [...lowerBounds.values(), ...upperBounds.values()].map((bound) => Buffer.from(bound).toString('latin1'));
const leaks = (where: string): string[] => SECRETS.filter((secret) => where.includes(secret));

optional(BUILT)('the privacy example', () => {
  let out: string;
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'privacy-'));
    const files = [
      '--contract',
      join(EXAMPLE, 'customers.odcs.yaml'),
      '--events',
      join(EXAMPLE, 'customers.ndjson'),
    ];
    const { code, stderr } = lakehouse(['run', ...files, '--out', out]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });
  afterAll(() => rmSync(out, { recursive: true }));
  const table = (zone: string, name = 'customers') => openTable(`file://${join(out, zone, name)}`);

  it('masks what the contract says: rows are still told apart, late and deleted ones too', async () => {
    const rows = await rowsOf(await table('silver'));
    expect(rows).toHaveLength(39);
    expect(new Set(rows.map((row) => row.customer_id)).size).toBe(39);
    for (const row of rows) {
      expect(row).toMatchObject({
        customer_id: expect.stringMatching(/^[0-9a-f]{64}$/),
        full_name: null,
        email: expect.stringMatching(/^\*\*\*(@example\.(com|org|net))?$/),
        phone: expect.stringMatching(/^\*{13}\d\d$/),
        iban: expect.stringMatching(/^tok_[\w-]+$/),
        born_on: null,
        addresses: [{ label: 'home', street: null }],
      });
    }
    expect(rows.filter(({ email }) => email === '***')).toHaveLength(1);
    expect(await rowsOf(await table('silver', 'customers_tombstones'))).toHaveLength(1);
    expect(summaryOf(out).account).toMatchObject({
      bronze: 43,
      silver: 39,
      superseded: 3,
      deleted: 1,
      difference: 0,
    });
  });

  it('leaves no value in any file of silver: rows, bounds, statistics, metadata', async () => {
    // The scan finds them where they are.
    const bronze = await table('bronze');
    expect(leaks(text(await rowsOf(bronze)))).toHaveLength(SECRETS.length);
    expect(leaks(text((await bronze.dataFiles()).map(boundsOf)))).not.toEqual([]);

    for (const name of readdirSync(join(out, 'silver'))) {
      const silver = await table('silver', name);
      for (const snapshot of silver.metadata.snapshots)
        expect(leaks(text(await rowsOf(silver, snapshot)))).toEqual([]);
      for (const file of await silver.dataFiles()) {
        expect(leaks(text([file.filePath, file.partition, boundsOf(file)]))).toEqual([]);
      }
      // Statistics of Parquet are in its footer, in clear; compressed pages hold what was read above.
      for (const file of filesUnder(join(out, 'silver', name)))
        expect({ file, leaks: leaks(readFileSync(file, 'latin1')) }).toEqual({ file, leaks: [] });
    }
  });

  it('leaves none in logs, metrics, the report and the summary, and no key', () => {
    const key = Object.values(
      JSON.parse(readFileSync(join(out, '.lakehouse/secrets.json'), 'utf8')) as object,
    )[0] as string;
    const told = filesUnder(out).filter(
      (file) => !/\/(bronze|quarantine|silver)\//.test(file) && !file.endsWith('secrets.json'),
    );
    expect(told.map((file) => file.slice(out.length))).toEqual(
      expect.arrayContaining(['/report.html', '/summary.json']),
    );
    for (const file of told) {
      const content = readFileSync(file, 'latin1');
      expect({ file, leaks: leaks(content), key: content.includes(key) }).toEqual({
        file,
        leaks: [],
        key: false,
      });
    }
    expect(statSync(join(out, '.lakehouse/secrets.json')).mode & 0o077).toBe(0);
  });

  it('tells what the contract does not classify, as the command does', () => {
    expect(summaryOf(out).personalData).toEqual({
      looked: 43,
      columns: [{ column: 'notes', inContract: true, kinds: ['phone', 'payment-card', 'email'] }],
    });
    expect(summaryOf(out).alarms).toContainEqual(
      expect.objectContaining({ path: 'Lakehouse/Customers/Alarms/PersonalData', state: 'ALARM' }),
    );
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(
      'Personal data that the contract does not classify',
    );
  });

  it('gives tokens back to whoever has the key', async () => {
    const rows = await rowsOf(await table('silver'));
    const [{ iban, loyalty_number: number }] = rows;
    const back = lakehouse(['detokenize', '--out', out, iban as string]);
    expect(CUSTOMERS.map((one) => one.iban)).toContain(back.stdout.trim());
    const { stdout } = lakehouse(['detokenize', '--out', out, '--type', 'long', '--', String(number)]);
    expect(CUSTOMERS.map((one) => one.loyalty_number)).toContain(Number(stdout));
    const changed = `${(iban as string).slice(0, -2)}AA`;
    expect(lakehouse(['detokenize', '--out', out, changed])).toMatchObject({
      code: 2,
      stderr: `${changed} cannot be turned back. It was not made with this key, or was changed since.\n`,
    });
  });

  it('forgets a customer whom it is asked to erase: no file tells of them, and the same events bring nothing back', async () => {
    const [{ customer_id: id }] = CUSTOMERS;
    const bronzeIds = async () => (await rowsOf(await table('bronze'))).map((row) => row.customer_id);
    const rows = (await bronzeIds()).length;
    const rowsOfCustomer = (await bronzeIds()).filter((one) => one === id).length;
    const [hash] = (await rowsOf(await table('silver')))
      .map((row) => row.customer_id as string)
      .filter((one) => one === new MaskingKey(keyOf(out)).hash(id as string).toString('hex'));
    const sought = [id as string, hash];
    expect(await telling(out, sought)).not.toEqual([]);

    const asked = ['--subject', `customer_id=${id}`, '--request', 'r-1', '--requested-by', 'dpo'];
    const { code, stdout, stderr } = lakehouse(['erase', '--out', out, ...asked]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`bronze/customers +erased +${rowsOfCustomer} `));
    expect(await telling(out, sought)).toEqual([]);
    expect(await bronzeIds()).toHaveLength(rows - rowsOfCustomer);
    expect(await rowsOf(await table('silver'))).toHaveLength(38);

    const again = [
      '--contract',
      join(EXAMPLE, 'customers.odcs.yaml'),
      '--events',
      join(EXAMPLE, 'customers.ndjson'),
    ];
    expect(lakehouse(['run', ...again, '--out', out])).toMatchObject({ code: 0 });
    expect(await bronzeIds()).toHaveLength(rows - rowsOfCustomer);
    expect(await rowsOf(await table('silver'))).toHaveLength(38);
    expect(await telling(out, sought)).toEqual([]);
  });
});

function keyOf(directory: string): string {
  const secrets = JSON.parse(readFileSync(join(directory, '.lakehouse/secrets.json'), 'utf8')) as object;
  return Object.values(secrets)[0] as string;
}

/** Files of a lake that hold one of some texts. */
async function telling(directory: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of filesUnder(directory)) {
    const content = await fileTexts(file, readFileSync(file));
    if (texts.some((one) => content.includes(one))) found.push(file);
  }
  return found;
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
