import type { IcebergField, IcebergType } from '../../lib/contract/iceberg-types';
import { ParquetFile } from '../../lambda/formats/parquet';
import { footer, readWithDuckDb, readWithHyparquet } from './read-parquet';

function column(name: string, type: IcebergType, required = false, id = 1): IcebergField {
  return { id, name, type, required };
}

/** A file of one column. */
function fileOf(type: string, values: unknown[], required = false): ReturnType<ParquetFile['finish']> {
  const file = new ParquetFile({ type: 'struct', fields: [column('c', type, required)] });
  const target = file.columns[0] as { push(value: unknown): void; pushNull(level: number): void };
  for (const value of values) {
    if (value === null) target.pushNull(0);
    else target.push(value);
    file.endRow();
  }
  return file.finish();
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('every type, with nulls, as two readers see it', () => {
  const LONG = 9223372036854775807n;
  test.each([
    ['boolean', [true, null, false], [true, null, false], [true, null, false]],
    ['int', [0, null, -2147483648, 2147483647], undefined, [0, null, -2147483648, 2147483647]],
    [
      'long',
      [5, null, LONG, -LONG - 1n, 9007199254740991, -4294967297],
      [5n, null, LONG, -LONG - 1n, 9007199254740991n, -4294967297n],
      ['5', null, String(LONG), String(-LONG - 1n), '9007199254740991', '-4294967297'],
    ],
    ['float', [1.5, null, -0.25], undefined, [1.5, null, -0.25]],
    ['double', [0.1, null, -1e300, 5e-324], undefined, [0.1, null, -1e300, 5e-324]],
    [
      'string',
      ['', null, 'naïve €', '😀', 'x'.repeat(300)],
      undefined,
      ['', null, 'naïve €', '😀', 'x'.repeat(300)],
    ],
    ['date', [0, null, -719528, 2932896], undefined, ['1970-01-01', null, '0001-01-01', '9999-12-31']],
    ['decimal(9,2)', [123456789, null, -1], undefined, ['1234567.89', null, '-0.01']],
    ['decimal(18,6)', [999999999999999999n, null, -1], undefined, ['999999999999.999999', null, '-0.000001']],
    [
      'decimal(38,10)',
      [10n ** 38n - 1n, null, -(10n ** 38n) + 1n, 0, -1],
      undefined,
      [
        `${'9'.repeat(28)}.${'9'.repeat(10)}`,
        null,
        `-${'9'.repeat(28)}.${'9'.repeat(10)}`,
        '0.0000000000',
        '-0.0000000001',
      ],
    ],
    [
      'decimal(19,0)',
      [9999999999999999999n, -128, 127, 128],
      undefined,
      ['9999999999999999999', '-128', '127', '128'],
    ],
    ['time', [0, null, 86399999999], undefined, ['00:00:00', null, '23:59:59.999999']],
    [
      'timestamp',
      [0, null, 253402300799999999n, -1],
      undefined,
      ['1970-01-01 00:00:00', null, '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999'],
    ],
    ['timestamptz', [1700000000123456, null], undefined, ['2023-11-14 22:13:20.123456+00', null]],
    [
      'uuid',
      [Uint8Array.from(Buffer.from('00112233445566778899aabbccddeeff', 'hex')), null],
      undefined,
      ['00112233-4455-6677-8899-aabbccddeeff', null],
    ],
    ['binary', [bytes(), null, bytes(0, 255)], [bytes(), null, bytes(0, 255)], undefined],
    ['fixed[3]', [bytes(1, 2, 3), null], [bytes(1, 2, 3), null], undefined],
  ])('%s', async (type, values, forHyparquet, forDuckDb) => {
    const { bytes: file } = fileOf(type, values);
    // A year 0 is year 1 BC: DuckDB prints it otherwise than ISO does.
    if (forDuckDb && type !== 'date') {
      expect((await readWithDuckDb(file)).map((row) => row.c)).toEqual(forDuckDb);
    } else if (type === 'date') {
      const rows = await readWithDuckDb(file, "datediff('day', DATE '1970-01-01', c)::INT AS c");
      expect(rows.map((row) => row.c)).toEqual(values);
    }
    const rows = await readWithHyparquet(file);
    expect(rows).toHaveLength(values.length);
    rows.forEach((row, i) => {
      if (values[i] === null) expect(row.c ?? null).toBeNull();
      else if (forHyparquet) expect(row.c).toEqual(forHyparquet[i]);
    });
    expect(footer(file).schema[1]).toMatchObject({ name: 'c', field_id: 1, repetition_type: 'OPTIONAL' });
  });

  test('a required column has no levels and stays NOT NULL', async () => {
    const { bytes: file } = fileOf('int', [1, 2], true);
    expect(footer(file).schema[1].repetition_type).toBe('REQUIRED');
    expect((await readWithHyparquet(file)).map((row) => row.c)).toEqual([1, 2]);
  });

  test('-0.0 stays -0.0, through a dictionary too', async () => {
    const values = Array.from({ length: 4000 }, (_, i) => [0, -0, 1.5][i % 3]);
    const { bytes: file } = fileOf('double', values);
    const rows = await readWithHyparquet(file);
    expect(rows.every((row, i) => Object.is(row.c, values[i]))).toBe(true);
    expect(footer(file).row_groups[0].columns[0].meta_data?.encodings).toContain('RLE_DICTIONARY');
  });

  test('logical types say what Iceberg asks', () => {
    const logical = (type: string) => footer(fileOf(type, []).bytes).schema[1].logical_type;
    expect(logical('timestamptz')).toEqual({ type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' });
    expect(logical('timestamp')).toEqual({ type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' });
    expect(logical('time')).toEqual({ type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' });
    expect(logical('decimal(20,3)')).toEqual({ type: 'DECIMAL', precision: 20, scale: 3 });
    expect(logical('uuid')).toEqual({ type: 'UUID' });
    expect(logical('string')).toEqual({ type: 'STRING' });
  });

  test('a decimal takes the fewest bytes its precision needs', () => {
    const width = (precision: number) =>
      footer(fileOf(`decimal(${precision},0)`, []).bytes).schema[1].type_length;
    expect([19, 20, 28, 29, 38].map(width)).toEqual([9, 9, 12, 13, 16]);
  });

  test('a map is refused by name', () => {
    const map: IcebergType = {
      type: 'map',
      'key-id': 2,
      key: 'string',
      'value-id': 3,
      value: 'int',
      'value-required': false,
    };
    expect(() => new ParquetFile({ type: 'struct', fields: [column('m', map)] })).toThrow(
      'Column "m" is a map',
    );
  });
});

describe('bounds', () => {
  const bounds = (type: string, values: unknown[]) => {
    const { bytes: file, metrics } = fileOf(type, values);
    const { statistics } = footer(file).row_groups[0].columns[0].meta_data ?? {};
    return { lower: metrics.lowerBounds.get(1), upper: metrics.upperBounds.get(1), metrics, statistics };
  };
  const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();

  test('are left out when there are no values', () => {
    const { lower, upper, metrics } = bounds('int', [null, null]);
    expect([lower, upper, metrics.nullValueCounts.get(1), metrics.valueCounts.get(1)]).toEqual([
      undefined,
      undefined,
      2,
      2,
    ]);
  });

  test('leave NaN out, and count it', () => {
    const { metrics, statistics } = bounds('double', [NaN, 2, NaN, -1]);
    expect(metrics.nanValueCounts.get(1)).toBe(2);
    expect([statistics?.min_value, statistics?.max_value]).toEqual([-1, 2]);
    expect(bounds('double', [NaN]).lower).toBeUndefined();
  });

  test('take zero as -0.0 below and +0.0 above', () => {
    const { statistics } = bounds('double', [0, -0]);
    expect(Object.is(statistics?.min_value, -0)).toBe(true);
    expect(Object.is(statistics?.max_value, 0)).toBe(true);
  });

  test('order strings by UTF-8 bytes, not by UTF-16 units', () => {
    const { lower, upper } = bounds('string', ['\uffee', '😀', 'ä']);
    expect([text(lower), text(upper)]).toEqual(['ä', '😀']);
  });

  test('shorten long strings to 16 code points, upwards at the top', () => {
    const { lower, upper, statistics } = bounds('string', ['a'.repeat(40), '😀'.repeat(40)]);
    expect(text(lower)).toBe('a'.repeat(16));
    expect(text(upper)).toBe(`${'😀'.repeat(15)}😁`);
    expect(statistics).toMatchObject({ is_max_value_exact: false, is_min_value_exact: false });
    expect(text(bounds('string', [`${'b'.repeat(15)}\ud7ff\u{10ffff}`]).upper)).toBe(
      `${'b'.repeat(15)}\ue000`,
    );
  });

  test('are left out at the top where nothing is larger', () => {
    const { lower, upper } = bounds('string', ['\u{10ffff}'.repeat(17)]);
    expect(text(lower)).toBe('\u{10ffff}'.repeat(16));
    expect(upper).toBeUndefined();
    expect(bounds('binary', [new Uint8Array(20).fill(255)]).upper).toBeUndefined();
  });

  test('are single values as manifests want them', () => {
    expect(bounds('decimal(9,2)', [-129, 128]).lower).toEqual(bytes(0xff, 0x7f));
    expect(bounds('decimal(9,2)', [-129, 128]).upper).toEqual(bytes(0, 0x80));
    expect(bounds('decimal(30,2)', [-129n, 128n]).lower).toEqual(bytes(0xff, 0x7f));
    expect(bounds('long', [-1, 9007199254740993n]).lower).toEqual(new Uint8Array(8).fill(255));
    expect(bounds('int', [1, 256]).upper).toEqual(bytes(0, 1, 0, 0));
    expect(bounds('boolean', [true, true]).lower).toEqual(bytes(1));
  });

  test('span the row groups of a file', () => {
    const file = new ParquetFile({ type: 'struct', fields: [column('c', 'long')] }, { rowGroupRows: 2 });
    for (const value of [5, -3, 9, 7, 2]) {
      (file.columns[0] as { push(value: number): void }).push(value);
      file.endRow();
    }
    const { metrics, bytes: written } = file.finish();
    expect(metrics.splitOffsets).toHaveLength(3);
    expect(Buffer.from(metrics.lowerBounds.get(1) ?? []).readBigInt64LE()).toBe(-3n);
    expect(Buffer.from(metrics.upperBounds.get(1) ?? []).readBigInt64LE()).toBe(9n);
    expect(footer(written).row_groups).toHaveLength(3);
  });
});
