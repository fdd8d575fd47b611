import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pii } from '../../../bin/pii-command';
import { CommandFailed } from '../../../bin/command-failed';
import { ExactNumber } from '../../../lambda/formats/json/exact-json';
import { PiiScan } from '../../../lambda/pipeline/pii/pii-scan';
import { DataContract } from '../../../lib/contract';
import { classifiedColumns } from '../../../lib/contract/classified-columns';

const EXAMPLE = join(__dirname, '../../../examples/privacy');
const schema = () =>
  DataContract.fromString(
    `
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    properties:
      - { name: mail, logicalType: string, classification: restricted }
      - { name: site, logicalType: string, classification: public }
      - { name: birth_date, logicalType: date }
      - { name: note, logicalType: string }
      - { name: card, logicalType: integer }
      - { name: home, logicalType: object, classification: confidential, properties: [{ name: street, logicalType: string }] }
      - { name: calls, logicalType: array, items: { logicalType: object, properties: [{ name: number, logicalType: string }] } }
`,
  ).schema();

test('what values show is held against the contract', () => {
  const scan = new PiiScan(classifiedColumns(schema()));
  scan.add({
    ...{
      mail: 'a@example.com',
      site: 'b@example.com',
      birth_date: '1970-01-01',
      note: 'ok',
      card: 4111111111111111,
    },
    ...{
      home: { street: 'Willow Lane' },
      calls: [{ number: '+1 202 555 0143' }, { number: null }],
      extra: '203.0.113.9',
    },
  });
  scan.add({ mail: null, note: 'mail Zoë: z@example.com' });
  const found = { inContract: true, values: 1, shown: 1 };
  expect(scan.findings).toEqual([
    {
      ...found,
      finding: 'unclassified',
      column: 'site',
      classification: 'public',
      kinds: { email: 1 },
      example: 'x@xxxxxxx.xxx',
    },
    {
      ...found,
      finding: 'unclassified',
      column: 'note',
      values: 2,
      kinds: { email: 1 },
      example: 'xxxx xxx: x@xxxxxxx.xxx',
    },
    {
      ...found,
      finding: 'unclassified',
      column: 'card',
      kinds: { 'payment-card': 1 },
      example: '9999999999999999',
    },
    {
      ...found,
      finding: 'unclassified',
      column: 'calls[].number',
      kinds: { phone: 1 },
      example: '+9 999 999 9999',
    },
    {
      finding: 'unclassified',
      column: 'extra',
      inContract: false,
      values: 1,
      shown: 1,
      kinds: { 'ip-address': 1 },
      example: '999.9.999.9',
    },
    { ...found, shown: 0, finding: 'suspect-name', column: 'birth_date', kinds: {} },
    {
      ...found,
      shown: 0,
      finding: 'nothing-found',
      column: 'home.street',
      classification: 'confidential',
      kinds: {},
    },
  ]);
});

test('a number that no JavaScript number holds is one value, not an object', () => {
  const scan = new PiiScan(classifiedColumns(schema()));
  scan.add({ note: new ExactNumber('4111111111111111.0000000000000000001') });
  expect(scan.findings.filter(({ column }) => column.startsWith('note'))).toEqual([]);
});

test('the command says what the contract of the example misses, shows no value, and fails', async () => {
  const written: string[] = [];
  const spy = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => written.push(String(text)) > 0);
  const contract = join(EXAMPLE, 'customers.odcs.yaml');
  const events = join(EXAMPLE, 'customers.ndjson');
  try {
    await expect(pii(['--contract', contract, '--events', events])).rejects.toEqual(
      new CommandFailed(
        `customers: notes holds personal data and is not classified. Classify in ${contract}.`,
        1,
      ),
    );
    await expect(pii(['--contract', contract])).rejects.toThrow(
      'pii needs --contract FILE and --events FILE',
    );
  } finally {
    spy.mockRestore();
  }
  const output = written.join('');
  expect(output).toMatch(
    /unclassified +notes +not classified +phone in \d of \d+, payment-card in 1 of \d+, email in 1 of \d+/,
  );
  expect(output).toMatch(/nothing-found +full_name +restricted/);
  expect(output).toContain('43 records looked at.');
  for (const line of readFileSync(events, 'utf8').trim().split('\n')) {
    const { notes } = JSON.parse(line) as { notes?: string };
    for (const word of notes?.match(/\S*[@\d]\S*/g) ?? []) expect(output).not.toContain(word);
  }
});
