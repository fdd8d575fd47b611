import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

let client: SQSClient | undefined;

/** Sends a message to the SQS queue of a URL. A module of its own, imported on first use. */
export async function sendMessage(
  queue: string,
  message: { MessageBody: string; MessageGroupId: string; MessageDeduplicationId: string },
): Promise<void> {
  client ??= new SQSClient({});
  await client.send(new SendMessageCommand({ QueueUrl: queue, ...message }));
}
