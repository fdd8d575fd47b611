import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import type { IndexSnapshotSettings } from '../../lib/contract/index-snapshot-settings';
import { METRIC_NAMESPACE } from '../../lib/contract/metric-names';
import { ConfigurationError, type Environment, json, required } from './environment';

/** What a function that snapshots search indexes was told. */
export interface IndexSnapshotConfiguration {
  readonly settings: IndexSnapshotSettings;
  readonly metricNamespace: string;
  /** Of the function's role, as Lambda hands them out. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/**
 * Credentials are in the environment of every function
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html): no provider of an SDK is bundled to find them.
 * @throws ConfigurationError naming the variable, its value and what is allowed
 */
export function readIndexSnapshotConfiguration(
  environment: Environment = process.env,
): IndexSnapshotConfiguration {
  const { indexSnapshots, metricNamespace } = HANDLER_ENVIRONMENT;
  return {
    settings: settingsOf(json(environment, indexSnapshots), indexSnapshots),
    metricNamespace: environment[metricNamespace] ?? METRIC_NAMESPACE,
    credentials: {
      accessKeyId: required(environment, 'AWS_ACCESS_KEY_ID', CREDENTIALS),
      secretAccessKey: required(environment, 'AWS_SECRET_ACCESS_KEY', CREDENTIALS),
      sessionToken: environment.AWS_SESSION_TOKEN,
    },
  };
}

const CREDENTIALS = 'credentials of AWS, as Lambda sets them';

function settingsOf(value: object | undefined, variable: string): IndexSnapshotSettings {
  const settings = value as IndexSnapshotSettings | undefined;
  if (settings !== undefined && isComplete(settings)) return settings;
  throw new ConfigurationError(
    `${variable} is ${JSON.stringify(value)}. Allowed: JSON of IndexSnapshotSettings (lib/contract/index-snapshot-settings.ts). ` +
      'The construct that deploys the function sets it.',
  );
}

function isComplete(settings: IndexSnapshotSettings): boolean {
  const { domain, endpoint, region, repository, bucket, folder, role, indexes } = settings;
  const texts = [domain, endpoint, region, repository, bucket, folder, role, ...(indexes ?? [''])];
  const hours = [settings.retentionHours, settings.maximumAgeHours];
  return (
    texts.every((text) => typeof text === 'string' && text !== '') &&
    /^https?:\/\/[^/]+$/.test(endpoint) &&
    indexes.length > 0 &&
    hours.every((number) => Number.isFinite(number) && number > 0)
  );
}
