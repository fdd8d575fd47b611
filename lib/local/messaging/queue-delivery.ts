import { createHash } from 'node:crypto';
import type { InvocationResult } from '../streams/event-source-mapping';
import { isObject, listAt, numberAt, objectAt, textAt } from '../template/json';
import type { Json, JsonObject } from '../template/json';
import type { EmbeddedQueue, QueueMessage } from './embedded-queue';
import { EventPattern } from './event-pattern';

/** How messages of a queue reach a function: the properties of `AWS::Lambda::EventSourceMapping` that decide it. */
export interface QueueMapping {
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  /** A message that none of them matches is deleted unseen; no filter lets everything pass. */
  readonly filters: readonly EventPattern[];
}

/** Reads a mapping's resolved properties; what is absent has CloudFormation's default for a queue. */
export function queueMapping(properties: JsonObject): QueueMapping {
  return {
    batchSize: numberAt(properties, 'BatchSize') ?? 10,
    batchingWindowSeconds: numberAt(properties, 'MaximumBatchingWindowInSeconds') ?? 0,
    reportBatchItemFailures: listAt(properties, 'FunctionResponseTypes').includes('ReportBatchItemFailures'),
    filters: listAt(objectAt(properties, 'FilterCriteria'), 'Filters')
      .filter(isObject)
      .map((filter) => new EventPattern(JSON.parse(textAt(filter, 'Pattern') ?? '{}') as JsonObject)),
  };
}

export interface QueueDeliveryOptions {
  readonly queue: EmbeddedQueue;
  readonly mapping: QueueMapping;
  readonly region: string;
  readonly invoke: (event: { readonly Records: object[] }) => Promise<InvocationResult>;
  /** Receives messages that were received too often, for the queue's dead-letter queue. */
  readonly dead: (messages: readonly QueueMessage[]) => void;
}

/**
 * Hands the messages of a queue to a function, a batch at a time, as Lambda's event source mapping does: what succeeded
 * is deleted, what failed comes again after the visibility timeout.
 */
export class QueueDelivery {
  constructor(private readonly options: QueueDeliveryOptions) {}

  /** When to poll next; undefined while there is nothing in the queue. */
  nextPoll(now: number): number | undefined {
    const { queue, mapping } = this.options;
    const visible = queue.nextVisible(now);
    return visible === undefined ? undefined : visible + mapping.batchingWindowSeconds * 1000;
  }

  async poll(now: number): Promise<void> {
    const { queue, mapping, region, invoke } = this.options;
    const { messages, dead } = queue.receive(mapping.batchSize, now);
    if (dead.length > 0) this.options.dead(dead);
    const batch = messages.filter((message) => this.passes(message));
    for (const message of messages) if (!batch.includes(message)) queue.delete(message.messageId);
    if (batch.length === 0) return;
    const result = await invoke(queueEvent(batch, queue.arn, region));
    const failed = this.failedIds(result, batch);
    for (const { messageId } of batch) if (!failed.has(messageId)) queue.delete(messageId);
  }

  private passes({ body }: QueueMessage): boolean {
    const { filters } = this.options.mapping;
    if (filters.length === 0) return true;
    const parsed: Json = parsedOrText(body);
    return filters.some((filter) => filter.matches({ body: parsed }));
  }

  private failedIds(result: InvocationResult, batch: readonly QueueMessage[]): ReadonlySet<string> {
    const all = new Set(batch.map(({ messageId }) => messageId));
    if (result.error) return all;
    const failures = isObject(result.value) ? result.value.batchItemFailures : undefined;
    if (!this.options.mapping.reportBatchItemFailures || !Array.isArray(failures)) return new Set();
    const ids = failures.map((failure) => (isObject(failure) ? String(failure.itemIdentifier) : ''));
    // An answer that names no message of the batch counts as a failure of all of it, as Lambda treats it.
    return ids.every((id) => all.has(id)) ? new Set(ids) : all;
  }
}

/** What Lambda hands a function for a batch of messages. */
export function queueEvent(
  messages: readonly QueueMessage[],
  queueArn: string,
  region: string,
): { Records: object[] } {
  return {
    Records: messages.map((message) => ({
      messageId: message.messageId,
      receiptHandle: `${message.messageId}/${message.receiveCount}`,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        SenderId: 'laptop',
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
        ...(message.groupId !== undefined && {
          SequenceNumber: message.sequenceNumber,
          MessageGroupId: message.groupId,
          MessageDeduplicationId: message.deduplicationId,
        }),
      },
      messageAttributes: {},
      md5OfBody: md5(message.body),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: region,
    })),
  };
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The filter of a mapping sees JSON as what it says, anything else as text. */
function parsedOrText(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return body;
  }
}
