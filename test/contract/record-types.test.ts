import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as ts from 'typescript';
import { DataContract } from '../../lib/contract';
import { recordTypes } from '../../lib/contract/record-types';

const CONTRACT = `
apiVersion: v3.1.0
kind: DataContract
id: every-type
version: 1.0.0
status: active
schema:
  - name: every.type-v2
    description: "Ends early? */ const x = 1;"
    properties:
      - { name: id, logicalType: integer, required: true, description: No number holds it. }
      - { name: count, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0, maximum: 100 } }
      - { name: amount, logicalType: number, physicalType: 'decimal(12,2)' }
      - { name: exact, logicalType: number, physicalType: 'decimal(38,10)' }
      - { name: ratio, logicalType: number }
      - { name: at, logicalType: timestamp }
      - { name: day, logicalType: date }
      - { name: 'odd name', logicalType: string }
      - { name: anything, logicalType: object }
      - { name: list, logicalType: array, items: { logicalType: integer } }
      - name: nested
        logicalType: object
        required: true
        properties: [{ name: flag, logicalType: boolean, required: true }]
`;

const directory = mkdtempSync(join(tmpdir(), 'types-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function types(): string {
  const contract = DataContract.fromString(CONTRACT);
  return recordTypes(contract, contract.schema());
}

/** Errors of code that imports the types, by line. */
function errorsIn(code: string): number[] {
  const file = join(directory, 'code.ts');
  writeFileSync(join(directory, 'every.types.d.ts'), types());
  writeFileSync(file, code);
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file: source, start = 0 }) => (source?.getLineAndCharacterOfPosition(start).line ?? -1) + 1);
}

test('what is right compiles, what is wrong does not', () => {
  const code = `import type { EveryTypeV2Input as Input, EveryTypeV2Output as Output, TransformContext, TransformResult } from './every.types';
export default async (record: Input, context: TransformContext): Promise<TransformResult<Output>> => {
  const doubled: number = record.count * 2 + (record.amount ?? 0) + (record.ratio ?? 0);
  const found = await context.lookup<{ name: string }>('names', record.id);
  if (record.nested.flag) return null;
  return [{ ...record, ratio: doubled, at: new Date(0), exact: '1.0', 'odd name': found?.name }, null];
};
export const wrong = (record: Input): unknown => [
  record.id * 2,
  record.exact! + 1,
  (record.count = 1),
  record.list!.push(1),
  record.amount * 2,
  record.unknown,
];
export const missing: Output = { id: 1, count: 1 };
export const extra: Output = { id: 1, count: 1, nested: { flag: true }, other: 1 };
`;
  expect(errorsIn(code)).toEqual([9, 10, 11, 12, 13, 14, 16, 17]);
});

test('a description cannot leave its comment', () => {
  expect(types()).toContain('Ends early? *\\/ const x = 1;');
});

describe('lakehouse types', () => {
  const command = resolve(__dirname, '../../dist/bin/lakehouse.js');
  const lakehouse = (...args: string[]) =>
    spawnSync(process.execPath, [command, 'types', ...args], { encoding: 'utf8' });
  const contract = join(directory, 'every.odcs.yaml');
  const out = join(directory, 'out.types.d.ts');
  beforeAll(() => writeFileSync(contract, CONTRACT));

  test('prints the types, or writes them; --check says when they are not what they should be', () => {
    expect(
      execFileSync(process.execPath, [command, 'types', '--contract', contract], { encoding: 'utf8' }),
    ).toBe(types());
    const missing = lakehouse('--contract', contract, '--out', out, '--check');
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/is not there\. Write it: lakehouse types/),
    ]);
    expect(existsSync(out)).toBe(false);
    expect(lakehouse('--contract', contract, '--out', out).stdout).toMatch(/written, version 1\.0\.0/);
    expect(readFileSync(out, 'utf8')).toBe(types());
    expect(lakehouse('--contract', contract, '--out', out, '--check').status).toBe(0);
    writeFileSync(out, 'changed');
    const changed = lakehouse('--contract', contract, '--out', out, '--check');
    expect([changed.status, changed.stderr]).toEqual([1, expect.stringMatching(/is out of date/)]);
  });

  test.each([
    [[], /types needs --contract FILE/],
    [['--contract', contract, '--check'], /--check needs --out FILE/],
    [['--contract', contract, '--schema', 'nothing'], /nothing/],
    [['--contract', 'no.yaml'], /no\.yaml/],
    [['--out'], /See lakehouse types --help/],
  ])('refuses %j with what is wrong', (args, message) => {
    const { status, stderr } = lakehouse(...args);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
