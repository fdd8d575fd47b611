import type { DeduplicationSettings } from '../../lib/contract/deduplication-settings';
import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { RejectionHandling } from '../../lib/contract/rejection-handling';
import { ConfigurationError, type Environment, json, sampleRate } from './environment';
import { type SignalConfiguration, signals } from './signals';
import { queueUrl, requireDistinct, tableUri } from './tables-and-queues';
import { userTransform, type UserTransformConfiguration } from './user-transform';

/** What an ingestion function was told by the construct that deployed it. */
export interface IngestConfiguration extends SignalConfiguration {
  /** URI of the table accepted records are appended to. */
  readonly bronzeTable: string;
  /** URI of the table rejected records are appended to. */
  readonly quarantineTable: string;
  /** What becomes of a batch with rejected records. */
  readonly rejections: RejectionHandling;
  /** The user's own code beside the bundle, where there is any. */
  readonly transform?: UserTransformConfiguration;
  /** Which events are to be taken once, where there are such. */
  readonly deduplication?: DeduplicationSettings;
  /** Share of the records that are looked at for personal data; undefined for none. */
  readonly personalDataSample?: number;
  /** URL of the queue to hand files over to; undefined where the function commits itself. */
  readonly commitQueue?: string;
}

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readIngestConfiguration(environment: Environment = process.env): IngestConfiguration {
  const configuration = {
    bronzeTable: tableUri(environment, HANDLER_ENVIRONMENT.bronzeTable),
    quarantineTable: tableUri(environment, HANDLER_ENVIRONMENT.quarantineTable),
    rejections: rejectionHandling(environment),
    transform: userTransform(environment),
    deduplication: json(environment, HANDLER_ENVIRONMENT.deduplication) as DeduplicationSettings | undefined,
    personalDataSample: sampleRate(environment, HANDLER_ENVIRONMENT.personalDataSample),
    ...(environment[HANDLER_ENVIRONMENT.commitQueue]
      ? { commitQueue: queueUrl(environment, HANDLER_ENVIRONMENT.commitQueue) }
      : {}),
    ...signals(environment),
  };
  requireDistinct(environment, ['bronzeTable', 'quarantineTable']);
  return configuration;
}

function rejectionHandling(environment: Environment): RejectionHandling {
  const allowed = Object.values(RejectionHandling);
  const value = environment[HANDLER_ENVIRONMENT.rejections] ?? RejectionHandling.QUARANTINE;
  const handling = allowed.find((each) => each === value);
  if (handling !== undefined) return handling;
  throw new ConfigurationError(
    `${HANDLER_ENVIRONMENT.rejections} is "${value}". Allowed: ${allowed.join(', ')}.`,
  );
}
