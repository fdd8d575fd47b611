import { parquetWriteBuffer } from 'hyparquet-writer';
import { contractOf, encode } from '../handler-code/encode-fixture';
import { footer, readWithDuckDb } from './read-parquet';

/** Rows with everything a bound or a count can get wrong: nulls, ties, signs, long and non-ASCII text. */
const ROWS = Array.from({ length: 3000 }, (_, i) => ({
  id: i * 7919 - 1_000_000,
  kind: ['click', 'view', 'Ünïcode', '😀 smile'][i % 4],
  unique: `${(i * 2654435761) % 4294967296}-${i}`,
  price: i % 5 === 0 ? null : (i - 1500) / 8,
  flag: i % 3 === 0,
  tags: i % 6 === 0 ? null : Array.from({ length: i % 4 }, (_value, k) => `tag ${k}`),
  device: i % 10 === 0 ? null : { os: ['iOS', 'Android'][i % 2], width: i % 9 === 0 ? null : i % 17 },
}));

test('hyparquet-writer, given the same rows and schema, writes the same values, counts and bounds', async () => {
  const contract = contractOf([
    { name: 'id', logicalType: 'integer', required: true },
    { name: 'kind', logicalType: 'string', required: true },
    { name: 'unique', logicalType: 'string' },
    { name: 'price', logicalType: 'number' },
    { name: 'flag', logicalType: 'boolean' },
    { name: 'tags', logicalType: 'array', items: { logicalType: 'string' } },
    {
      name: 'device',
      logicalType: 'object',
      properties: [
        { name: 'os', logicalType: 'string' },
        { name: 'width', logicalType: 'integer', logicalTypeOptions: { format: 'i32' } },
      ],
    },
  ]);
  const ours = encode(contract, ROWS).files[0].bytes;
  const { schema } = footer(ours);
  // Without the four technical columns, which come last.
  const theirSchema = [{ ...schema[0], num_children: 7 }, ...schema.slice(1, -4)];
  const columnData = Object.keys(ROWS[0]).map((name) => ({
    name,
    data: ROWS.map((row) => (name === 'id' ? BigInt(row.id) : row[name as keyof typeof row])) as unknown[],
  }));
  const theirs = new Uint8Array(
    parquetWriteBuffer({ columnData, schema: theirSchema, rowGroupSize: 10_000 }),
  );

  const columns = 'id, kind, "unique", price, flag, tags, device';
  expect(await readWithDuckDb(ours, columns)).toEqual(await readWithDuckDb(theirs, columns));

  const expected = footer(theirs).row_groups[0].columns.map((column) => column.meta_data);
  const found = footer(ours).row_groups[0].columns.map((column) => column.meta_data);
  expected.forEach((chunk, i) => {
    expect(found[i]).toMatchObject({ path_in_schema: chunk?.path_in_schema, num_values: chunk?.num_values });
    expect(found[i]?.statistics).toMatchObject({
      null_count: chunk?.statistics?.null_count,
      min_value: chunk?.statistics?.min_value,
      max_value: chunk?.statistics?.max_value,
    });
  });
});
