export {
  type IIngestStream,
  type ImportedIngestStreamOptions,
  IngestStream,
  IngestStreamBase,
  type IngestStreamProps,
} from './ingest-stream';
export { StreamArchive, type StreamArchiveProps } from './stream-archive';
export { type StreamThroughput } from './throughput';
export { WebhookAlarms, type WebhookAlarmsProps } from './webhook-alarms';
export {
  type WebhookApiKeyOptions,
  WebhookAuthentication,
  type WebhookHmacOptions,
  type WebhookSecretOptions,
  WebhookSignatureAlgorithm,
  WebhookSignatureEncoding,
} from './webhook-authentication';
export { WebhookEndpoint } from './webhook-endpoint';
export { type WebhookEndpointProps } from './webhook-endpoint-props';
export { WebhookHandshake } from './webhook-handshake';
export { WebhookPartitionKey } from './webhook-partition-key';
