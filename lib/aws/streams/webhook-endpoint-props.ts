import type { Duration, Size } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { HandlerNetwork } from '../handler-network';
import type { IIngestStream } from './ingest-stream';
import type { WebhookAuthentication } from './webhook-authentication';
import type { WebhookHandshake } from './webhook-handshake';
import type { WebhookPartitionKey } from './webhook-partition-key';

/** Whose requests are taken, and where they go. */
export interface WebhookEndpointProps {
  /** The stream that what comes is put on. */
  readonly stream: IIngestStream;

  /** How producers show who they are. */
  readonly authentication: WebhookAuthentication;

  /**
   * What the producer asks when the address is entered with it: `WebhookHandshake.slack()`, `WebhookHandshake.meta(…)`. It needs
   * `WebhookAuthentication.hmac`.
   * @default - none: a producer that asks gets no answer
   */
  readonly handshake?: WebhookHandshake;

  /**
   * Path that is posted to, for example `/tickets`.
   * @default '/'
   */
  readonly path?: string;

  /**
   * Whether each element of an array, at the top of a body, is a record of its own.
   * @default false - a body is a record; the lines of NDJSON are records in any case
   */
  readonly split?: boolean;

  /**
   * By what records find their shard.
   * @default WebhookPartitionKey.random()
   */
  readonly partitionKey?: WebhookPartitionKey;

  /**
   * Largest body, up to 4 MiB in whole KiB. A record of it may have 1 MiB.
   * @default Size.mebibytes(1)
   */
  readonly maxBodySize?: Size;

  /**
   * Requests a second that are let through in the long run; what is more is answered with 429.
   * @default 100
   */
  readonly rateLimit?: number;

  /**
   * Requests that are let through at once.
   * @default - twice the `rateLimit`
   */
  readonly burstLimit?: number;

  /**
   * A domain of yours, with its certificate. The address of API Gateway is switched off then.
   * @default - none: the address of API Gateway
   */
  readonly domain?: apigateway.DomainMappingOptions;

  /**
   * Longest run of the function, 3 to 29 seconds: what the stream refuses is tried again until a second before. Many producers
   * give up after ten.
   * @default Duration.seconds(10)
   */
  readonly timeout?: Duration;

  /**
   * Memory of the function in MB, 128 to 10,240. Its processor grows with it.
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Requests that are worked on at the same time at the most, so that a flood leaves some of the account's to others; what is more
   * is answered with 503.
   * @default - no limit but that of the account
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Network the function runs in, where that is your rule. It needs the endpoints of Kinesis and, with a secret, of Secrets Manager.
   * @default - none: it reaches AWS over TLS, and only the API reaches it
   */
  readonly network?: HandlerNetwork;

  /**
   * How long the logs are kept, of the function and of accesses.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs. The policy of an imported key has to allow CloudWatch Logs.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Role of the function. It is granted what the function needs, as far as it can be changed from this app.
   * @default - a role of its own, with nothing but these grants
   */
  readonly role?: iam.IRole;

  /**
   * Dimension of its metrics, field of its log lines.
   * @default - the construct's path
   */
  readonly productName?: string;

  /**
   * CloudWatch namespace of the metrics.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}
