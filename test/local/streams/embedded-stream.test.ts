import fs, { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedStream, shardOf } from '../../../lib/local/streams/embedded-stream';
import { ShardLog } from '../../../lib/local/streams/shard-log';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'stream-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const dataOf = (records: readonly { readonly data: string }[]) =>
  records.map(({ data }) => Buffer.from(data, 'base64').toString());

describe('a shard in a file', () => {
  const open = () => new ShardLog('shardId-000000000000', join(directory, 'stream', 'shard'));

  test('has what is not delivered when it is opened again, and numbers that go on', () => {
    const first = open();
    const [a, b, c] = ['a', 'b', 'c'].map((text) => first.append('key', base64(text)));
    first.delivered([a]);
    const again = open();
    expect(dataOf(again.undelivered)).toEqual(['b', 'c']);
    const d = again.append('key', base64('d'));
    const numbers = [a, b, c, d].map(({ sequenceNumber }) => sequenceNumber);
    expect([...numbers].sort()).toEqual(numbers);
    expect(new Set(numbers).size).toBe(4);
    expect(numbers.every((number) => /^49\d{54}$/.test(number))).toBe(true);
  });

  test('is empty once all is delivered; numbers never fall behind, also when the files are lost', () => {
    const first = open();
    const [last] = ['a', 'b'].map((text) => first.append('key', base64(text))).slice(-1);
    first.delivered([last]);
    const again = open();
    expect(again.undelivered).toEqual([]);
    expect(readFileSync(join(directory, 'stream', 'shard.ndjson'), 'utf8')).toBe('');
    expect(BigInt(again.append('key', base64('c')).sequenceNumber)).toBeGreaterThan(
      BigInt(last.sequenceNumber),
    );
    rmSync(join(directory, 'stream'), { recursive: true });
    const lost = open().append('key', base64('d'));
    expect(BigInt(lost.sequenceNumber)).toBeGreaterThan(BigInt(last.sequenceNumber));
  });

  test('leaves out a line that was cut off: nobody was told that it is taken', () => {
    const first = open();
    first.append('key', base64('a'));
    appendFileSync(join(directory, 'stream', 'shard.ndjson'), '{"sequenceNumber":"49');
    const again = open();
    again.append('key', base64('b'));
    expect(dataOf(open().undelivered)).toEqual(['a', 'b']);
  });

  test('goes on after a line that could not be written to its end, as on a full disk', () => {
    const log = open();
    log.append('key', base64('a'));
    jest.spyOn(fs, 'appendFileSync').mockImplementationOnce((file, line) => {
      fs.writeFileSync(file, String(line).slice(0, 9), { flag: 'a' });
      throw new Error('ENOSPC: no space left on device, write');
    });
    expect(() => log.append('key', base64('b'))).toThrow('ENOSPC');
    log.append('key', base64('c'));
    expect(dataOf(open().undelivered)).toEqual(['a', 'c']);
  });
});

describe('a stream of them', () => {
  const limits = { batchSize: 2, batchingWindowSeconds: 0 };

  test('refuses what its shard has no room for, before it is written down, and takes it when there is', async () => {
    const stream = new EmbeddedStream(directory, 1, limits);
    const record = (text: string) => ({ partitionKey: 'key', data: base64(text) });
    for (const text of ['a', 'b', 'c', 'd']) {
      expect(stream.isFull(record(text))).toBe(false);
      stream.put(record(text));
    }
    expect(stream.isFull(record('e'))).toBe(true);
    const [{ buffer }] = stream.shards;
    expect(dataOf((await buffer.take())!)).toEqual(['a', 'b']);
    await Promise.resolve();
    expect(stream.isFull(record('e'))).toBe(false);
  });

  test('hands on what an earlier process left, in the shard of its key', async () => {
    new EmbeddedStream(directory, 4, limits).put({ partitionKey: 'ticket', data: base64('a') });
    const again = new EmbeddedStream(directory, 4, limits);
    again.end();
    const taken = await Promise.all(again.shards.map(({ buffer }) => buffer.take()));
    expect(taken.map((batch) => (batch === undefined ? [] : dataOf(batch)))).toEqual(
      [0, 1, 2, 3].map((shard) => (shard === shardOf('ticket', 4) ? ['a'] : [])),
    );
  });

  test('finds shards by MD5, as Kinesis does', () => {
    // md5('a') is 0cc175b9…, md5('b') 92eb5ffe…, md5('e') e1671797…
    expect(['a', 'b', 'e'].map((key) => shardOf(key, 2))).toEqual([0, 1, 1]);
    expect(['a', 'b', 'e'].map((key) => shardOf(key, 4))).toEqual([0, 2, 3]);
    expect(shardOf('a', 1)).toBe(0);
  });
});
