import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

let client: SQSClient | undefined;

/** Sends JSON to a standard queue of SQS. A module of its own, imported on first use. */
export async function sendJson(queue: string, body: object): Promise<void> {
  client ??= new SQSClient({});
  await client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: JSON.stringify(body) }));
}
