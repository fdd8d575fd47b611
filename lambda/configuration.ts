import { HANDLER_ENVIRONMENT } from '../lib/contract/handler-environment';
import { METRIC_NAMESPACE } from '../lib/contract/metric-names';
import { RejectionHandling } from '../lib/contract/rejection-handling';

/** What an ingestion function was told by the construct that deployed it. */
export interface IngestConfiguration {
  /** URI of the table accepted records are appended to. */
  readonly bronzeTable: string;
  /** URI of the table rejected records are appended to. */
  readonly quarantineTable: string;
  /** What becomes of a batch with rejected records. */
  readonly rejections: RejectionHandling;
  readonly product: string;
  readonly metricNamespace: string;
}

export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigurationError';
  }
}

type Environment = Record<string, string | undefined>;

/** Forms of a table URI, one for each catalog (lib/contract/handler-environment.ts). */
const TABLE_URIS = [/^glue:\/\/[^/]+\/[^/]+$/, /^s3:\/\/[^/]+\/.+$/, /^file:\/\/\/.+$/];
const TABLE_URI_FORMS = 'glue://<database>/<table>, s3://<bucket>/<prefix>, file:///<directory>';

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html and API_Dimension.html
const NAMESPACE = /^[^:][A-Za-z0-9._/#:-]{0,254}$/;
const DIMENSION_VALUE = /^(?!:)[\x20-\x7e]{1,1024}$/;

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readIngestConfiguration(environment: Environment = process.env): IngestConfiguration {
  const configuration = {
    bronzeTable: tableUri(environment, HANDLER_ENVIRONMENT.bronzeTable),
    quarantineTable: tableUri(environment, HANDLER_ENVIRONMENT.quarantineTable),
    rejections: rejectionHandling(environment),
    product: matching(
      environment,
      HANDLER_ENVIRONMENT.product,
      DIMENSION_VALUE,
      '1 to 1024 printable ASCII characters, no colon first (a CloudWatch dimension value)',
    ),
    metricNamespace: matching(
      environment,
      HANDLER_ENVIRONMENT.metricNamespace,
      NAMESPACE,
      'a CloudWatch namespace: 1 to 255 letters, digits or . - _ / # :, no colon first',
      METRIC_NAMESPACE,
    ),
  };
  if (configuration.bronzeTable === configuration.quarantineTable) {
    throw new ConfigurationError(
      `${HANDLER_ENVIRONMENT.bronzeTable} and ${HANDLER_ENVIRONMENT.quarantineTable} name the same table, ` +
        `"${configuration.bronzeTable}". Accepted and rejected records need a table each.`,
    );
  }
  return configuration;
}

function tableUri(environment: Environment, variable: string): string {
  const value = required(environment, variable, TABLE_URI_FORMS);
  if (TABLE_URIS.some((form) => form.test(value))) return value;
  throw new ConfigurationError(`${variable} is "${value}". Allowed: ${TABLE_URI_FORMS}.`);
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

function matching(
  environment: Environment,
  variable: string,
  form: RegExp,
  allowed: string,
  fallback?: string,
): string {
  const value = required(environment, variable, allowed, fallback);
  if (form.test(value)) return value;
  throw new ConfigurationError(`${variable} is "${value}". Allowed: ${allowed}.`);
}

function required(environment: Environment, variable: string, allowed: string, fallback?: string): string {
  const value = environment[variable] ?? fallback;
  if (value !== undefined) return value;
  throw new ConfigurationError(
    `${variable} is not set. Allowed: ${allowed}. The construct that deploys the function sets it.`,
  );
}
