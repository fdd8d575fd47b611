import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { QUEUED_FILE_PREFIX } from '../../lib/contract/queued-files';
import {
  commitRequestText,
  MalformedCommitRequest,
  parseCommitRequest,
  type CommitQueue,
  type CommitRequest,
} from '../pipeline/commit/commit-request';
import type { ObjectStore } from '../stores/object-store';
import { DirectoryQueue } from './directory-queue';
import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

/** SQS takes messages of 256 KiB everywhere; longer requests go into the store, and the message says where. */
const LONGEST_MESSAGE = 200 * 1024;

/** The part of an SQS client that is called; a directory has it too. */
export interface MessageSender {
  send(command: SendMessageCommand): Promise<unknown>;
}

/**
 * Requests for commits in an SQS queue. In a FIFO queue those of a table come in the order they were sent, one batch of
 * them at a time. `file:///<directory>` is a queue of a laptop.
 */
export class SqsCommitQueue implements CommitQueue {
  /** @param options.stored every request is kept as an object too, which outlives the message: see queued-files.ts */
  constructor(
    private readonly url: string,
    private readonly storeFor: (uri: string) => Promise<ObjectStore>,
    /** Where a table's files are, by its URI. */
    private readonly locationOf: (table: string) => Promise<string>,
    private readonly options: { readonly stored?: boolean } = {},
    private readonly sender: MessageSender = url.startsWith('file://')
      ? new DirectoryQueue()
      : new SQSClient({}),
  ) {}

  async send(request: CommitRequest): Promise<void> {
    const text = commitRequestText(request);
    const stored = this.options.stored || Buffer.byteLength(text) > LONGEST_MESSAGE;
    await this.sendText(stored ? await this.store(request, text) : text, request.bronze, request.id);
  }

  /** @param id of two messages with one id within five minutes, a queue keeps the first */
  async sendText(body: string, group: string, id: string): Promise<void> {
    const fifo = this.url.endsWith('.fifo')
      ? { MessageGroupId: groupId(group), MessageDeduplicationId: id }
      : {};
    await this.sender.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody: body, ...fifo }));
  }

  private async store(request: CommitRequest, text: string): Promise<string> {
    const location = await this.locationOf(request.bronze);
    const uri = `${location}/metadata/${QUEUED_FILE_PREFIX}${request.id}.json`;
    await (await this.storeFor(uri)).put(uri, Buffer.from(text), { contentType: 'application/json' });
    return JSON.stringify({ storedRequest: uri });
  }
}

/** SQS takes 128 characters of a smaller alphabet than tables have names. */
function groupId(table: string): string {
  return table.replace(/[^\w!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~-]/g, '_').slice(-128);
}

export interface CommitMessage {
  readonly messageId: string;
  readonly body: string;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
}

/** @throws UnexpectedEvent when the event is not one of SQS */
export function commitMessages(event: unknown): CommitMessage[] {
  const records = isObject(event) ? event.Records : undefined;
  if (!Array.isArray(records)) {
    throw new UnexpectedEvent(
      `Not an SQS event: it has no "Records" list but ${describeValue(event)}. ` +
        'This function is to be invoked by an event source mapping of an SQS queue.',
    );
  }
  return records.map((record: unknown, index) => {
    const { messageId, body, attributes } = isObject(record) ? record : {};
    if (typeof messageId !== 'string' || typeof body !== 'string') {
      throw new UnexpectedEvent(
        `Not an SQS event: record ${index} is to have messageId and body but is ${describeValue(record)}.`,
      );
    }
    const count = isObject(attributes) ? Number(attributes.ApproximateReceiveCount) : 1;
    return { messageId, body, deliveries: Number.isInteger(count) ? count : 1 };
  });
}

/** @throws MalformedCommitRequest also when the message names an object that is not there */
export async function requestOf(
  { body }: CommitMessage,
  storeFor: (uri: string) => Promise<ObjectStore>,
): Promise<CommitRequest> {
  const uri = storedRequest(body);
  if (uri === undefined) return parseCommitRequest(body);
  const store = await storeFor(uri);
  if (!(await store.exists(uri))) throw new MalformedCommitRequest(body, new Error(`${uri} is missing.`));
  return parseCommitRequest(Buffer.from(await store.get(uri)).toString('utf8'));
}

/** Where a message says its request is stored; undefined when it is the request itself. */
export function storedRequest(body: string): string | undefined {
  if (!body.startsWith('{"storedRequest":')) return undefined;
  try {
    const { storedRequest: uri } = JSON.parse(body) as { storedRequest?: unknown };
    return typeof uri === 'string' ? uri : undefined;
  } catch {
    return undefined;
  }
}
