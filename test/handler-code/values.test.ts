import { readWithDuckDb } from '../formats/read-parquet';
import { contractOf, encode } from './encode-fixture';

/** What a column holds for a value given as JSON text, or the code it was rejected with. */
async function columnOf(property: object, json: string, printed = 'c::VARCHAR AS c'): Promise<string> {
  const { files, rejections } = encode(contractOf([{ name: 'c', ...property }]), [`{"c":${json}}`]);
  if (rejections[0]) return `${rejections[0].code}: ${rejections[0].path}`;
  return (await readWithDuckDb(files[0].bytes, printed))[0].c;
}

/** Microseconds, where DuckDB's own printing would stand between. */
const MICROS = 'epoch_us(c)::VARCHAR AS c';

describe('64-bit integers', () => {
  test.each([
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['"9223372036854775807"', '9223372036854775807'],
    ['"-5"', '-5'],
    ['1e3', '1000'],
    ['-0', '0'],
    ['10.0', '10'],
    ['1e18', '1000000000000000000'],
    ['-9e18', '-9000000000000000000'],
    ['922337203685477e4', '9223372036854770000'],
    ['1e19', 'out-of-range: c'],
    ['9223372036854775808', 'out-of-range: c'],
    ['1e400', 'out-of-range: c'],
    ['1.5', 'wrong-type: c'],
    ['12345678901234567.5', 'wrong-type: c'],
    ['"05"', 'wrong-type: c'],
    ['" 5"', 'wrong-type: c'],
    ['"1e3"', 'wrong-type: c'],
    ['""', 'wrong-type: c'],
    ['true', 'wrong-type: c'],
    ['[5]', 'wrong-type: c'],
    ['{"valueOf":1,"toString":1}', 'wrong-type: c'],
  ])('%s → %s', async (json, expected) => {
    expect(await columnOf({ logicalType: 'integer' }, json)).toBe(expected);
  });
});

describe('32-bit and narrower integers', () => {
  test.each([
    ['i32', '2147483647', '2147483647'],
    ['i32', '2147483648', 'out-of-range: c'],
    ['i32', '-2147483649', 'out-of-range: c'],
    ['u8', '255', '255'],
    ['u8', '256', 'out-of-range: c'],
    ['u8', '-1', 'out-of-range: c'],
    ['u64', '18446744073709551615', '18446744073709551615'],
    ['u64', '18446744073709551616', 'out-of-range: c'],
    ['u64', '-1', 'out-of-range: c'],
  ])('%s %s → %s', async (format, json, expected) => {
    expect(await columnOf({ logicalType: 'integer', logicalTypeOptions: { format } }, json)).toBe(expected);
  });
});

describe('decimals', () => {
  test.each([
    ['decimal(10,2)', '0.1', '0.10'],
    ['decimal(10,2)', '1.10', '1.10'],
    ['decimal(10,2)', '-0.01', '-0.01'],
    ['decimal(10,2)', '1.005', 'out-of-range: c'],
    ['decimal(10,2)', '99999999.99', '99999999.99'],
    ['decimal(10,2)', '100000000', 'out-of-range: c'],
    ['decimal(10,2)', '"12.50"', '12.50'],
    ['decimal(10,2)', '"12.5000"', '12.50'],
    ['decimal(10,2)', '"12,50"', 'wrong-type: c'],
    ['decimal(10,2)', '1.2e2', '120.00'],
    ['decimal(10,2)', '1e-2', '0.01'],
    ['decimal(38,20)', '0.10000000000000000001', '0.10000000000000000001'],
    ['decimal(38,0)', '12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['decimal(38,18)', '12345678901234567890.123456789012345678', '12345678901234567890.123456789012345678'],
    ['decimal(18,4)', '12345678901234.5678', '12345678901234.5678'],
    ['decimal(18,4)', '0.00001', 'out-of-range: c'],
    ['decimal(18,0)', '1e400', 'out-of-range: c'],
    ['decimal(18,0)', 'false', 'wrong-type: c'],
  ])('%s of %s → %s', async (physicalType, json, expected) => {
    expect(await columnOf({ logicalType: 'number', physicalType }, json)).toBe(expected);
  });

  test('no cent is lost among all of a range', async () => {
    const contract = contractOf([{ name: 'c', logicalType: 'number', physicalType: 'decimal(9,2)' }]);
    const cents = Array.from({ length: 2000 }, (_, i) => (i * 99_991) % 900_000_000);
    const texts = cents.map((value) => `${Math.floor(value / 100)}.${String(value % 100).padStart(2, '0')}`);
    const { files } = encode(
      contract,
      texts.map((text) => `{"c":${text}}`),
    );
    expect((await readWithDuckDb(files[0].bytes, 'c::VARCHAR AS c')).map((row) => row.c)).toEqual(texts);
  });
});

describe('floats', () => {
  test.each([
    ['double', '0.1', '0.1'],
    ['double', '"1e-7"', '1e-07'],
    ['double', '1e400', 'out-of-range: c'],
    ['double', '-1e400', 'out-of-range: c'],
    ['double', '"NaN"', 'wrong-type: c'],
    ['double', '"Infinity"', 'wrong-type: c'],
    ['double', '-0', '-0.0'],
    ['real', '1e39', 'out-of-range: c'],
    ['real', '0.5', '0.5'],
  ])('%s %s → %s', async (physicalType, json, expected) => {
    expect(await columnOf({ logicalType: 'number', physicalType }, json)).toBe(expected);
  });
});

describe('timestamps', () => {
  const at = (iso: string, micros = 0): string => String(BigInt(Date.parse(iso)) * 1000n + BigInt(micros));
  test.each([
    ['"2026-11-20T10:20:30Z"', at('2026-11-20T10:20:30Z')],
    ['"2026-11-20T10:20:30.123456Z"', at('2026-11-20T10:20:30.123Z', 456)],
    ['"2026-11-20T10:20:30.123456789Z"', at('2026-11-20T10:20:30.123Z', 456)],
    ['"2026-11-20T10:20:30.1"', at('2026-11-20T10:20:30.100Z')],
    ['"2026-11-20 10:20:30"', at('2026-11-20T10:20:30Z')],
    ['"2026-11-20T10:20"', at('2026-11-20T10:20:00Z')],
    ['"2026-11-20"', at('2026-11-20T00:00:00Z')],
    ['"2026-11-20T10:20:30+05:30"', at('2026-11-20T04:50:30Z')],
    ['"2026-11-20T10:20:30-0800"', at('2026-11-20T18:20:30Z')],
    ['"2026-11-20t10:20:30z"', at('2026-11-20T10:20:30Z')],
    ['"9999-12-31T23:59:59.999999Z"', '253402300799999999'],
    ['"0001-01-01T00:00:00.000001Z"', '-62135596799999999'],
    ['"1969-12-31T23:59:59.999999Z"', '-1'],
    ['"1600-02-29T12:00:00Z"', at('1600-02-29T12:00:00Z')],
    ['1700000000', at('2023-11-14T22:13:20Z')],
    ['1700000000.123456', at('2023-11-14T22:13:20.123Z', 456)],
    ['1700000000123', at('2023-11-14T22:13:20.123Z')],
    ['1700000000123456', at('2023-11-14T22:13:20.123Z', 456)],
    ['1700000000123456789', at('2023-11-14T22:13:20.123Z', 456)],
    ['"1700000000123"', at('2023-11-14T22:13:20.123Z')],
    ['-1', '-1000000'],
    ['253402300799', '253402300799000'],
    ['"2026-02-29T00:00:00Z"', 'wrong-type: c'],
    ['"2026-13-01T00:00:00Z"', 'wrong-type: c'],
    ['"2026-11-20T24:00:00Z"', 'wrong-type: c'],
    ['"2026-11-20T10:20:30.Z"', 'wrong-type: c'],
    ['"2026-11-20T10:20:30Zx"', 'wrong-type: c'],
    ['"2026-11-20T10:20:30+25:00"', 'wrong-type: c'],
    ['"20261120"', 'wrong-type: c'],
    ['"yesterday"', 'wrong-type: c'],
    ['true', 'wrong-type: c'],
    ['1e300', 'out-of-range: c'],
  ])('%s → %s', async (json, expected) => {
    expect(await columnOf({ logicalType: 'timestamp' }, json, MICROS)).toBe(expected);
  });

  test.each([
    ['epoch_s', '253402300799', '253402300799000000'],
    ['epoch_ms', '5', '5000'],
    ['epoch_ms', '253402300799999', '253402300799999000'],
    ['epoch_us', '253402300799999999', '253402300799999999'],
    ['epoch_us', '9007199254740993', '9007199254740993'],
    ['epoch_ns', '123456789012345e4', '1234567890123450'],
    ['MM/dd/yyyy HH:mm:ss', '"02/03/2024 04:05:06"', at('2024-02-03T04:05:06Z')],
    ['MMM dd yyyy', '"Jun 12 1998"', at('1998-06-12T00:00:00Z')],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '"2024-05-06T07:08:09.123+02:00"', at('2024-05-06T05:08:09.123Z')],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '"2024-05-06T07:08:09Z"', at('2024-05-06T07:08:09Z')],
    ['d MMMM yyyy h:mm a', '"6 May 2024 12:30 AM"', at('2024-05-06T00:30:00Z')],
    ['dd.MM.yyyy', '"31.02.2024"', 'wrong-type: c'],
    ['dd/MM/yyyy', '"2024-05-06T07:08:09Z"', at('2024-05-06T07:08:09Z')],
  ])('format %s: %s → %s', async (format, json, expected) => {
    expect(await columnOf({ logicalType: 'timestamp', logicalTypeOptions: { format } }, json, MICROS)).toBe(
      expected,
    );
  });

  test.each([
    ['Europe/Berlin', '"2024-07-01T12:00:00"', at('2024-07-01T10:00:00Z')],
    ['Europe/Berlin', '"2024-01-01T12:00:00"', at('2024-01-01T11:00:00Z')],
    ['Europe/Berlin', '"2024-03-31T03:00:00"', at('2024-03-31T01:00:00Z')],
    ['Europe/Berlin', '"2024-10-27T03:30:00"', at('2024-10-27T02:30:00Z')],
    ['Europe/Berlin', '"2024-10-27T02:30:00"', at('2024-10-27T00:30:00Z')],
    ['Europe/Berlin', '"2024-03-31T02:30:00"', at('2024-03-31T01:30:00Z')],
    ['America/New_York', '"2024-11-03T01:30:00"', at('2024-11-03T05:30:00Z')],
    ['America/New_York', '"2024-03-10T02:30:00"', at('2024-03-10T07:30:00Z')],
    ['Asia/Kolkata', '"2024-01-01T00:00:00.000001"', at('2023-12-31T18:30:00Z', 1)],
    ['Asia/Kolkata', '"2024-01-01T00:00:00Z"', at('2024-01-01T00:00:00Z')],
    ['-03:00', '"2024-01-01T00:00:00"', at('2024-01-01T03:00:00Z')],
    ['+05:45', '"2024-01-01T00:00:00"', at('2023-12-31T18:15:00Z')],
    ['+05:45', '"2024-01-01T00:00:00-01:00"', at('2024-01-01T01:00:00Z')],
  ])('default zone %s: %s → %s', async (defaultTimezone, json, expected) => {
    const property = { logicalType: 'timestamp', logicalTypeOptions: { defaultTimezone } };
    expect(await columnOf(property, json, MICROS)).toBe(expected);
  });

  test('a wall-clock timestamp keeps its reading', async () => {
    const property = { logicalType: 'timestamp', logicalTypeOptions: { timezone: false } };
    expect(await columnOf(property, '"2024-05-06T07:08:09.5"')).toBe('2024-05-06 07:08:09.5');
  });

  test('every day from 1583 to 2400 is the calendar’s', async () => {
    const contract = contractOf([{ name: 'c', logicalType: 'date' }]);
    const days = Array.from({ length: 5000 }, (_, i) =>
      new Date(Date.UTC(1583, 0, 1 + i * 59)).toISOString().slice(0, 10),
    );
    const { files } = encode(
      contract,
      days.map((c) => ({ c })),
    );
    expect((await readWithDuckDb(files[0].bytes, 'c::VARCHAR AS c')).map((row) => row.c)).toEqual(days);
  });
});

describe('other types', () => {
  test.each([
    [{ logicalType: 'date' }, '"2024-02-29"', '2024-02-29'],
    [{ logicalType: 'date' }, '"2024-02-29T00:00:00Z"', '2024-02-29'],
    [{ logicalType: 'date' }, '"2024-02-29T01:00:00Z"', 'wrong-type: c'],
    [{ logicalType: 'date' }, '"2023-02-29"', 'wrong-type: c'],
    [{ logicalType: 'date', logicalTypeOptions: { format: 'MMM dd yyyy' } }, '"Jun 12 1998"', '1998-06-12'],
    [{ logicalType: 'date', logicalTypeOptions: { format: 'dd/MM/yy' } }, '"12/06/98"', '2098-06-12'],
    [{ logicalType: 'time' }, '"23:59:59.999999"', '23:59:59.999999'],
    [{ logicalType: 'time' }, '"07:05"', '07:05:00'],
    [{ logicalType: 'time' }, '"24:00"', 'wrong-type: c'],
    [{ logicalType: 'boolean' }, 'true', 'true'],
    [{ logicalType: 'boolean' }, '1', 'wrong-type: c'],
    [{ logicalType: 'boolean' }, '"true"', 'wrong-type: c'],
    [{ logicalType: 'string' }, '"\\u00e9\\ud83d\\ude00"', 'é😀'],
    [{ logicalType: 'string' }, '""', ''],
    [{ logicalType: 'string' }, '5', 'wrong-type: c'],
    [
      { logicalType: 'string', physicalType: 'uuid' },
      '"00112233-4455-6677-8899-AABBCCDDEEFF"',
      '00112233-4455-6677-8899-aabbccddeeff',
    ],
    [{ logicalType: 'string', physicalType: 'uuid' }, '"00112233"', 'wrong-type: c'],
    [
      { logicalType: 'object' },
      '{"a":[1,12345678901234567890],"b":"x"}',
      '{"a":[1,12345678901234567890],"b":"x"}',
    ],
    [{ logicalType: 'object' }, '[1]', 'wrong-type: c'],
    [
      { logicalType: 'array' },
      '[1,{"a":null},0.12345678901234567890]',
      '[1,{"a":null},0.12345678901234567890]',
    ],
    [{ logicalType: 'array' }, '{}', 'wrong-type: c'],
  ])('%j %s → %s', async (property, json, expected) => {
    expect(await columnOf(property, json)).toBe(expected);
  });

  test('bytes come as base64', async () => {
    const property = { logicalType: 'string', physicalType: 'binary' };
    expect(await columnOf(property, '"AP8="', 'hex(c) AS c')).toBe('00FF');
    expect(await columnOf(property, '"AP8"')).toBe('wrong-type: c');
  });
});

describe('rules of the contract', () => {
  test.each([
    [{ logicalType: 'integer', logicalTypeOptions: { minimum: 5 } }, '4', 'out-of-range'],
    [{ logicalType: 'integer', logicalTypeOptions: { minimum: 5 } }, '5', undefined],
    [{ logicalType: 'integer', logicalTypeOptions: { exclusiveMaximum: 5 } }, '5', 'out-of-range'],
    [{ logicalType: 'integer', logicalTypeOptions: { maximum: 4.5 } }, '5', 'out-of-range'],
    [{ logicalType: 'integer', logicalTypeOptions: { multipleOf: 5 } }, '12', 'out-of-range'],
    [{ logicalType: 'integer', logicalTypeOptions: { multipleOf: 5 } }, '-15', undefined],
    [{ logicalType: 'number', logicalTypeOptions: { multipleOf: 0.1 } }, '0.3', undefined],
    [{ logicalType: 'number', logicalTypeOptions: { multipleOf: 0.1 } }, '0.35', 'out-of-range'],
    [
      { logicalType: 'number', physicalType: 'decimal(9,3)', logicalTypeOptions: { multipleOf: 0.05 } },
      '1.15',
      undefined,
    ],
    [
      { logicalType: 'number', physicalType: 'decimal(9,3)', logicalTypeOptions: { multipleOf: 0.05 } },
      '1.16',
      'out-of-range',
    ],
    [
      { logicalType: 'number', physicalType: 'decimal(9,2)', logicalTypeOptions: { minimum: 0.01 } },
      '0',
      'out-of-range',
    ],
    [
      { logicalType: 'number', physicalType: 'decimal(9,2)', logicalTypeOptions: { minimum: 0.01 } },
      '0.01',
      undefined,
    ],
    [{ logicalType: 'string', logicalTypeOptions: { minLength: 2 } }, '"😀"', 'out-of-range'],
    [{ logicalType: 'string', logicalTypeOptions: { maxLength: 1 } }, '"😀"', undefined],
    [{ logicalType: 'string', logicalTypeOptions: { maxLength: 1 } }, '"ab"', 'out-of-range'],
    [{ logicalType: 'string', logicalTypeOptions: { pattern: '^[A-Z]{2}$' } }, '"AB"', undefined],
    [{ logicalType: 'string', logicalTypeOptions: { pattern: '^[A-Z]{2}$' } }, '"ABC"', 'pattern-mismatch'],
    [{ logicalType: 'date', logicalTypeOptions: { minimum: '2024-01-01' } }, '"2023-12-31"', 'out-of-range'],
    [{ logicalType: 'date', logicalTypeOptions: { minimum: '2024-01-01' } }, '"2024-01-01"', undefined],
    [
      { logicalType: 'timestamp', logicalTypeOptions: { exclusiveMaximum: '2024-01-01T00:00:00Z' } },
      '"2024-01-01T00:00:00Z"',
      'out-of-range',
    ],
    [
      { logicalType: 'array', items: { logicalType: 'integer' }, logicalTypeOptions: { minItems: 1 } },
      '[]',
      'out-of-range',
    ],
    [
      { logicalType: 'array', items: { logicalType: 'integer' }, logicalTypeOptions: { maxItems: 1 } },
      '[1,2]',
      'out-of-range',
    ],
    [
      { logicalType: 'array', items: { logicalType: 'integer' }, logicalTypeOptions: { uniqueItems: true } },
      '[1,2,1]',
      'out-of-range',
    ],
    [
      { logicalType: 'array', items: { logicalType: 'integer', required: true } },
      '[1,null]',
      'missing-required',
    ],
    [
      {
        logicalType: 'object',
        properties: [{ name: 'a', logicalType: 'integer' }],
        logicalTypeOptions: { required: ['a'] },
      },
      '{}',
      'missing-required',
    ],
    [{ logicalType: 'object', properties: [{ name: 'a', logicalType: 'integer' }] }, '"x"', 'wrong-type'],
    [{ logicalType: 'string', required: true }, 'null', 'missing-required'],
  ])('%j: %s → %s', (property, json, expected) => {
    const { rejections, accepted } = encode(contractOf([{ name: 'c', ...property }]), [`{"c":${json}}`]);
    expect(rejections[0]?.code).toBe(expected);
    expect(accepted).toBe(expected === undefined ? 1 : 0);
  });
});
