import { deserializeValue, serializeValue } from '../../lambda/tables/single-value';
import { bucketHash, partitionText, partitionTransform } from '../../lambda/tables/transforms';

const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;
const days = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 86_400_000;

describe('bucket hash, vectors of the Iceberg specification (appendix B)', () => {
  test.each([
    ['int', 34, 2017239379],
    ['long', 34n, 2017239379],
    ['decimal', 1420n, -500754589],
    ['date', days('2017-11-16'), -653330422],
    ['time', 81_068_000_000n, -662762989],
    ['timestamp', micros('2017-11-16T22:31:08Z'), -2047944441],
    ['timestamptz', micros('2017-11-16T14:31:08-08:00'), -2047944441],
    ['timestamp', micros('2017-11-16T22:31:08Z') + 1n, -1207196810],
    ['string', 'iceberg', 1210000089],
    ['uuid', 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 1488055340],
    ['fixed', Uint8Array.of(0, 1, 2, 3), -188683207],
    ['binary', Uint8Array.of(0, 1, 2, 3), -188683207],
  ])('%s %s', (type, value, hash) => {
    expect(bucketHash(type, value)).toBe(hash);
  });

  test('a bucket is the positive remainder', () => {
    expect(partitionTransform('bucket[16]', 'decimal(9,2)').apply(1420n)).toBe(
      (-500754589 & 0x7fffffff) % 16,
    );
  });
});

describe('transforms', () => {
  test.each([
    ['year', 'date', days('2017-11-16'), 47],
    ['month', 'date', days('2017-11-16'), 47 * 12 + 10],
    ['day', 'timestamptz', micros('2017-11-16T22:31:08Z'), 17486],
    ['hour', 'timestamp', micros('2017-11-16T22:31:08Z'), 419686],
    ['year', 'timestamp', micros('1969-12-31T23:59:59Z'), -1],
    ['month', 'timestamp', micros('1969-12-31T23:59:59Z'), -1],
    ['day', 'timestamp', micros('1969-12-31T23:59:59Z'), -1],
    ['hour', 'timestamp', -1n, -1],
    ['truncate[10]', 'int', 1, 0],
    ['truncate[10]', 'int', -1, -10],
    ['truncate[10]', 'long', -1n, -10n],
    ['truncate[10]', 'int', -2147483648, 2147483646],
    ['truncate[10]', 'long', -9223372036854775808n, 9223372036854775806n],
    ['truncate[50]', 'decimal(9,2)', 1065n, 1050n],
    ['truncate[3]', 'string', 'iceberg', 'ice'],
    ['truncate[2]', 'string', '😀😀😀', '😀😀'],
    ['identity', 'string', 'x', 'x'],
    ['void', 'string', 'x', null],
    ['day', 'timestamptz', null, null],
    ['bucket[4]', 'string', null, null],
  ])('%s of %s %s is %s', (transform, type, value, expected) => {
    expect(partitionTransform(transform, type).apply(value)).toEqual(expected);
  });

  test.each([
    ['hour', 'date'],
    ['day', 'string'],
    ['bucket[4]', 'double'],
    ['truncate[4]', 'timestamp'],
  ])('%s refuses %s', (transform, type) => {
    expect(() => partitionTransform(transform, type)).toThrow(/applies to .* not to a/);
  });

  test.each(['daily', 'bucket', 'bucket[0]', 'bucket[-1]', 'day[2]'])('%s is unknown', (transform) => {
    expect(() => partitionTransform(transform, 'int')).toThrow(
      /Unknown partition transform .* Allowed: identity/,
    );
  });

  test('values in a path read like dates', () => {
    expect(partitionText('year', 'int', 47)).toBe('2017');
    expect(partitionText('month', 'int', -1)).toBe('1969-12');
    expect(partitionText('day', 'date', 17486)).toBe('2017-11-16');
    expect(partitionText('hour', 'int', 419686)).toBe('2017-11-16-22');
    expect(partitionText('identity', 'string', 'a b')).toBe('a b');
    expect(partitionText('identity', 'string', null)).toBe('null');
  });
});

describe('single-value serialization (appendix D)', () => {
  test.each([
    ['boolean', true, '01'],
    ['int', -2, 'feffffff'],
    ['date', 17486, '4e440000'],
    ['long', 2n ** 53n + 1n, '0100000000002000'],
    ['timestamptz', -1n, 'ffffffffffffffff'],
    ['float', 1.5, '0000c03f'],
    ['double', -0.5, '000000000000e0bf'],
    ['decimal(9,2)', 1420n, '058c'],
    ['decimal(9,2)', 128n, '0080'],
    ['decimal(9,2)', -129n, 'ff7f'],
    ['decimal(9,2)', 0n, '00'],
    ['string', 'é', 'c3a9'],
    ['uuid', 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 'f79c3e09677c4bbda4793f349cb785e7'],
    ['binary', Uint8Array.of(1, 2), '0102'],
  ])('%s %s', (type, value, hex) => {
    const bytes = serializeValue(type, value);
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
    expect(deserializeValue(type, bytes)).toEqual(value);
  });

  test('bounds written before a column was widened still read', () => {
    expect(deserializeValue('long', serializeValue('int', -7))).toBe(-7n);
    expect(deserializeValue('double', serializeValue('float', 0.25))).toBe(0.25);
  });
});
