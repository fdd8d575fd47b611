import fc from 'fast-check';
import type { IcebergField, IcebergStruct } from '../../lib/contract/iceberg-types';
import { ByteWriter } from '../../lambda/formats/parquet/byte-writer';
import { ParquetFile } from '../../lambda/formats/parquet';
import { bitWidth, writeHybrid } from '../../lambda/formats/parquet/rle-bit-packing';
import { footer, readWithDuckDb, readWithHyparquet } from './read-parquet';

interface Pushable {
  push(value: unknown): void;
  pushNull(level: number): void;
  repeat(level: number): void;
}

function table(...fields: IcebergField[]): IcebergStruct {
  return { type: 'struct', fields };
}

/** Reads the hybrid as the specification describes it, without a thought for speed. */
function readHybrid(bytes: Uint8Array, width: number, count: number): number[] {
  const values: number[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const header = varint();
    if (header & 1) {
      const groups = header >>> 1;
      for (let i = 0; i < groups * 8; i++) {
        let value = 0;
        for (let bit = 0; bit < width; bit++) {
          const place = i * width + bit;
          value |= ((bytes[at + (place >>> 3)] >>> (place & 7)) & 1) << bit;
        }
        values.push(value);
      }
      at += groups * width;
    } else {
      let value = 0;
      for (let byte = 0; byte < Math.ceil(width / 8); byte++) value |= bytes[at++] << (byte * 8);
      for (let i = 0; i < header >>> 1; i++) values.push(value);
    }
  }
  return values.slice(0, count);
}

test('the hybrid of runs and packed bits reads back, whatever the runs', () => {
  const runs = fc.array(fc.tuple(fc.nat(20), fc.nat()), { maxLength: 40 });
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 24 }), fc.nat(9), (stretches, width, skip) => {
      const values = stretches.flatMap(([length, value]) =>
        new Array<number>(length).fill(value % 2 ** width),
      );
      const start = Math.min(skip, values.length);
      const out = new ByteWriter(1);
      writeHybrid(out, values, start, values.length, width);
      expect(readHybrid(out.bytes(), width, values.length - start)).toEqual(values.slice(start));
    }),
    { numRuns: 500 },
  );
});

test('the width of levels and indices', () => {
  expect([0, 1, 2, 3, 4, 255, 256].map(bitWidth)).toEqual([0, 1, 2, 2, 3, 8, 9]);
});

test('pages and row groups: 300,000 rows in three groups, strings over many pages', async () => {
  const file = new ParquetFile(
    table(
      { id: 1, name: 'n', type: 'int', required: true },
      { id: 2, name: 's', type: 'string', required: false },
      {
        id: 3,
        name: 'l',
        type: { type: 'list', 'element-id': 4, element: 'string', 'element-required': true },
        required: false,
      },
    ),
    { rowGroupRows: 120_000 },
  );
  const [n, s, l] = file.columns as unknown as Pushable[];
  for (let i = 0; i < 300_000; i++) {
    n.push(i);
    if (i % 7 === 0) s.pushNull(0);
    else s.push(`row ${i * 2654435761} of a text that hardly repeats itself`);
    for (let k = 0; k < i % 3; k++) {
      if (k > 0) l.repeat(1);
      l.push(`${i}/${k} and some more`);
    }
    if (i % 3 === 0) l.pushNull(1);
    file.endRow();
  }
  const { bytes, metrics } = file.finish();
  const { row_groups: groups } = footer(bytes);
  expect(groups.map((group) => group.num_rows)).toEqual([120_000n, 120_000n, 60_000n]);
  expect(Number(groups[0].columns[1].meta_data?.total_uncompressed_size)).toBeGreaterThan(4 << 20);
  expect(metrics.splitOffsets).toEqual(
    groups.map((group) => Number(group.columns[0].meta_data?.data_page_offset)),
  );
  const [sums] = await readWithDuckDb(
    bytes,
    `count(*)::INT AS rows, sum(n)::BIGINT AS n, count(s)::INT AS texts, sum(len(l))::INT AS items,
     count(*) FILTER (s <> 'row ' || (n::BIGINT * 2654435761) || ' of a text that hardly repeats itself')::INT AS wrong,
     count(*) FILTER (len(l) <> n % 3 OR l[2] <> n || '/1 and some more')::INT AS wrong_lists`,
  );
  expect(sums).toEqual({
    rows: 300_000,
    n: String((300_000 * 299_999) / 2),
    texts: 300_000 - Math.ceil(300_000 / 7),
    items: 300_000,
    wrong: 0,
    wrong_lists: 0,
  });
});

test('a column that repeats itself gets a dictionary, one that does not is PLAIN and uncompressed', () => {
  const file = new ParquetFile(
    table(
      { id: 1, name: 'kind', type: 'string', required: true },
      { id: 2, name: 'id', type: 'string', required: true },
      { id: 3, name: 'size', type: 'long', required: true },
      { id: 4, name: 'noise', type: 'double', required: true },
    ),
  );
  const columns = file.columns as unknown as Pushable[];
  let state = 1;
  const random = () => (state = Math.imul(state, 1103515245) + 12345) >>> 0;
  for (let i = 0; i < 20_000; i++) {
    columns[0].push(['click', 'view'][i % 2]);
    columns[1].push(random().toString(36) + random().toString(36));
    columns[2].push((i % 100) * 1e10);
    columns[3].push(Math.sqrt(random()));
    file.endRow();
  }
  const chunks = footer(file.finish().bytes).row_groups[0].columns.map((column) => column.meta_data);
  expect(chunks.map((chunk) => chunk?.encodings.includes('RLE_DICTIONARY'))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(chunks[3]?.codec).toBe('UNCOMPRESSED');
  expect(chunks[0]?.codec).toBe('SNAPPY');
});

test('an empty table is a file', async () => {
  const { bytes, metrics } = new ParquetFile(
    table({ id: 1, name: 'n', type: 'int', required: true }),
  ).finish();
  expect(await readWithHyparquet(bytes)).toEqual([]);
  expect(metrics.recordCount).toBe(0);
});
