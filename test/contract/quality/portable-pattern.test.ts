import type { DuckDBConnection } from '@duckdb/node-api';
import { portablePattern } from '../../../lib/contract/quality/portable-pattern';
import { literal, openDuckDb } from '../../../lib/local/duckdb';

const TEXTS = [
  '',
  'a',
  'a\n',
  'AB',
  'a1',
  ' ',
  '\u00a0',
  '\u2028',
  'x\u2028y',
  'é',
  '[',
  'a&&b',
  '1-2',
  'xyz',
  'a.b',
  '\t',
];

describe('a pattern means in DuckDB what it means in JavaScript', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = (await openDuckDb(1))!;
  });
  afterAll(() => connection.closeSync());

  it.each([
    '^a$',
    '^.$',
    'x.y',
    '^\\s$',
    '^\\S+$',
    '[\\s.]',
    '^[[a]',
    '[a&&b]',
    '^[^a]$',
    '^\\d-\\d$',
    '\\u00e9',
    '^\\x61',
    '^(?:a|b)\\.b$',
    '(?<first>a)1',
    '^\\p{Lu}+$',
    'x\\v?y',
    '^\\w{1,2}$',
    '\\bxyz\\b',
  ])('%s', async (pattern) => {
    const expected = TEXTS.filter((text) =>
      new RegExp(pattern, pattern.includes('\\p') ? 'u' : '').test(text),
    );
    const portable = literal(portablePattern(pattern));
    const matching: string[] = [];
    for (const text of TEXTS) {
      const result = await connection.runAndReadAll(`SELECT regexp_matches(${literal(text)}, ${portable})`);
      if (result.getRows()[0][0] === true) matching.push(text);
    }
    expect(matching).toEqual(expected);
  });
});

it.each(['(?=a)', '(?<!a)b', '(a)\\1', '\\k<a>', '\\p{Script=Greek}', '[\\b]', 'a{1001}', '[]', '\\cA'])(
  '%s is refused: SQL engines do not have it',
  (pattern) => {
    expect(() => portablePattern(pattern)).toThrow(
      'which the regular expressions of SQL engines do not have',
    );
  },
);
