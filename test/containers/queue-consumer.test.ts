import type { Message, Queue } from '../../lambda/containers/queue';
import { QueueConsumer, type QueueHandler } from '../../lambda/containers/queue-consumer';
import { StopSignal } from '../../lambda/containers/stop-signal';

/** A queue that notes what is asked of it; messages that are hidden come again when it is told so. */
class NotingQueue implements Queue {
  readonly calls: string[] = [];
  constructor(
    private readonly messages: (string | Error)[],
    private readonly whenEmpty: () => void = () => undefined,
  ) {}

  async receive(signal: AbortSignal): Promise<Message | undefined> {
    signal.throwIfAborted();
    const next = this.messages.shift();
    if (next instanceof Error) throw next;
    if (next === undefined) this.whenEmpty();
    if (next === undefined) return undefined;
    return { messageId: next, body: `body of ${next}`, receipt: next, group: 'orders', receiveCount: 3 };
  }

  async delete({ messageId }: Message): Promise<void> {
    this.calls.push(`delete ${messageId}`);
  }

  async hide({ messageId }: Message, seconds: number): Promise<void> {
    this.calls.push(`hide ${messageId} ${seconds}`);
  }
}

async function work(
  queue: NotingQueue,
  handler: QueueHandler,
  stop = new StopSignal(50),
): Promise<{ calls: string[]; log: string[] }> {
  const log: string[] = [];
  await new QueueConsumer(queue, handler, { idleMilliseconds: 0, log: (event) => log.push(event) }).run(stop);
  return { calls: queue.calls, log };
}

const done = async () => ({ batchItemFailures: [] });

describe('a message', () => {
  it('reaches the handler as Lambda would hand it over, is deleted when done, and the queue is left when empty', async () => {
    const events: unknown[] = [];
    const { calls, log } = await work(new NotingQueue(['a', 'b']), async (event) => {
      events.push(event);
      return done();
    });
    expect(events[0]).toEqual({
      Records: [
        {
          messageId: 'a',
          body: 'body of a',
          eventSource: 'aws:sqs',
          attributes: { MessageGroupId: 'orders', ApproximateReceiveCount: '3' },
        },
      ],
    });
    expect(calls).toEqual(['hide a 300', 'delete a', 'hide b 300', 'delete b']);
    expect(log.at(-1)).toMatch(/No message/);
  });

  it.each<[string, QueueHandler]>([
    ['throws', async () => Promise.reject(new Error('no table'))],
    ['says it failed', async () => ({ batchItemFailures: [{ itemIdentifier: 'a' }] })],
  ])('whose handler %s comes again after a while, and the next one goes on', async (_, handler) => {
    const { calls } = await work(new NotingQueue(['a']), handler);
    expect(calls).toEqual(['hide a 300', 'hide a 120']);
  });

  it('is kept hidden as long as it is worked on', async () => {
    jest.useFakeTimers();
    try {
      const queue = new NotingQueue(['a']);
      const working = work(queue, async () => {
        await jest.advanceTimersByTimeAsync(250_000);
        return done();
      });
      await working;
      expect(queue.calls).toEqual(['hide a 300', 'hide a 300', 'hide a 300', 'delete a']);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('told to stop', () => {
  it('ends at once where nothing is under way', async () => {
    const stop = new StopSignal(50);
    const { calls, log } = await work(new NotingQueue([], () => stop.stop()), done, stop);
    expect(calls).toEqual([]);
    expect(log.at(-1)).toMatch(/No message|Told to stop/);
  });

  it('finishes what takes little, and takes nothing new', async () => {
    const stop = new StopSignal(10_000);
    const { calls } = await work(
      new NotingQueue(['a', 'b']),
      async () => {
        stop.stop();
        return done();
      },
      stop,
    );
    expect(calls).toEqual(['hide a 300', 'delete a']);
  });

  it('gives back what takes longer than is left, at once', async () => {
    const stop = new StopSignal(20);
    let remaining = 0;
    const { calls, log } = await work(
      new NotingQueue(['a', 'b']),
      async (_event, context) => {
        expect(context.getRemainingTimeInMillis()).toBe(Infinity);
        stop.stop();
        remaining = context.getRemainingTimeInMillis();
        return new Promise(() => undefined);
      },
      stop,
    );
    expect(remaining).toBeLessThanOrEqual(20);
    expect(calls).toEqual(['hide a 300', 'hide a 0']);
    expect(log.at(-1)).toMatch(/Told to stop/);
  });

  it('gives back what a handler left undone, without a wait', async () => {
    const stop = new StopSignal(10_000);
    const { calls } = await work(
      new NotingQueue(['a']),
      async () => {
        stop.stop();
        return { batchItemFailures: [{ itemIdentifier: 'a' }] };
      },
      stop,
    );
    expect(calls).toEqual(['hide a 300', 'hide a 0']);
  });
});

describe('a queue', () => {
  it('that does not answer for a moment is asked again', async () => {
    jest.useFakeTimers();
    try {
      const working = work(new NotingQueue([new Error('throttled'), 'a']), done);
      await jest.advanceTimersByTimeAsync(5_000);
      expect((await working).calls).toEqual(['hide a 300', 'delete a']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('that does not answer at all ends the container', async () => {
    jest.useFakeTimers();
    try {
      const errors = Array.from({ length: 10 }, () => new Error('no such queue'));
      const working = work(new NotingQueue(errors), done);
      const failed = expect(working).rejects.toThrow('no such queue');
      await jest.advanceTimersByTimeAsync(600_000);
      await failed;
    } finally {
      jest.useRealTimers();
    }
  });

  it('whose receipt expired gets nothing deleted, and the container goes on', async () => {
    const queue = new NotingQueue(['a', 'b']);
    queue.delete = async ({ messageId }) => {
      if (messageId === 'a') throw new Error('ReceiptHandleIsInvalid');
      queue.calls.push(`delete ${messageId}`);
    };
    expect((await work(queue, done)).calls).toEqual(['hide a 300', 'hide b 300', 'delete b']);
  });
});
