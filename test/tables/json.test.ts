import fc from 'fast-check';
import { parseJson, stringifyJson } from '../../lambda/tables/json';

test('integers beyond 2^53 survive, in and out', () => {
  const text =
    '{"snapshot-id":3051729675574597004,"parent":-9223372036854775808,"safe":9007199254740991,"list":[3051729675574597005]}';
  expect(parseJson(text)).toEqual({
    'snapshot-id': 3051729675574597004n,
    parent: -(2n ** 63n),
    safe: 9007199254740991,
    list: [3051729675574597005n],
  });
  expect(stringifyJson(parseJson(text))).toBe(text);
  // The test would be empty if a plain parse did it too.
  expect(JSON.stringify(JSON.parse(text))).not.toBe(text);
});

test('digits inside strings stay strings, whatever stands around them', () => {
  const value = {
    positions: JSON.stringify({ 'a/b': '49590338271490256608559692538361571095921575989136588898' }),
    path: 's3://b/snap-3051729675574597004-1.avro',
    quote: '"3051729675574597004"',
    backslash: '\\3051729675574597004',
    long: 3051729675574597004n,
  };
  expect(parseJson(stringifyJson(value))).toEqual(value);
});

test('the edges of what a double holds', () => {
  const edges = [
    9007000000000000,
    9007199254740991,
    -9007199254740991,
    9007199254740993n,
    -9007199254740993n,
  ];
  expect(parseJson(stringifyJson(edges))).toEqual(edges);
  expect(parseJson('3051729675574597004')).toBe(3051729675574597004n);
});

test.each([
  'a,3051729675574597004,b',
  '[3051729675574597004]',
  ': -3051729675574597004 ',
  '\\",3051729675574597004]',
])('text that looks like a list of integers, beside one: %s', (text) => {
  const value = { text, [text]: [text, 3051729675574597005n], long: 3051729675574597004n };
  expect(parseJson(stringifyJson(value))).toEqual(value);
});

test('decimals and exponents of many digits stay numbers', () => {
  expect(parseJson('[1234567890123456.5, 1234567890123456e3, 1234567890123456]')).toEqual([
    1234567890123456.5, 1234567890123456e3, 1234567890123456,
  ]);
});

test('any tree of strings and integers comes back', () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      fc.string({ unit: 'binary' }),
      integer,
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => expect(parseJson(stringifyJson(value))).toEqual(value)),
    { numRuns: 300 },
  );
});
