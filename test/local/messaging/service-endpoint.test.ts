import {
  SQSClient,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceEndpoint } from '../../../lib/local/messaging/service-endpoint';
import type { SendOptions } from '../../../lib/local/messaging/embedded-queue';

describe('what functions may ask of AWS', () => {
  const sent: [string, string, SendOptions][] = [];
  let endpoint: ServiceEndpoint;
  let client: SQSClient;
  let QueueUrl: string;
  beforeAll(async () => {
    endpoint = await ServiceEndpoint.open({
      send: (queue, body, options) => {
        if (queue !== 'tasks.fifo') return undefined;
        return `id-${sent.push([queue, body, options])}`;
      },
      readSecret: (arn) => (arn.endsWith(':secret:key') ? 'the text' : undefined),
    });
    client = new SQSClient({
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    QueueUrl = `${endpoint.url}/000000000000/tasks.fifo`;
  });
  afterAll(async () => {
    client.destroy();
    await endpoint.close();
  });

  it('is to send messages, with the SDK as it is', async () => {
    const MessageBody = '{"refine":"glue://lake_silver/orders","note":"ä"}';
    const answer = await client.send(
      new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g', MessageDeduplicationId: 'd' }),
    );
    expect(answer.MessageId).toBe('id-1');
    await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'x', MessageBody: 'one', MessageGroupId: 'g' },
          { Id: 'y', MessageBody: 'two', MessageGroupId: 'g' },
        ],
      }),
    );
    expect(sent).toMatchObject([
      ['tasks.fifo', MessageBody, { groupId: 'g', deduplicationId: 'd' }],
      ['tasks.fifo', 'one', { groupId: 'g' }],
      ['tasks.fifo', 'two', { groupId: 'g' }],
    ]);
  });

  it('is to read secrets of the app, and no others', async () => {
    const secrets = new SecretsManagerClient({
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const read = (SecretId: string) => secrets.send(new GetSecretValueCommand({ SecretId }));
    expect((await read('arn:aws:secretsmanager:us-east-1:000000000000:secret:key')).SecretString).toBe(
      'the text',
    );
    await expect(read('other')).rejects.toThrow('The secret other is not there on this machine');
    secrets.destroy();
  });

  it('is nothing else', async () => {
    await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toThrow(
      'AmazonSQS.ReceiveMessage is not there on this machine',
    );
    const elsewhere = `${endpoint.url}/000000000000/other`;
    await expect(
      client.send(new SendMessageCommand({ QueueUrl: elsewhere, MessageBody: 'x' })),
    ).rejects.toThrow('the app has no such queue');
  });
});
