import fc from 'fast-check';
import { type DuckDb, openDuckDb } from '../../../lambda/engines/duckdb';
import {
  type MergeParts,
  replaceStatement,
  upsertStatement,
} from '../../../lambda/pipeline/sql-transform/merge-statement';
import { SqlDialect } from '../../../lib/contract';

const column = (name: string, type: string, required = false) => ({ name, type, required });
const output = { columns: [column('k', 'long', true), column('v', 'string')], key: ['k'] };
const parts = (dialect: SqlDialect, more: Partial<MergeParts> = {}): MergeParts => ({
  dialect,
  target: 'target',
  output,
  query: 'SELECT k, v FROM source',
  ...more,
});

describe('statements', () => {
  test.each(Object.values(SqlDialect))('of %s', (dialect) => {
    expect(upsertStatement(parts(dialect))).toMatchSnapshot('upsert');
    expect(replaceStatement(parts(dialect))).toMatchSnapshot('replace all by key');
    expect(replaceStatement(parts(dialect), (t) => `${t}.k IN (1, 2)`)).toMatchSnapshot(
      'replace some by key',
    );
    expect(replaceStatement(parts(dialect, { output: { ...output, key: [] } }))).toMatchSnapshot(
      'replace all rows',
    );
  });

  test('quote names so that they stay names', () => {
    const hostile = {
      columns: [column('a"; DROP TABLE x; --`', 'long', true)],
      key: ['a"; DROP TABLE x; --`'],
    };
    expect(upsertStatement(parts(SqlDialect.ATHENA, { output: hostile }))).toContain(
      't."a""; DROP TABLE x; --`" =',
    );
    expect(upsertStatement(parts(SqlDialect.SPARK, { output: hostile }))).toContain(
      't.`a"; DROP TABLE x; --``` =',
    );
  });
});

/** MERGE means the same in DuckDB: what the statements do is tried there, on plain tables. */
describe('what they do', () => {
  type Rows = [k: number, v: string | null][];
  let duckdb: DuckDb;
  beforeAll(async () => (duckdb = await openDuckDb({ memoryMiB: 128, threads: 1 })));
  afterAll(() => duckdb.close());

  const rowsSql = (rows: Rows) =>
    rows.map(([k, v]) => `(${k}, ${v === null ? 'NULL' : `'${v}'`})`).join(', ');
  const fill = async (name: string, rows: Rows) => {
    await duckdb.run(`CREATE OR REPLACE TABLE ${name} (k BIGINT, v VARCHAR)`);
    if (rows.length > 0) await duckdb.run(`INSERT INTO ${name} VALUES ${rowsSql(rows)}`);
  };
  const sorted = (rows: Rows) => rows.map(([k, v]) => `${k}=${v}`).sort();
  async function after(statement: string, target: Rows, source: Rows, times = 2): Promise<string[]> {
    await fill('target', target);
    await fill('source', source);
    // Twice: a statement that is repeated after a lost answer changes nothing more.
    for (let i = 0; i < times; i++) await duckdb.run(statement);
    const rows = await duckdb.rows('SELECT k, v FROM target');
    return sorted(rows.map(({ k, v }) => [Number(k), v as string | null]));
  }

  const value = fc.option(fc.constantFrom('a', 'b'), { nil: null });
  const keyed = fc.uniqueArray(fc.tuple(fc.nat(6), value), { selector: ([k]) => k, maxLength: 6 });
  const any = fc.array(fc.tuple(fc.nat(6), value), { maxLength: 6 });
  const runs = { numRuns: 40 };

  test('all rows are replaced by key, and without one', async () => {
    await fc.assert(
      fc.asyncProperty(keyed, keyed, async (target, source) => {
        expect(await after(replaceStatement(parts(SqlDialect.DUCKDB)), target, source)).toEqual(
          sorted(source),
        );
      }),
      runs,
    );
    const keyless = replaceStatement(parts(SqlDialect.DUCKDB, { output: { ...output, key: [] } }));
    await fc.assert(
      fc.asyncProperty(any, any, async (target, source) => {
        expect(await after(keyless, target, source)).toEqual(sorted(source));
      }),
      runs,
    );
  });

  test('rows of a condition are replaced, the others stay', async () => {
    const some = (row: [number, string | null]) => row[0] < 3;
    for (const key of [['k'], []]) {
      const statement = replaceStatement(
        parts(SqlDialect.DUCKDB, { output: { ...output, key } }),
        (t) => `${t}.k < 3`,
      );
      const rows = key.length > 0 ? keyed : any;
      await fc.assert(
        fc.asyncProperty(rows, rows, async (target, source) => {
          const replacing = source.filter(some);
          const kept = target.filter((row) => !some(row));
          expect(await after(statement, target, replacing)).toEqual(sorted([...kept, ...replacing]));
        }),
        runs,
      );
    }
  });

  test('rows are put in the place of those of their key', async () => {
    await fc.assert(
      fc.asyncProperty(keyed, keyed, async (target, source) => {
        const model = new Map([...target, ...source]);
        expect(await after(upsertStatement(parts(SqlDialect.DUCKDB)), target, source)).toEqual(
          sorted([...model]),
        );
      }),
      runs,
    );
  });
});
