import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  EventDeduplication,
  IngestStream,
  MedallionLake,
  StreamSource,
  WebhookAlarms,
  WebhookAuthentication,
  WebhookEndpoint,
  WebhookPartitionKey,
  WebhookSignatureEncoding,
} from 'lakehouse-constructs';

/**
 * Tickets of a helpdesk that pushes them by HTTP, signed as Zendesk signs: checked, put on a stream, and from there into tables.
 * An event that the helpdesk sends twice is in bronze once.
 */
const app = new App();
const stack = new Stack(app, 'Helpdesk');

const lake = new MedallionLake(stack, 'Lake');
const stream = new IngestStream(stack, 'TicketEvents');
const onCall = new Topic(stack, 'OnCall', { masterKey: lake.encryptionKey, enforceSSL: true });

const webhook = new WebhookEndpoint(stack, 'Tickets', {
  stream,
  path: '/tickets',
  authentication: WebhookAuthentication.hmac({
    // What the helpdesk shows as its signing secret, put there by hand before the first deployment.
    secret: Secret.fromSecretNameV2(stack, 'SigningSecret', 'helpdesk/signing-secret'),
    header: 'X-Zendesk-Webhook-Signature',
    encoding: WebhookSignatureEncoding.BASE64,
    timestampHeader: 'X-Zendesk-Webhook-Signature-Timestamp',
    signedContent: '{timestamp}{body}',
  }),
  // What happens to one ticket stays in its order.
  partitionKey: WebhookPartitionKey.field('ticket_id'),
});
new WebhookAlarms(stack, 'TicketsAlarms', { endpoint: webhook, topics: [onCall] });

const product = new DataProduct(stack, 'Product', {
  contract: DataContract.fromFile(`${__dirname}/tickets.odcs.yaml`),
  lake,
  source: StreamSource.kinesis(stream),
  processor: { deduplication: EventDeduplication.byProperty('event_id', { window: Duration.hours(24) }) },
});
product.alarms.notify(onCall);
new CfnOutput(stack, 'WebhookUrl', { value: webhook.url });
app.synth();
