import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from '../../bin/lock-command';
import { type ContractError, DataContract } from '../../lib/contract';

let directory: string;
let file: string;
let lockFile: string;
let printed: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
  file = join(directory, 'orders.odcs.yaml');
  lockFile = join(directory, 'orders.odcs.lock.json');
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

const ID = '{ name: id, logicalType: string, required: true, primaryKey: true }';
const QUANTITY = '{ name: quantity, logicalType: integer, logicalTypeOptions: { format: i32 } }';
const LINES = `name: lines
        logicalType: array
        items:
          logicalType: object
          properties:
            - { name: sku, logicalType: string, required: true }
            - { name: price, logicalType: number, physicalType: "decimal(10,2)" }`;

function write(properties: string[], version = '1.0.0', table = 'orders'): void {
  const text = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: ${version}
status: active
schema:
  - name: ${table}
    properties:
${properties.map((property) => `      - ${property}`).join('\n')}
`;
  writeFileSync(file, text);
}

function problems(): string[] {
  try {
    DataContract.fromFile(file);
    return [];
  } catch (error) {
    return (error as ContractError).problems.map(({ line, message }) => `${line}: ${message}`);
  }
}

const locked = () => JSON.parse(readFileSync(lockFile, 'utf8')) as { version: string };

test('a lock is one line for each column, the same each time, and its contract passes', () => {
  write([ID, QUANTITY, LINES]);
  lock([file]);
  expect(printed).toBe(`${lockFile}: locked, version 1.0.0\n`);
  const text = readFileSync(lockFile, 'utf8');
  expect(text).toContain('\n        {"name":"quantity","type":"int","required":false},\n');
  expect(problems()).toEqual([]);
  lock([file]);
  expect(readFileSync(lockFile, 'utf8')).toBe(text);
});

test.each([
  [
    'a column is gone',
    [ID, LINES],
    /^7: breaks readers: column quantity is gone \(version 1\.0\.0, .*\): it stays in the table and is null from now on\./,
  ],
  ['a column is renamed', [ID, QUANTITY.replace('quantity', 'amount'), LINES], /column quantity is gone/],
  [
    'a type narrows',
    [ID.replace('string', 'integer'), QUANTITY, LINES],
    /^9: breaks readers: column id was string and is long now .*: the table cannot take it\./,
  ],
  [
    'a required column may be null',
    [ID.replace('required: true, ', ''), QUANTITY, LINES],
    /column id was required .*: its readers would meet nulls\./,
  ],
  [
    'the key is another',
    [ID.replace(', primaryKey: true', ''), QUANTITY, LINES],
    /the table orders had the primary key id, now none/,
  ],
  [
    'a field deep inside is gone',
    [ID, QUANTITY, LINES.replace(/\n.*sku.*/, '')],
    /^11: breaks readers: column lines\[\]\.sku is gone/,
  ],
  [
    'a decimal loses its scale',
    [ID, QUANTITY, LINES.replace('10,2', '12,1')],
    /column lines\[\]\.price was decimal\(10,2\) and is decimal\(12,1\) now/,
  ],
  [
    'a list becomes a text',
    [ID, QUANTITY, '{ name: lines, logicalType: string }'],
    /column lines was a list and is string now/,
  ],
])('refused at synth: %s', (_what, properties, message) => {
  write([ID, QUANTITY, LINES]);
  lock([file]);
  write(properties, '2.0.0');
  expect(problems()).toEqual([expect.stringMatching(message)]);
});

test('refused at synth: the table is another', () => {
  write([ID]);
  lock([file]);
  write([ID], '2.0.0', 'purchases');
  expect(problems()).toEqual([expect.stringContaining('the table orders is described no more')]);
});

test('allowed: columns added, widened, required, moved', () => {
  write([ID, QUANTITY, LINES]);
  lock([file]);
  const widened = QUANTITY.replace('i32', 'i64').replace('integer,', 'integer, required: true,');
  write([LINES.replace('10,2', '18,2'), widened, ID, '{ name: note, logicalType: string }'], '1.1.0');
  expect(problems()).toEqual([]);
  printed = '';
  lock([file]);
  expect(printed).toBe(`${lockFile}: locked anew, version 1.1.0
  orders.quantity was int and is long now
  orders.quantity is required now
  orders.lines[].price was decimal(10,2) and is decimal(18,2) now
  orders.note is new
`);
});

test('what breaks readers is locked only when told so, and only under a new version', () => {
  write([ID, QUANTITY]);
  lock([file]);
  write([ID], '2.0.0');
  expect(() => lock([file])).toThrow(/column quantity is gone/);
  expect(locked().version).toBe('1.0.0');
  write([ID]);
  expect(() => lock([file, '--allow-breaking'])).toThrow(
    /version 1\.0\.0 is locked already, and was something else:\n {2}orders\.quantity is gone: breaks readers/,
  );
  write([ID], '2.0.0');
  lock(['--allow-breaking', file]);
  expect(locked().version).toBe('2.0.0');
  expect(problems()).toEqual([]);
});

test.each([
  ['', 'is not JSON'],
  ['{}', 'is no lock of a contract.'],
  [
    '{"contract":"a","version":"1","tables":[{"name":"orders","key":[],"columns":[{"name":"id","required":true,"type":{"map":1}}]}]}',
    'is no lock of a contract.',
  ],
])('a lock that is none is named: %p', (text, message) => {
  write([ID]);
  writeFileSync(lockFile, text);
  expect(() => DataContract.fromFile(file)).toThrow(message);
  expect(() => DataContract.fromFile(file)).toThrow(lockFile);
});
