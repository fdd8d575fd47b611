import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Message, Queue } from './queue';

const WAIT_SECONDS = 20;

/** A queue of Amazon SQS. Retries are the SDK's own. */
export class SqsQueue implements Queue {
  private readonly client = new SQSClient({});

  constructor(private readonly url: string) {}

  async receive(signal: AbortSignal): Promise<Message | undefined> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.url,
      WaitTimeSeconds: WAIT_SECONDS,
      MaxNumberOfMessages: 1,
      MessageSystemAttributeNames: ['MessageGroupId', 'ApproximateReceiveCount'],
    });
    const { Messages = [] } = await this.client.send(command, { abortSignal: signal });
    const [message] = Messages;
    if (!message) return undefined;
    return {
      messageId: message.MessageId ?? '',
      body: message.Body ?? '',
      receipt: message.ReceiptHandle ?? '',
      group: message.Attributes?.MessageGroupId,
      receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    };
  }

  async delete({ receipt }: Message): Promise<void> {
    await this.client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: receipt }));
  }

  async hide({ receipt }: Message, seconds: number): Promise<void> {
    await this.client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.url,
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      }),
    );
  }
}
