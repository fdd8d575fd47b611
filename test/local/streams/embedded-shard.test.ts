import { EmbeddedShard, MAXIMUM_PAYLOAD_BYTES } from '../../../lib/local/streams/embedded-shard';
import type { StreamRecord } from '../../../lib/local/streams/stream-record';

function record(number: number, bytes = 4): StreamRecord {
  return { sequenceNumber: String(number), partitionKey: 'k', data: 'A'.repeat(bytes), arrivedAt: 0 };
}
const numbers = (batch: StreamRecord[] | undefined): string[] | undefined =>
  batch?.map(({ sequenceNumber }) => sequenceNumber);

describe('an embedded shard', () => {
  it('gives full batches in order, and what is left at the end', async () => {
    const shard = new EmbeddedShard('s', { batchSize: 2, batchingWindowSeconds: 300 });
    for (const number of [1, 2, 3]) void shard.put(record(number));
    shard.end();
    expect(numbers(await shard.take())).toEqual(['1', '2']);
    expect(numbers(await shard.take())).toEqual(['3']);
    expect(await shard.take()).toBeUndefined();
  });

  it('holds the writer back until a batch is taken', async () => {
    const shard = new EmbeddedShard('s', { batchSize: 2, batchingWindowSeconds: 300 });
    expect([1, 2, 3].map((number) => shard.put(record(number)))).toEqual([undefined, undefined, undefined]);
    let released = false;
    const full = shard.put(record(4))?.then(() => (released = true));
    await Promise.resolve();
    expect(released).toBe(false);
    await shard.take();
    await full;
    expect(released).toBe(true);
  });

  it('keeps an invocation within its payload, and lets a larger record through alone', async () => {
    const shard = new EmbeddedShard('s', { batchSize: 100, batchingWindowSeconds: 300 });
    const half = Math.floor(MAXIMUM_PAYLOAD_BYTES / 2);
    void shard.put(record(1, half));
    void shard.put(record(2, half));
    void shard.put(record(3, 2 * MAXIMUM_PAYLOAD_BYTES));
    void shard.put(record(4));
    shard.end();
    expect(numbers(await shard.take())).toEqual(['1']);
    expect(numbers(await shard.take())).toEqual(['2']);
    expect(numbers(await shard.take())).toEqual(['3']);
    expect(numbers(await shard.take())).toEqual(['4']);
  });

  it('gives a part of a batch when its window closes', async () => {
    const shard = new EmbeddedShard('s', { batchSize: 100, batchingWindowSeconds: 0 });
    void shard.put(record(1));
    expect(numbers(await shard.take())).toEqual(['1']);
  });

  it('ends for reader and writer when it fails', async () => {
    const shard = new EmbeddedShard('s', { batchSize: 1, batchingWindowSeconds: 300 });
    void shard.put(record(1));
    const full = shard.put(record(2));
    shard.fail(new Error('given up'));
    await full;
    expect(() => shard.put(record(3))).toThrow('given up');
    expect(await shard.take()).toBeUndefined();
  });
});
