import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { surfaceProblems } from './public-surface';

describe('the public surface can be expressed in every language jsii knows, and is documented', () => {
  it.each(['lib/aws/index.ts', 'lib/contract/index.ts', 'lib/google/index.ts', 'lib/azure/index.ts'])(
    '%s',
    (entry) => {
      expect(surfaceProblems(resolve(__dirname, '../..', entry))).toEqual([]);
    },
  );
});

describe('the check itself', () => {
  const directory = mkdtempSync(join(tmpdir(), 'surface-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  function problemsOf(source: string): string[] {
    const file = join(directory, 'entry.ts');
    writeFileSync(file, source);
    return surfaceProblems(file).map((problem) => problem.slice(problem.indexOf(' ') + 1));
  }

  it('accepts what jsii knows', () => {
    const source = `
      /** Doc. */ export enum Kind { A }
      /** Doc. */ export interface ThingProps {
        readonly name: string;
        /** @default 1 */ readonly count?: number;
        /** @default - none */ readonly tags?: { [key: string]: string };
      }
      /** Doc. */ export interface IThing { readonly kind: Kind; run(): Promise<string[]>; }
      /** Doc. */ export class Thing implements IThing {
        readonly kind = Kind.A;
        private readonly both: string | number = 1;
        constructor(readonly props: ThingProps) {}
        async run() { return [String(this.both)]; }
        /** @internal */ hidden(): [string] { return ['']; }
      }`;
    expect(problemsOf(source)).toEqual([]);
  });

  it('names what jsii cannot express', () => {
    const source = `
      interface Hidden { readonly a: string }
      /** Doc. */ export type Alias = string;
      /** Doc. */ export class Thing<T> {
        value?: T;
        readonly inferred = [1, 'a'];
        one(a: string | number, b: [string], c: () => void): { x: number } { return { x: String(a + b + c).length }; }
        two(): Hidden { return { a: '' }; }
        three<V>(): Map<string, V> { return new Map(); }
        four(a: 'x'): Partial<Hidden> { return { a }; }
      }`;
    expect(problemsOf(source).sort()).toEqual(
      [
        'Alias is a TypeAliasDeclaration',
        'Thing is generic',
        'Thing.value uses T, which this entry point does not export',
        'Thing.inferred is a union',
        'Thing.one → result is anonymous',
        'Thing.one(a) is a union',
        'Thing.one(b) is a tuple',
        'Thing.one(c) is a function type',
        'Thing.two → result uses Hidden, which this entry point does not export',
        'Thing.three is generic',
        'Thing.three → result is the generic Map',
        'Thing.four → result is the generic Partial',
        'Thing.four(a) is a literal type',
      ].sort(),
    );
  });

  it('names what a reader misses', () => {
    const source = `
      export interface ThingOptions { name: string; readonly count?: number; method(): void }
      export class Thing {}`;
    expect(problemsOf(source).sort()).toEqual([
      'Thing has no docstring',
      'ThingOptions has no docstring',
      'ThingOptions.count is optional and has no @default',
      'ThingOptions.method is not a property',
      'ThingOptions.name is not readonly',
    ]);
  });
});
