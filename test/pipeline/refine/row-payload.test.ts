import { RowPayload } from '../../../lambda/pipeline/refine/held-rows';

const field = (id: number, name: string, type: any) => ({ id, name, type, required: false });
const schema = {
  type: 'struct' as const,
  fields: [
    field(1, 'id', 'long'),
    field(2, 'at', 'timestamptz'),
    field(3, 'amount', 'decimal(12,2)'),
    field(4, 'day', 'date'),
    field(5, 'ratio', 'double'),
    field(6, 'key', 'uuid'),
    field(7, 'bytes', 'binary'),
    field(8, 'lines', {
      type: 'list',
      'element-id': 9,
      'element-required': false,
      element: { type: 'struct', fields: [field(10, 'price', 'decimal(9,1)'), field(11, 'note', 'string')] },
    }),
  ],
};
const payload = new RowPayload({ bronze: { schema }, silver: { schema } } as any);

test('a row reads as the record it came from, exact, whatever its numbers came as', () => {
  const row = {
    id: 9007199254740993n,
    at: 1_772_359_260_123_456n,
    amount: 9900n,
    day: 20_000,
    ratio: NaN,
    key: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
    bytes: Buffer.from([1, 2]),
    lines: [{ price: -5n, note: null }, null],
    gone: null,
  };
  const text = payload.text(row);
  expect(text).toBe(
    '{"amount":99,"at":"2026-03-01T10:01:00.123456Z","bytes":"AQI=","day":"2024-10-04",' +
      '"id":9007199254740993,"key":"00112233-4455-6677-8899-aabbccddeeff","lines":[{"price":-0.5},null],"ratio":"NaN"}',
  );
  expect(payload.text({ ...row, amount: 9900, at: 1_772_359_260_123_456 })).toBe(text);
});

test('rows are told apart by where they came from and by what they hold', () => {
  const of = (lane: string, position: string, id: number) =>
    payload.identity({ _lane: lane, _position: position, id });
  const different = [of('a', '1', 1), of('a', '1', 2), of('a', '2', 1), of('b', '1', 1)];
  expect(new Set(different).size).toBe(4);
  expect(of('a', '1', 1)).toBe(different[0]);
});
