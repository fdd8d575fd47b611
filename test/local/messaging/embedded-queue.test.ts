import { EmbeddedQueue, MessageRefused } from '../../../lib/local/messaging/embedded-queue';
import type { JsonObject } from '../../../lib/local/template/json';

const queue = (properties: JsonObject): EmbeddedQueue =>
  new EmbeddedQueue({ name: 'work', arn: 'arn:aws:sqs:us-east-1:000000000000:work', properties });
const fifo = (properties: JsonObject = {}): EmbeddedQueue =>
  queue({ FifoQueue: true, ContentBasedDeduplication: true, VisibilityTimeout: 60, ...properties });
const bodies = (from: EmbeddedQueue, now: number, maximum = 10): string[] =>
  from.receive(maximum, now).messages.map(({ body }) => body);

describe('a queue', () => {
  it('hands out a message after its delay, hides it until its visibility timeout and forgets it once deleted', () => {
    const work = queue({ DelaySeconds: 30, VisibilityTimeout: '120' });
    work.send('a', 0);
    expect(work.nextVisible(0)).toBe(30_000);
    expect(bodies(work, 29_999)).toEqual([]);
    expect(bodies(work, 30_000)).toEqual(['a']);
    expect(bodies(work, 149_999)).toEqual([]);
    expect(work.nextVisible(30_000)).toBe(150_000);
    const { messages } = work.receive(10, 150_000);
    expect(messages).toMatchObject([{ body: 'a', receiveCount: 2, firstReceivedAt: 30_000, sentAt: 0 }]);
    work.delete(messages[0].messageId);
    expect(work.nextVisible(150_000)).toBeUndefined();
  });

  it('takes the same content again, and a delay for one message', () => {
    const work = queue({});
    work.send('a', 0);
    work.send('a', 0);
    work.send('b', 0, { delaySeconds: 5 });
    expect(bodies(work, 0)).toEqual(['a', 'a']);
    expect(bodies(work, 5000)).toEqual(['b']);
  });

  it('gives up a message that was received too often', () => {
    const work = queue({
      VisibilityTimeout: 1,
      RedrivePolicy: { deadLetterTargetArn: 'arn:dead', maxReceiveCount: 2 },
    });
    work.send('a', 0);
    expect(bodies(work, 0)).toEqual(['a']);
    expect(bodies(work, 1000)).toEqual(['a']);
    expect(work.receive(10, 2000)).toMatchObject({ messages: [], dead: [{ body: 'a', receiveCount: 2 }] });
    expect(work.size).toBe(0);
    expect(work.deadLetterArn).toBe('arn:dead');
  });

  it('gives up in the end also where the template does not', () => {
    const work = queue({ VisibilityTimeout: 0 });
    work.send('a', 0);
    const received = Array.from({ length: 6 }, () => bodies(work, 0).length);
    expect(received).toEqual([1, 1, 1, 1, 1, 0]);
    expect(work.size).toBe(0);
  });
});

describe('a FIFO queue', () => {
  it('keeps the order of a group: nothing of it while an earlier message is on its way', () => {
    const work = fifo();
    for (const [body, groupId] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['a3', 'a'],
    ])
      work.send(body, 0, { groupId });
    const first = work.receive(2, 0).messages;
    expect(first.map(({ body }) => body)).toEqual(['a1', 'a2']);
    expect(bodies(work, 0)).toEqual(['b1']);
    // a1 is done, a2 failed: a3 waits for it.
    work.delete(first[0].messageId);
    expect(work.nextVisible(0)).toBe(60_000);
    expect(bodies(work, 59_999)).toEqual([]);
    expect(bodies(work, 60_000)).toEqual(['a2', 'b1', 'a3']);
  });

  it('takes the same content once in five minutes, or what has the same id', () => {
    const work = fifo();
    const first = work.send('a', 0, { groupId: 'g' });
    expect(work.send('a', 299_999, { groupId: 'other' })).toBe(first);
    expect(work.send('a', 300_000, { groupId: 'g' })).not.toBe(first);
    const second = work.send('b', 0, { groupId: 'g', deduplicationId: '1' });
    expect(work.send('c', 0, { groupId: 'g', deduplicationId: '1' })).toBe(second);
    expect(work.size).toBe(3);
  });

  it('has one delay for all', () => {
    const work = fifo({ DelaySeconds: 60 });
    work.send('a', 0, { groupId: 'g', delaySeconds: 5 });
    expect(work.nextVisible(0)).toBe(60_000);
  });

  it('refuses what SQS refuses', () => {
    expect(() => fifo().send('a', 0)).toThrow(
      new MessageRefused('work', 'a FIFO queue needs a message group id'),
    );
    expect(() => fifo({ ContentBasedDeduplication: false }).send('a', 0, { groupId: 'g' })).toThrow(
      /needs a deduplication id, unless it deduplicates by content/,
    );
    expect(() => queue({}).send('a', 0, { deduplicationId: '1' })).toThrow(/is for FIFO queues/);
  });
});
