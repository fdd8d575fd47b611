import type { Message, Queue } from './queue';
import type { StopSignal } from './stop-signal';

/** What a function is invoked with and answers, by Lambda's event source mapping of a queue. */
export type QueueHandler = (event: unknown, context: ContainerContext) => Promise<unknown>;

/** The part of Lambda's context that handlers look at. */
export interface ContainerContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  /** Without an end, until the container is told to stop. */
  getRemainingTimeInMillis(): number;
}

export interface ConsumerOptions {
  /** Milliseconds without a message after which the consumer ends. */
  readonly idleMilliseconds: number;
  /** Seconds a message is hidden while it is worked on, renewed at a third of them. @default 300 */
  readonly hideSeconds?: number;
  /** Tells what happens, as a line of a log. */
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Failed receipts after which the queue is taken for gone. */
const MOST_FAILURES = 10;
const LONGEST_WAIT_SECONDS = 900;
const HIDE_SECONDS = 300;

/**
 * Works a queue off, one message at a time, until nothing comes for a while or the container is told to stop. A message is
 * deleted when it is done; one that failed is hidden for a time that grows with each failure, then delivered again.
 */
export class QueueConsumer {
  constructor(
    private readonly queue: Queue,
    private readonly handler: QueueHandler,
    private readonly options: ConsumerOptions,
  ) {}

  /** @throws Error when the queue cannot be reached for long */
  async run(stop: StopSignal): Promise<void> {
    const { idleMilliseconds, log } = this.options;
    let idleSince = Date.now();
    let failures = 0;
    while (!stop.requested) {
      let message: Message | undefined;
      try {
        message = await this.queue.receive(stop.signal);
        failures = 0;
      } catch (error) {
        if (stop.requested) break;
        if (++failures >= MOST_FAILURES) throw error;
        log('The queue did not answer', { error: String(error), failures });
        await stop.wait(Math.min(1000 * 2 ** failures, 30_000));
        continue;
      }
      if (message) {
        await this.work(message, stop);
        idleSince = Date.now();
      } else if (Date.now() - idleSince >= idleMilliseconds) {
        return log('No message for a while: the container ends', { idleMilliseconds });
      }
    }
    log('Told to stop: the container ends', {});
  }

  private async work(message: Message, stop: StopSignal): Promise<void> {
    const { log, hideSeconds = HIDE_SECONDS } = this.options;
    const { messageId, receiveCount } = message;
    // Received a moment before the signal: others have time for it.
    if (stop.requested) return this.release(message, 0);
    const heartbeat = setInterval(
      () => {
        this.queue.hide(message, hideSeconds).catch((error: unknown) => {
          // Whoever gets the message now does it again, to the same tables.
          log('The message could not be kept hidden', { messageId, error: String(error) });
        });
      },
      (hideSeconds * 1000) / 3,
    );
    try {
      await this.queue.hide(message, hideSeconds);
      const work = this.handle(message, stop).then(
        (done) => (done ? 'done' : 'failed'),
        (error: unknown) => {
          log('Message failed', { messageId, receiveCount, error: String(error) });
          return 'failed' as const;
        },
      );
      const outcome = await Promise.race([work, stop.deadline.then(() => 'stopped' as const)]);
      clearInterval(heartbeat);
      if (outcome === 'done') await this.queue.delete(message);
      else await this.release(message, outcome === 'stopped' || stop.requested ? 0 : backOff(receiveCount));
      log('Message worked off', { messageId, receiveCount, outcome });
    } catch (error) {
      // The message comes again; what it asks for is done then, or found done.
      log('The message could not be settled', { messageId, error: String(error) });
    } finally {
      clearInterval(heartbeat);
    }
  }

  private async handle(message: Message, stop: StopSignal): Promise<boolean> {
    const { messageId, body, group, receiveCount } = message;
    const record = {
      messageId,
      body,
      eventSource: 'aws:sqs',
      attributes: { ApproximateReceiveCount: String(receiveCount), ...(group && { MessageGroupId: group }) },
    };
    const answer = await this.handler({ Records: [record] }, containerContext(messageId, stop));
    const failures = (answer as { batchItemFailures?: unknown[] } | undefined)?.batchItemFailures ?? [];
    return failures.length === 0;
  }

  private release(message: Message, seconds: number): Promise<void> {
    return this.queue.hide(message, seconds);
  }
}

export function containerContext(requestId: string, stop: StopSignal): ContainerContext {
  return {
    awsRequestId: requestId,
    functionName: 'container',
    functionVersion: '1',
    invokedFunctionArn: 'container',
    memoryLimitInMB: '0',
    getRemainingTimeInMillis: () => stop.remainingMilliseconds,
  };
}

function backOff(receiveCount: number): number {
  return Math.min(30 * 2 ** (receiveCount - 1), LONGEST_WAIT_SECONDS);
}
