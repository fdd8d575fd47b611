import { createHash } from 'node:crypto';
import { booleanAt, isObject, numberAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';
import type { Resource } from '../template/assembly';

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** FIFO queues only. */
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** Of the message in its queue; 20 digits, as those of SQS. */
  readonly sequenceNumber: string;
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
}

export interface SendOptions {
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** A FIFO queue has only a delay of its own. */
  readonly delaySeconds?: number;
}

/** A message that SQS would have refused. */
export class MessageRefused extends Error {
  constructor(queue: string, problem: string) {
    super(`The queue ${queue} takes no such message: ${problem}`);
    this.name = 'MessageRefused';
  }
}

interface Held {
  message: QueueMessage;
  visibleAt: number;
  /** Received and neither deleted nor visible again: it blocks its group. */
  inFlight: boolean;
}

/** SQS hands out a message for days if its queue says so; somebody who waits at a terminal would rather know. */
const MOST_RECEIVES = 5;
/** SQS knows a deduplication id for so long. */
const DEDUPLICATION_SECONDS = 300;

/**
 * A queue as its template describes it, in memory: delay, visibility timeout, groups and deduplication of FIFO queues,
 * dead letters. Times are handed in.
 */
export class EmbeddedQueue {
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly visibilitySeconds: number;
  readonly deadLetterArn?: string;
  private readonly maxReceiveCount: number;
  private readonly delaySeconds: number;
  private readonly deduplicatesContent: boolean;
  private held: Held[] = [];
  private readonly sent = new Map<string, { readonly at: number; readonly messageId: string }>();
  private messages = 0;

  constructor(resource: Pick<Resource, 'name' | 'arn' | 'properties'>) {
    const { name, arn, properties } = resource;
    const redrive = redrivePolicy(properties);
    this.name = name;
    this.arn = arn;
    this.isFifo = booleanAt(properties, 'FifoQueue') ?? false;
    this.visibilitySeconds = numberAt(properties, 'VisibilityTimeout') ?? 30;
    this.delaySeconds = numberAt(properties, 'DelaySeconds') ?? 0;
    this.deduplicatesContent = booleanAt(properties, 'ContentBasedDeduplication') ?? false;
    this.deadLetterArn = textAt(redrive, 'deadLetterTargetArn');
    this.maxReceiveCount = Math.min(MOST_RECEIVES, numberAt(redrive, 'maxReceiveCount') ?? Infinity);
  }

  /** The id of the message; of the one sent before, where this is a duplicate of it. @throws MessageRefused */
  send(body: string, now: number, options: SendOptions = {}): string {
    const deduplicationId = this.isFifo ? this.deduplicationIdOf(body, options) : undefined;
    const earlier = deduplicationId === undefined ? undefined : this.sent.get(deduplicationId);
    if (earlier && now - earlier.at < DEDUPLICATION_SECONDS * 1000) return earlier.messageId;
    if (!this.isFifo && options.deduplicationId !== undefined)
      throw new MessageRefused(this.name, 'a deduplication id is for FIFO queues');
    const number = String(++this.messages);
    const messageId = `${createHash('sha256').update(this.arn).digest('hex').slice(0, 8)}-0000-4000-8000-${number.padStart(12, '0')}`;
    this.held.push({
      message: {
        messageId,
        body,
        sentAt: now,
        groupId: options.groupId,
        deduplicationId,
        sequenceNumber: number.padStart(20, '0'),
        receiveCount: 0,
      },
      visibleAt: now + 1000 * ((this.isFifo ? undefined : options.delaySeconds) ?? this.delaySeconds),
      inFlight: false,
    });
    if (deduplicationId !== undefined) this.sent.set(deduplicationId, { at: now, messageId });
    return messageId;
  }

  /**
   * What a consumer gets now, in order, invisible to others until its visibility timeout; of a group of a FIFO queue
   * nothing while an earlier message of it is on its way. Messages received too often are dead: they are handed out apart.
   */
  receive(
    maximum: number,
    now: number,
  ): { readonly messages: QueueMessage[]; readonly dead: QueueMessage[] } {
    this.release(now);
    const blocked = new Set<string>();
    const messages: QueueMessage[] = [];
    const dead: QueueMessage[] = [];
    for (const held of [...this.held]) {
      const groupId = this.isFifo ? held.message.groupId : undefined;
      if (groupId !== undefined && blocked.has(groupId)) continue;
      if (held.inFlight || held.visibleAt > now) {
        if (groupId !== undefined) blocked.add(groupId);
      } else if (held.message.receiveCount >= this.maxReceiveCount) {
        this.delete(held.message.messageId);
        dead.push(held.message);
      } else if (messages.length < maximum) {
        const { message } = held;
        held.message = {
          ...message,
          receiveCount: message.receiveCount + 1,
          firstReceivedAt: message.firstReceivedAt ?? now,
        };
        messages.push(held.message);
      }
    }
    const received = new Set(messages.map(({ messageId }) => messageId));
    for (const held of this.held.filter(({ message }) => received.has(message.messageId))) {
      held.inFlight = true;
      held.visibleAt = now + this.visibilitySeconds * 1000;
    }
    return { messages, dead };
  }

  delete(messageId: string): void {
    this.held = this.held.filter(({ message }) => message.messageId !== messageId);
  }

  /** When there may be something to receive; undefined while the queue is empty. */
  nextVisible(now: number): number | undefined {
    // Of a group of a FIFO queue the first decides: the others wait for it.
    const groups = new Set<string | undefined>();
    const firsts = this.held.filter(({ message }) => {
      const waits = this.isFifo && groups.has(message.groupId);
      groups.add(message.groupId);
      return !waits;
    });
    if (firsts.length === 0) return undefined;
    return Math.max(now, Math.min(...firsts.map(({ visibleAt }) => visibleAt)));
  }

  /** Messages that wait or are on their way. */
  get size(): number {
    return this.held.length;
  }

  private release(now: number): void {
    for (const held of this.held) if (held.inFlight && held.visibleAt <= now) held.inFlight = false;
  }

  private deduplicationIdOf(body: string, { groupId, deduplicationId }: SendOptions): string {
    if (groupId === undefined) throw new MessageRefused(this.name, 'a FIFO queue needs a message group id');
    if (deduplicationId !== undefined) return deduplicationId;
    if (!this.deduplicatesContent) {
      throw new MessageRefused(
        this.name,
        'a FIFO queue needs a deduplication id, unless it deduplicates by content (ContentBasedDeduplication)',
      );
    }
    return createHash('sha256').update(body).digest('hex');
  }
}

/** CloudFormation takes an object or its JSON text. */
function redrivePolicy(properties: JsonObject): JsonObject {
  const text = properties.RedrivePolicy;
  if (typeof text !== 'string') return objectAt(properties, 'RedrivePolicy');
  const parsed: unknown = JSON.parse(text);
  return isObject(parsed) ? parsed : {};
}
