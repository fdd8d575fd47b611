import * as fc from 'fast-check';
import type { StreamRecord } from '../../../lambda/pipeline/webhook/put-records';
import { Failure, Refusal } from '../../../lambda/pipeline/webhook/request';
import { Endpoint, InMemoryStream } from './reception';

const THROTTLED = 'ProvisionedThroughputExceededException';
const LINES = { 'content-type': 'application/x-ndjson' };

async function recordsOf(body: string, headers = {}, split = false): Promise<string[]> {
  const stream = new InMemoryStream();
  const receipt = await new Endpoint({ split }, stream).receive(body, headers);
  expect(receipt).toEqual({ status: 200, records: stream.taken.length });
  return stream.texts;
}

describe('the records of a body', () => {
  const exact = '[ {"id":12345678901234567890, "total":1.10},\n {"id":2, "tags":["],["]} ]';

  test('are the body, byte for byte', async () => {
    expect(await recordsOf(exact)).toEqual([exact]);
    expect(await recordsOf('{"not": json')).toEqual(['{"not": json']);
  });

  test('are the elements of an array where it is to be split, with every digit', async () => {
    expect(await recordsOf(exact, {}, true)).toEqual([
      '{"id":12345678901234567890, "total":1.10}',
      '{"id":2, "tags":["],["]}',
    ]);
    expect(await recordsOf('{"features":[1,2]}', {}, true)).toEqual(['{"features":[1,2]}']);
    expect(await recordsOf('[]', {}, true)).toEqual([]);
  });

  test.each(['[{"id":1},', '[{"id":1}]]', '[{"id":1]', '[{"id":1},]'])(
    'are the whole body where %j is no array, for quarantine to keep',
    async (body) => expect(await recordsOf(body, {}, true)).toEqual([body]),
  );

  test('are the lines of NDJSON', async () => {
    expect(await recordsOf('{"id":1}\r\n\n{"id":2}', LINES)).toEqual(['{"id":1}', '{"id":2}']);
  });

  test('property: what is split is what was joined', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 8 }), async (values) => {
        const texts = values.map((value) => JSON.stringify(value));
        expect(await recordsOf(`[${texts.join(' ,\n')}]`, {}, true)).toEqual(texts);
        expect(await recordsOf(texts.join('\n'), LINES)).toEqual(texts);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what is refused', () => {
  test.each<[string, string | Buffer, Record<string, string>, number, Refusal]>([
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, Refusal.NOT_JSON],
    ['an image', '{}', { 'content-type': 'image/png' }, 415, Refusal.NOT_JSON],
    ['compressed', '{}', { 'content-encoding': 'gzip' }, 415, Refusal.NOT_JSON],
    ['nothing', '', {}, 400, Refusal.EMPTY],
    ['white space', ' \r\n\t', {}, 400, Refusal.EMPTY],
    ['a body beyond its limit', 'x'.repeat(2001), {}, 413, Refusal.TOO_LARGE],
  ])('%s', async (_, body, headers, status, refusal) => {
    const stream = new InMemoryStream();
    const endpoint = new Endpoint({ maxBodyBytes: 2000 }, stream);
    expect(await endpoint.receive(body, headers)).toEqual({ status, records: 0, refusal });
    expect(stream.calls).toEqual([]);
  });

  test.each([
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/cloudevents+json',
    'text/plain',
  ])('not %s', async (type) => {
    expect(await recordsOf('{}', { 'content-type': type })).toEqual(['{}']);
  });

  test('one record that is too large for the stream refuses its whole body', async () => {
    const stream = new InMemoryStream();
    const endpoint = new Endpoint({ maxBodyBytes: 4 * 1024 * 1024, partitionHeader: 'delivery' }, stream);
    const of = (bytes: number) => `{"id":1}\n"${'x'.repeat(bytes - 2)}"`;
    const headers = { ...LINES, delivery: 'key' };
    expect((await endpoint.receive(of(1024 * 1024 - 3), headers)).status).toBe(200);
    expect(await endpoint.receive(of(1024 * 1024 - 2), headers)).toMatchObject({ status: 413 });
    expect(stream.taken).toHaveLength(2);
  });

  test('more records than a stream takes in a second or two', async () => {
    const endpoint = new Endpoint({ split: true });
    expect((await endpoint.receive(`[${'1,'.repeat(4999)}1]`)).records).toBe(5000);
    expect((await endpoint.receive(`[${'1,'.repeat(5000)}1]`)).refusal).toBe(Refusal.TOO_LARGE);
  });
});

describe('partition keys', () => {
  const keysOf = async (settings: object, body: string, headers = {}) => {
    const stream = new InMemoryStream();
    await new Endpoint({ split: true, ...settings }, stream).receive(body, headers);
    return stream.taken.map(({ partitionKey }) => partitionKey);
  };
  const RANDOM = expect.stringMatching(/^[0-9a-f-]{36}$/);

  test('are random', async () => {
    const keys = await keysOf({}, '[1,2]');
    expect(keys).toEqual([RANDOM, RANDOM]);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test('are a header', async () => {
    const settings = { partitionHeader: 'x-github-delivery' };
    expect(await keysOf(settings, '[1,2]', { 'x-github-delivery': 'd1' })).toEqual(['d1', 'd1']);
    expect(await keysOf(settings, '[1]')).toEqual([RANDOM]);
  });

  test('are a field at the top', async () => {
    const body = '[{"k":"a"},{"k":7},{"k":true},{"k":null},{"k":{}},{"other":1},3,{"k":""},nonsense]';
    expect(await keysOf({ partitionField: 'k' }, body)).toEqual(['a', '7', 'true', ...Array(6).fill(RANDOM)]);
    expect(await keysOf({ partitionField: 'constructor' }, '[{}]')).toEqual([RANDOM]);
  });

  test('are shortened to what Kinesis takes', async () => {
    const keys = await keysOf({ partitionField: 'k' }, JSON.stringify([{ k: 'ö'.repeat(257) }]));
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });
});

describe('the stream', () => {
  const body = JSON.stringify(Array.from({ length: 1201 }, (_, id) => ({ id })));

  test('gets batches it takes', async () => {
    const stream = new InMemoryStream();
    await new Endpoint({ split: true }, stream).receive(body);
    expect(stream.calls).toEqual([500, 500, 201]);
  });

  test('is asked again for what it refuses, for nothing else, until it has each record once', async () => {
    const refusedOnce = new Set<StreamRecord>();
    const stream = new InMemoryStream((record) => {
      if (refusedOnce.has(record) || record.data.length % 3 !== 0) return undefined;
      refusedOnce.add(record);
      return THROTTLED;
    });
    const endpoint = new Endpoint({ split: true }, stream);
    expect(await endpoint.receive(body)).toEqual({ status: 200, records: 1201 });
    expect(refusedOnce.size).toBeGreaterThan(0);
    expect(new Set(stream.texts).size).toBe(1201);
    expect(stream.texts).toHaveLength(1201);
    expect(endpoint.pauses).toEqual([75]);
  });

  test('that stays full is 503 before the time is over, with pauses that grow', async () => {
    const stream = new InMemoryStream(() => THROTTLED);
    const endpoint = new Endpoint({}, stream);
    const began = endpoint.now;
    expect(await endpoint.receive('{}', {}, 5_000)).toMatchObject({
      status: 503,
      records: 0,
      failure: Failure.STREAM_THROTTLED,
      error: new Error(`Records taken: 0. The others were refused: ${THROTTLED}.`),
    });
    expect(endpoint.pauses).toEqual([75, 150, 300, 600, 1200, 1500]);
    expect(endpoint.now - began).toBeLessThan(5_000);
  });

  test('that took a part only is 503 as well: the producer sends all of it again', async () => {
    const stream = new InMemoryStream(({ data }) => (data.length > 1 ? 'InternalFailure' : undefined));
    expect(await new Endpoint({ split: true }, stream).receive('[1,22]', {}, 50)).toMatchObject({
      status: 503,
      failure: Failure.STREAM_UNAVAILABLE,
      error: new Error('Records taken: 1. The others were refused: InternalFailure.'),
    });
  });

  test.each([
    ['AccessDeniedException', Failure.STREAM_UNAVAILABLE],
    ['LimitExceededException', Failure.STREAM_THROTTLED],
    ['KMSThrottlingException', Failure.STREAM_THROTTLED],
  ])('that answers with %s is 503', async (name, failure) => {
    const error = Object.assign(new Error('no'), { name });
    const stream = { put: () => Promise.reject(error) };
    expect(await new Endpoint({}, stream).receive('{}')).toEqual({ status: 503, records: 0, failure, error });
  });
});
