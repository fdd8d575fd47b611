import fc from 'fast-check';
import { SqlDialect, SqlParameter } from '../../../lib/contract';
import { becomes } from '../../../lib/contract/transform/result-type';
import { parameterLiteral, parameterValues } from '../../../lib/contract/transform/sql-parameter';
import { sqlInDialect } from '../../../lib/contract/transform/transform-query';
import { type DuckDb, openDuckDb } from '../../../lambda/engines/duckdb';

const at = new Date('2024-06-01T02:03:04.005Z');
const name = SqlParameter.text()._definition('name');

describe('a parameter', () => {
  let duckdb: DuckDb;
  beforeAll(async () => (duckdb = await openDuckDb({ memoryMiB: 128, threads: 1 })));
  afterAll(() => duckdb.close());

  test('of text is that text, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.constantFrom("'; DROP TABLE x; --", "\\'", '${name}', "''", '/*')),
        async (text) => {
          fc.pre(!text.includes('\0'));
          const sql = sqlInDialect(
            'SELECT ${name} AS v',
            [name],
            new Map([['name', text]]),
            SqlDialect.DUCKDB,
          );
          expect(await duckdb.rows(sql)).toEqual([{ v: text }]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is escaped as Spark reads it', () => {
    expect(parameterLiteral(name, "a\\' OR 1=1", SqlDialect.SPARK)).toBe("'a\\\\\\' OR 1=1'");
  });

  test.each([
    [SqlParameter.integer(), '1; DROP TABLE x'],
    [SqlParameter.integer(), '9223372036854775808'],
    [SqlParameter.decimal(), '1e5'],
    [SqlParameter.date(), "2024-01-01' OR '1'='1"],
    [SqlParameter.timestamp(), 'yesterday'],
    [SqlParameter.boolean(), 'TRUE'],
    [SqlParameter.text(), 'a\0b'],
  ])('refuses what is none of its type', (parameter, value) => {
    expect(() => parameterValues([parameter._definition('p')], { p: value }, at)).toThrow(
      'The parameter "p" is',
    );
  });

  test('follows the run, or the date a request is for', () => {
    const definitions = [
      SqlParameter.runDate(1)._definition('yesterday'),
      SqlParameter.runTime()._definition('now'),
      SqlParameter.decimal('1.50')._definition('least'),
    ];
    expect([...parameterValues(definitions, {}, at)]).toEqual([
      ['yesterday', '2024-05-31'],
      ['now', '2024-06-01 02:03:04.005'],
      ['least', '1.50'],
    ]);
    expect(parameterValues(definitions, { date: '2024-03-01' }, at).get('yesterday')).toBe('2024-02-29');
    expect(() => parameterValues(definitions, { dat: '2024-03-01' }, at)).toThrow(
      'There is no parameter "dat". Known: yesterday, now, least.',
    );
    expect(() => parameterValues([name], {}, at)).toThrow('The parameter "name" has no value');
  });
});

test('names and texts are quoted as the dialect has them, and comments are left alone', () => {
  const sql = `SELECT "a""b" AS x, 'it''s \\ ' -- "c" 'd'\nFROM t;`;
  expect(sqlInDialect(sql, [], new Map(), SqlDialect.ATHENA)).toBe(sql.replace(';', ''));
  expect(sqlInDialect(sql, [], new Map(), SqlDialect.SPARK)).toBe(
    "SELECT `a\"b` AS x, 'it\\'s \\\\ ' -- \"c\" 'd'\nFROM t",
  );
});

test.each([
  ['HUGEINT', 'long', true],
  ['DECIMAL(38,2)', 'decimal(14,2)', true],
  ['DECIMAL(14,4)', 'decimal(14,2)', false],
  ['DOUBLE', 'decimal(14,2)', false],
  ['DOUBLE', 'float', false],
  ['BIGINT', 'double', true],
  ['VARCHAR', 'long', false],
  ['DATE', 'timestamptz', false],
  ['TIMESTAMP', 'timestamptz', false],
  ['TIMESTAMP WITH TIME ZONE', 'timestamptz', true],
  ['"NULL"', 'string', true],
])('a column of %s as %s: %s', (given, wanted, fits) => {
  expect(becomes(given, wanted)).toBe(fits);
});
