import type { DuckDBConnection } from '@duckdb/node-api';
import { DataContract, SqlDialect, TableProfiler } from '../../../lib/contract';
import { openDuckDb } from '../../../lib/local/duckdb';

function contract(properties: string): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: readings
version: 1.0.0
status: active
schema:
  - name: readings
    properties:
${properties}
`);
}

const READINGS = contract(`
      - { name: id, logicalType: integer, required: true }
      - { name: price, logicalType: number, physicalType: 'decimal(12,2)' }
      - { name: email, logicalType: string, classification: restricted }
      - { name: paid, logicalType: boolean }
      - name: place
        logicalType: object
        properties: [{ name: city, logicalType: string, classification: public }]
      - { name: tags, logicalType: array, items: { logicalType: string } }
`);

describe('the profile of a table', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = (await openDuckDb(1))!;
  });
  afterAll(() => connection.closeSync());

  async function profile(rows: string): Promise<Record<string, unknown>[]> {
    await connection.run(`CREATE OR REPLACE TABLE readings AS ${rows}`);
    const profiler = TableProfiler.of(READINGS.schema());
    const result = await connection.runAndReadAll(profiler.query(SqlDialect.DUCKDB, ['readings']));
    return profiler
      .read(result.getRows()[0])
      .map(({ schemaHash, ...counts }) => ({ ...counts, hashed: /^[0-9a-f]{16}$/.test(schemaHash) }));
  }

  const ROWS = `SELECT * FROM (VALUES
    (9007199254740993::BIGINT, 1.10::DECIMAL(12,2), 'a@x', true, {city: 'Oslo'}, ['a']),
    (1, 1.10, 'a@x', NULL, {city: NULL}, NULL),
    (1, NULL, 'b@x', true, NULL, [])) AS t(id, price, email, paid, place, tags)`;

  it('counts nulls, distinct and repeated values, and keeps ranges exact and classified values to itself', async () => {
    const of3 = { rows: '3', hashed: true };
    expect(await profile(ROWS)).toEqual([
      {
        ...of3,
        column: 'id',
        type: 'long',
        nulls: '0',
        distincts: '2',
        duplicates: '1',
        minimum: '1',
        maximum: '9007199254740993',
      },
      {
        ...of3,
        column: 'price',
        type: 'decimal(12,2)',
        nulls: '1',
        distincts: '1',
        duplicates: '1',
        minimum: '1.10',
        maximum: '1.10',
      },
      { ...of3, column: 'email', type: 'string', nulls: '0', distincts: '2', duplicates: '1' },
      { ...of3, column: 'paid', type: 'boolean', nulls: '1', distincts: '1', duplicates: '1' },
      { ...of3, column: 'place', type: 'struct', nulls: '1' },
      {
        ...of3,
        column: 'place.city',
        type: 'string',
        nulls: '2',
        distincts: '1',
        duplicates: '0',
        minimum: 'Oslo',
        maximum: 'Oslo',
      },
      { ...of3, column: 'tags', type: 'list', nulls: '1' },
    ]);
  });

  it('of an empty table has no range', async () => {
    const [id] = await profile(`SELECT * FROM (${ROWS}) WHERE false`);
    expect(id).toEqual({
      column: 'id',
      type: 'long',
      hashed: true,
      rows: '0',
      nulls: '0',
      distincts: '0',
      duplicates: '0',
    });
  });
});

it('is one scan, also in Athena', () => {
  const sql = TableProfiler.of(READINGS.schema()).query(SqlDialect.ATHENA, ['lake_bronze', 'readings']);
  expect(sql.match(/FROM/g)).toHaveLength(1);
  expect(sql).toContain('CAST(count(DISTINCT t."place"."city") AS VARCHAR)');
});

it('hashes a column anew when its name, type or presence changes, and only then', () => {
  const hashOf = (property: string): string => {
    const profiler = TableProfiler.of(contract(`      - { ${property} }`).schema());
    return profiler.read([0, 0, 0, null, null])[0].schemaHash;
  };
  const hash = hashOf('name: id, logicalType: integer');
  expect(hashOf('name: id, logicalType: integer, description: The key')).toBe(hash);
  const others = [
    'name: id, logicalType: string',
    'name: ids, logicalType: integer',
    'name: id, logicalType: integer, required: true',
  ];
  expect(new Set([hash, ...others.map(hashOf)]).size).toBe(4);
});
