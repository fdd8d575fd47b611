import { createBatchEncoder } from '../../lambda/pipeline/encoding';
import type { Rejection, SourceRecord } from '../../lambda/pipeline/record';
import type { DataContract } from '../../lib/contract';
import { readWithHyparquet } from '../formats/read-parquet';
import { contractOf, encode, load, record } from './encode-fixture';

const CONTRACT = contractOf([
  { name: 'id', logicalType: 'integer', required: true },
  { name: 'name', logicalType: 'string' },
  { name: 'price', logicalType: 'number', physicalType: 'decimal(20,4)' },
  { name: 'device', logicalType: 'object', properties: [{ name: 'os', logicalType: 'string' }] },
  { name: 'tags', logicalType: 'array', items: { logicalType: 'string' } },
  {
    name: 'items',
    logicalType: 'array',
    items: { logicalType: 'object', properties: [{ name: 'sku', logicalType: 'string', required: true }] },
  },
]);
const GOOD = { id: 1, name: 'a', price: 1.25, device: { os: 'iOS' }, tags: ['x'], items: [{ sku: 's' }] };

function encoderFor(contract: DataContract): ReturnType<typeof createBatchEncoder> {
  const compiled = load(contract);
  return createBatchEncoder(compiled, compiled.contract);
}

function addRaw(data: string | Uint8Array): Rejection | undefined {
  const source: SourceRecord = {
    ...record({}),
    data: typeof data === 'string' ? data : Buffer.from(data).toString('base64'),
  };
  return encoderFor(CONTRACT).add(source);
}

test.each([
  ['truncated base64', 'eyJpZCI6MX', 'invalid-base64', /10 characters long, which is not a multiple of 4/],
  ['base64 with a strange character', 'eyJp*CI6MX0=', 'invalid-base64', /holds "\*"/],
  ['base64 of the URL alphabet', 'eyJp-CI6MX0=', 'invalid-base64', /holds "-"/],
  ['padding in the middle', 'eyJp=CI6MX0=', 'invalid-base64', /holds "="/],
  ['an empty payload', '', 'invalid-json', /is empty/],
  [
    'invalid UTF-8',
    Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d),
    'invalid-utf8',
    /byte 0xff at offset 2 of 5/,
  ],
  [
    'a cut character at the end',
    Uint8Array.of(0x22, 0xe2, 0x82),
    'invalid-utf8',
    /byte 0xe2 at offset 1 of 3/,
  ],
  [
    'a replacement character before it',
    Buffer.from([0x22, 0xef, 0xbf, 0xbd, 0xc0, 0x22]),
    'invalid-utf8',
    /byte 0xc0 at offset 4/,
  ],
  ['Latin-1', Buffer.from('{"name":"é"}', 'latin1'), 'invalid-utf8', /byte 0xe9 at offset 9/],
])('%s', (_, data, code, message) => {
  const rejection = addRaw(data);
  expect(rejection?.code).toBe(code);
  expect(rejection?.message).toMatch(message);
});

test.each([
  ['not JSON', '{"id":', 'invalid-json', undefined, /^The record is not JSON: .*end/],
  ['words', 'hello there', 'invalid-json', undefined, /^The record is not JSON: Unexpected token/],
  ['blanks', '   ', 'invalid-json', undefined, /is empty/],
  ['two objects', '{"id":1}{"id":2}', 'invalid-json', undefined, /near "/],
  ['an array', '[1,2]', 'not-an-object', undefined, /The record is an array of 2 items/],
  ['a number', '5', 'not-an-object', undefined, /the number 5/],
  ['null', 'null', 'not-an-object', undefined, /null/],
  ['a missing required field', '{}', 'missing-required', 'id', /id: the field is missing/],
  ['null in a required field', '{"id":null}', 'missing-required', 'id', /id: the field is null/],
  ['a wrong type', '{"id":"one"}', 'wrong-type', 'id', /found the text "one", expected an integer/],
  [
    'a wrong type inside',
    '{"id":1,"device":{"os":5}}',
    'wrong-type',
    'device.os',
    /found the number 5, expected text/,
  ],
  ['a wrong element', '{"id":1,"tags":["a",true]}', 'wrong-type', 'tags[1]', /the boolean true/],
  [
    'a missing field of an element',
    '{"id":1,"items":[{"sku":"a"},{}]}',
    'missing-required',
    'items[1].sku',
    /missing/,
  ],
  ['an object for a list', '{"id":1,"tags":{}}', 'wrong-type', 'tags', /the object {}, expected an array/],
  ['half a surrogate pair', '{"id":1,"name":"\\ud83d"}', 'invalid-utf8', 'name', /half of a surrogate pair/],
  ['too many digits', '{"id":1,"price":1.00001}', 'out-of-range', 'price', /20 digits at most, 4 of them/],
])('%s', (_, text, code, path, message) => {
  const { rejections } = encode(CONTRACT, [text]);
  expect(rejections[0]).toMatchObject({ code });
  expect(rejections[0]?.path).toBe(path);
  expect(rejections[0]?.message).toMatch(message);
  expect(rejections[0]?.message.length).toBeLessThan(300);
});

test('a byte order mark is no error', () => {
  const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(GOOD))]);
  expect(addRaw(bytes)).toBeUndefined();
});

test('unknown fields are kept under their paths, and counted', async () => {
  const { files, unknownFields } = encode(CONTRACT, [
    '{"id":1,"a":12345678901234567890,"device":{"os":"x","m.x":1},"items":[{"sku":"s"},{"sku":"t","n":{"q":[1]}}],"__proto__":{"p":1},"constructor":2}',
    GOOD,
  ]);
  const [row, good] = await readWithHyparquet(files[0].bytes);
  // Compared as text: JSON.parse would round the number that must not be rounded.
  expect(row._extra).toBe(
    '{"device[\\"m.x\\"]":1,"items[1].n":{"q":[1]},"a":12345678901234567890,"__proto__":{"p":1},"constructor":2}',
  );
  expect(good._extra).toBeNull();
  expect(unknownFields).toBe(5);
});

test('unknown fields are refused where the contract allows no others', () => {
  const strict = contractOf(
    [{ name: 'id', logicalType: 'integer' }],
    [{ property: 'additionalProperties', value: false }],
  );
  const { rejections } = encode(strict, ['{"id":1,"colour":"red"}', '{"id":1}']);
  expect(rejections[0]).toMatchObject({ code: 'unknown-field', path: 'colour' });
  expect(rejections[1]).toBeUndefined();
});

test('of duplicate keys the last counts, as in every JavaScript and Python reader', async () => {
  const { files } = encode(CONTRACT, ['{"id":1,"id":2}']);
  expect((await readWithHyparquet(files[0].bytes))[0].id).toBe(2n);
});

test('a record of 1 MiB is a record', async () => {
  const name = 'é'.repeat(500_000);
  const { files, rejections } = encode(CONTRACT, [{ id: 1, name }]);
  expect(rejections[0]).toBeUndefined();
  expect((await readWithHyparquet(files[0].bytes))[0].name).toBe(name);
});

test('deep nesting is refused, where it cannot be kept, and the encoder goes on', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const { rejections, files, accepted } = encode(CONTRACT, [GOOD, `{"id":2,"deep":${deep}}`, GOOD]);
  expect(rejections[1]).toMatchObject({ code: 'not-allowed', message: expect.stringContaining('too deep') });
  expect(accepted).toBe(2);
  expect(await readWithHyparquet(files[0].bytes)).toHaveLength(2);
});

test('bad records leave no trace among good ones', () => {
  const bad = [
    '{',
    '{}',
    '{"id":1,"tags":["a",5]}',
    '{"id":1,"items":[{"sku":"x"},{"sku":null}]}',
    '{"id":1.5}',
    '{"id":1,"name":"zzz","u":1,"price":"x"}',
  ];
  const good = Array.from({ length: 40 }, (_, i) => ({ ...GOOD, id: i, tags: ['a', 'b'].slice(0, i % 3) }));
  const among = encoderFor(CONTRACT);
  const alone = encoderFor(CONTRACT);
  good.forEach((value, i) => {
    expect(among.add(record(bad[i % bad.length]))).toBeDefined();
    expect(among.add(record(value, String(i)))).toBeUndefined();
    alone.add(record(value, String(i)));
  });
  expect(Buffer.compare(among.finish()[0].bytes, alone.finish()[0].bytes)).toBe(0);
  expect(among.unknownFields).toBe(0);
});

test('10,000 bad records of 10,000 give 10,000 reasons and no file', () => {
  const { rejections, files, accepted } = encode(
    CONTRACT,
    Array.from({ length: 10_000 }, (_, i) => `{"id":"bad ${i}"}`),
  );
  expect(rejections.filter((rejection) => rejection?.code === 'wrong-type')).toHaveLength(10_000);
  expect([files, accepted]).toEqual([[], 0]);
});

test('an empty batch gives no file', () => {
  expect(encode(CONTRACT, []).files).toEqual([]);
});
