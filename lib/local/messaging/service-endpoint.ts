import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, listAt, numberAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';
import { MessageRefused } from './embedded-queue';
import type { SendOptions } from './embedded-queue';
import { md5 } from './queue-delivery';

/** Puts a message into a queue of the app and gives its id; undefined where the app has no such queue. */
export type SendMessage = (queue: string, body: string, options: SendOptions) => string | undefined;

/** The text of a secret of the app, by its ARN; undefined where the app has no such secret. */
export type ReadSecret = (arn: string) => string | undefined;

/**
 * Puts records on a stream of the app, their data in base64, and gives the code of each that it refuses; undefined where the app
 * has no such stream.
 */
export type PutRecords = (
  stream: string,
  records: readonly { readonly partitionKey: string; readonly data: string }[],
) => readonly (string | undefined)[] | undefined;

/** What of AWS is there. */
export interface Services {
  readonly send: SendMessage;
  readonly readSecret: ReadSecret;
  /** @default - no stream takes records of functions */
  readonly putRecords?: PutRecords;
}

/**
 * What functions that run here may ask of AWS: to send messages to queues of the app, to put records on its streams, and to read
 * secrets of it. Anything else is refused.
 */
export class ServiceEndpoint {
  private constructor(
    private readonly server: Server,
    /** Address for AWS_ENDPOINT_URL. */
    readonly url: string,
  ) {}

  static async open(services: Services): Promise<ServiceEndpoint> {
    const server = createServer((request, response) => void answer(request, response, services));
    await new Promise<void>((listening, failed) =>
      server.once('error', failed).listen(0, '127.0.0.1', listening),
    );
    // It is no reason to keep the run alive.
    server.unref();
    return new ServiceEndpoint(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, services: Services): Promise<void> {
  try {
    const target = String(request.headers['x-amz-target'] ?? `${request.method} ${request.url}`);
    reply(response, 200, operation(target, await bodyOf(request), services));
  } catch (error) {
    const { name, message } = error as Error;
    reply(response, 400, { __type: name, message });
  }
}

function operation(target: string, input: JsonObject, services: Services): object {
  const { send, readSecret, putRecords } = services;
  const queueUrl = textAt(input, 'QueueUrl') ?? '';
  const queue = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  const sent = (entry: JsonObject): { MessageId: string; MD5OfMessageBody: string } => {
    const body = textAt(entry, 'MessageBody') ?? '';
    const messageId = send(queue, body, {
      groupId: textAt(entry, 'MessageGroupId'),
      deduplicationId: textAt(entry, 'MessageDeduplicationId'),
      delaySeconds: numberAt(entry, 'DelaySeconds'),
    });
    if (messageId === undefined) throw new MessageRefused(queueUrl, 'the app has no such queue');
    return { MessageId: messageId, MD5OfMessageBody: md5(body) };
  };
  switch (target) {
    case 'AmazonSQS.SendMessage':
      return sent(input);
    case 'AmazonSQS.SendMessageBatch':
      return {
        Successful: listAt(input, 'Entries')
          .filter(isObject)
          .map((entry) => ({ Id: textAt(entry, 'Id'), ...sent(entry) })),
        Failed: [],
      };
    case 'secretsmanager.GetSecretValue': {
      const id = textAt(input, 'SecretId') ?? '';
      const text = readSecret(id);
      if (text === undefined) throw new NotOnThisMachine(`The secret ${id}`);
      return { ARN: id, SecretString: text };
    }
    case 'Kinesis_20131202.PutRecords': {
      const stream = textAt(input, 'StreamARN') ?? '';
      const records = listAt(input, 'Records')
        .filter(isObject)
        .map((one) => ({ partitionKey: textAt(one, 'PartitionKey') ?? '', data: textAt(one, 'Data') ?? '' }));
      const codes = putRecords?.(stream, records);
      if (codes === undefined) throw new NotOnThisMachine(`The stream ${stream}`);
      return {
        FailedRecordCount: codes.filter((code) => code !== undefined).length,
        Records: codes.map((code) =>
          code === undefined
            ? { ShardId: 'local', SequenceNumber: '0' }
            : { ErrorCode: code, ErrorMessage: code },
        ),
      };
    }
    default:
      throw new NotOnThisMachine(target);
  }
}

class NotOnThisMachine extends Error {
  constructor(target: string) {
    super(
      `${target} is not there on this machine: functions can send messages to queues of their app, put records on its streams where it is served, and read secrets it makes, no more.`,
    );
    this.name = 'NotOnThisMachine';
  }
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}
