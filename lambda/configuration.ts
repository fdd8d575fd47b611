import type { SqlEngineConfiguration } from './engines/engine-configuration';
import { HANDLER_ENVIRONMENT } from '../lib/contract/handler-environment';
import { METRIC_NAMESPACE } from '../lib/contract/metric-names';
import { RejectionHandling } from '../lib/contract/rejection-handling';
import type { LookupSettings, TransformSettings } from '../lib/contract/transform-settings';

/** What an ingestion function was told by the construct that deployed it. */
export interface IngestConfiguration {
  /** URI of the table accepted records are appended to. */
  readonly bronzeTable: string;
  /** URI of the table rejected records are appended to. */
  readonly quarantineTable: string;
  /** What becomes of a batch with rejected records. */
  readonly rejections: RejectionHandling;
  /** The user's own code beside the bundle, where there is any. */
  readonly transform?: UserTransformConfiguration;
  /** URL of the queue to hand files over to; undefined where the function commits itself. */
  readonly commitQueue?: string;
  readonly product: string;
  readonly metricNamespace: string;
}

/** What a function that refines bronze to silver was told. */
export interface RefineConfiguration {
  readonly bronzeTable: string;
  readonly silverTable: string;
  /** Where the contract marks deletions. */
  readonly tombstonesTable?: string;
  /** Without it a row that cannot enter silver stops the increment. */
  readonly quarantineTable?: string;
  /** Table the results of quality gates are kept in. */
  readonly qualityTable?: string;
  /** URL of the queue of the container that does what is too large here. */
  readonly taskQueue?: string;
  /** The user's own code beside the bundle, where there is any. */
  readonly transform?: UserTransformConfiguration;
  /** Bytes worked on at a time. */
  readonly maxIncrementBytes: number;
  /** Memory of the SQL engine that works increments out, MiB; rows are worked out one by one where it is not set. */
  readonly engineMemory?: number;
  readonly product: string;
  readonly metricNamespace: string;
}

/** What the program around a handler in a container was told. */
export interface ContainerConfiguration {
  /** The one request to do, as JSON. Where it is not set, requests come from the queue. */
  readonly task?: unknown;
  /** URL of the queue. */
  readonly queue?: string;
  /** Seconds without a message after which the program ends. */
  readonly idleSeconds: number;
}

/** What a transform was told by the construct that deployed it. */
export interface TransformConfiguration {
  /** URIs, in the order of the transformation's inputs. */
  readonly inputs: readonly string[];
  /** URIs of the tables that the results of the inputs' gates are kept in, in that order, where there are any. */
  readonly quality: readonly (string | undefined)[];
  readonly output: string;
  readonly engine: SqlEngineConfiguration;
  readonly product: string;
  readonly metricNamespace: string;
}

/** The user's own code, and what it may look up, by name. */
export interface UserTransformConfiguration extends TransformSettings {
  readonly lookups: ReadonlyMap<string, LookupSettings>;
}

export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigurationError';
  }
}

type Environment = Record<string, string | undefined>;

/** Forms of a table URI, one for each catalog (lib/contract/handler-environment.ts). */
const TABLE_URIS = [
  /^glue:\/\/[^/]+\/[^/]+$/,
  /^(s3|gs|abfss):\/\/[^/]+\/.+$/,
  /^file:\/\/\/.+$/,
  /^rest\+https?:\/\/.+\?.+$/,
];
const TABLE_URI_FORMS =
  'glue://<database>/<table>, s3://<bucket>/<prefix>, gs://<bucket>/<prefix>, ' +
  'abfss://<container>@<account>.dfs.core.windows.net/<prefix>, file:///<directory>, ' +
  'rest+https://<catalog>?warehouse=<warehouse>&namespace=<namespace>&table=<table>';

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html and API_Dimension.html
const NAMESPACE = /^[^:][A-Za-z0-9._/#:-]{0,254}$/;
const DIMENSION_VALUE = /^(?!:)[\x20-\x7e]{1,1024}$/;

/** What a function of 2 GB holds as rows with room to spare. */
const MAX_INCREMENT_BYTES = 32 * 1024 * 1024;
/** Of a container, whose engine holds no rows: what its scratch directory takes of bronze beside files of silver. */
const MAX_CONTAINER_INCREMENT_BYTES = 4 * 1024 * 1024 * 1024;
/** Long enough that messages which follow each other find a container that is warm. */
const IDLE_SECONDS = 300;
/** URL of an SQS queue, or a directory that stands for one on a laptop. */
const QUEUE_URL = /^(https?:\/\/.+\/.+|file:\/\/\/.+)$/;

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readIngestConfiguration(environment: Environment = process.env): IngestConfiguration {
  const configuration = {
    bronzeTable: tableUri(environment, HANDLER_ENVIRONMENT.bronzeTable),
    quarantineTable: tableUri(environment, HANDLER_ENVIRONMENT.quarantineTable),
    rejections: rejectionHandling(environment),
    transform: userTransform(environment),
    ...(environment[HANDLER_ENVIRONMENT.commitQueue]
      ? { commitQueue: queueUrl(environment, HANDLER_ENVIRONMENT.commitQueue) }
      : {}),
    ...signals(environment),
  };
  requireDistinct(environment, ['bronzeTable', 'quarantineTable']);
  return configuration;
}

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readRefineConfiguration(environment: Environment = process.env): RefineConfiguration {
  const { bronzeTable, silverTable, tombstonesTable, quarantineTable, qualityTable } = HANDLER_ENVIRONMENT;
  const optional = (variable: string) =>
    environment[variable] === undefined ? undefined : tableUri(environment, variable);
  const memory = engineMemory(environment);
  const configuration = {
    bronzeTable: tableUri(environment, bronzeTable),
    silverTable: tableUri(environment, silverTable),
    tombstonesTable: optional(tombstonesTable),
    quarantineTable: optional(quarantineTable),
    qualityTable: optional(qualityTable),
    transform: userTransform(environment),
    taskQueue:
      environment[HANDLER_ENVIRONMENT.taskQueue] === undefined
        ? undefined
        : matching(environment, HANDLER_ENVIRONMENT.taskQueue, QUEUE_URL, 'the URL of an SQS queue'),
    maxIncrementBytes: Number(
      matching(
        environment,
        HANDLER_ENVIRONMENT.maxIncrementBytes,
        /^[1-9]\d{0,14}$/,
        'a whole number of bytes from 1',
        String(memory === undefined ? MAX_INCREMENT_BYTES : MAX_CONTAINER_INCREMENT_BYTES),
      ),
    ),
    engineMemory: memory,
    ...signals(environment),
  };
  requireDistinct(environment, [
    'bronzeTable',
    'silverTable',
    'tombstonesTable',
    'quarantineTable',
    'qualityTable',
  ]);
  return configuration;
}

/** What a function that judges a table was told. */
export interface GateConfiguration {
  /** URI of the table whose rows are measured. */
  readonly table: string;
  /** URI of the table the results are kept in. */
  readonly qualityTable?: string;
  /** URI of the table profiles are kept in; none are made without it. */
  readonly profileTable?: string;
  readonly engine: SqlEngineConfiguration;
  readonly product: string;
  readonly metricNamespace: string;
}

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readGateConfiguration(environment: Environment = process.env): GateConfiguration {
  const { inputTable, qualityTable, profileTable } = HANDLER_ENVIRONMENT;
  return {
    table: tableUri(environment, `${inputTable}_0`),
    ...(environment[qualityTable] !== undefined && { qualityTable: tableUri(environment, qualityTable) }),
    ...(environment[profileTable] !== undefined && { profileTable: tableUri(environment, profileTable) }),
    engine: sqlEngine(environment),
    ...signals(environment),
  };
}

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readContainerConfiguration(environment: Environment = process.env): ContainerConfiguration {
  const { task, taskQueue, idleSeconds } = HANDLER_ENVIRONMENT;
  const idle = Number(
    matching(environment, idleSeconds, /^\d{1,5}$/, 'a whole number of seconds', String(IDLE_SECONDS)),
  );
  const given = environment[task];
  if (given !== undefined) {
    try {
      return { task: JSON.parse(given), idleSeconds: idle };
    } catch {
      throw new ConfigurationError(`${task} is "${given}". Allowed: a request as JSON.`);
    }
  }
  if (environment[taskQueue] === undefined)
    throw new ConfigurationError(
      `Neither ${task} nor ${taskQueue} is set: give a request as JSON, or the URL of an SQS queue.`,
    );
  return {
    queue: matching(environment, taskQueue, /^https?:\/\/.+\/.+$/, 'the URL of an SQS queue'),
    idleSeconds: idle,
  };
}

function signals(environment: Environment): Pick<IngestConfiguration, 'product' | 'metricNamespace'> {
  return {
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
}

function requireDistinct(environment: Environment, names: (keyof typeof HANDLER_ENVIRONMENT)[]): void {
  const first = new Map<string, string>();
  for (const name of names) {
    const variable = HANDLER_ENVIRONMENT[name];
    const uri = environment[variable];
    if (uri === undefined) continue;
    const other = first.get(uri);
    if (other !== undefined)
      throw new ConfigurationError(
        `${other} and ${variable} name the same table, "${uri}". Each needs its own.`,
      );
    first.set(uri, variable);
  }
}

/**
 * @param inputs how many tables the transformation reads
 * @throws ConfigurationError naming the variable, its value and what is allowed.
 */
export function readTransformConfiguration(
  inputs: number,
  environment: Environment = process.env,
): TransformConfiguration {
  const { inputTable, qualityTable } = HANDLER_ENVIRONMENT;
  const indices = Array.from({ length: inputs }, (_, index) => index);
  return {
    inputs: indices.map((index) => tableUri(environment, `${inputTable}_${index}`)),
    quality: indices.map((index) => {
      const variable = `${qualityTable}_${index}`;
      return environment[variable] === undefined ? undefined : tableUri(environment, variable);
    }),
    output: tableUri(environment, HANDLER_ENVIRONMENT.goldTable),
    engine: sqlEngine(environment),
    ...signals(environment),
  };
}

/** DuckDB's share where nothing is said: of a container or laptop of 2 GiB. */
const DEFAULT_ENGINE_MIB = 1536;

function sqlEngine(environment: Environment): SqlEngineConfiguration {
  const allowed = 'athena, duckdb, emr';
  const name = required(environment, HANDLER_ENVIRONMENT.sqlEngine, allowed, 'athena');
  const value = (variable: string, what: string): string => required(environment, variable, what);
  switch (name) {
    case 'athena':
      return { name, workgroup: value(HANDLER_ENVIRONMENT.athenaWorkgroup, 'the name of a workgroup') };
    case 'duckdb':
      return { name, memoryMiB: engineMemory(environment) ?? DEFAULT_ENGINE_MIB };
    case 'emr':
      return {
        name,
        application: value(HANDLER_ENVIRONMENT.emrApplication, 'the id of an application'),
        role: value(HANDLER_ENVIRONMENT.emrRole, 'the ARN of a role'),
        script: value(HANDLER_ENVIRONMENT.emrScript, 's3://<bucket>/<key>'),
        workspace: value(HANDLER_ENVIRONMENT.emrWorkspace, 's3://<bucket>/<prefix>'),
        settings: required(environment, HANDLER_ENVIRONMENT.emrSettings, 'options of spark-submit', ''),
      };
  }
  throw new ConfigurationError(`${HANDLER_ENVIRONMENT.sqlEngine} is "${name}". Allowed: ${allowed}.`);
}

/** MiB; undefined where it is not set. */
function engineMemory(environment: Environment): number | undefined {
  const variable = HANDLER_ENVIRONMENT.engineMemory;
  if (environment[variable] === undefined) return undefined;
  return Number(matching(environment, variable, /^[1-9]\d{1,6}$/, 'MiB, a whole number of at least 64'));
}

/** What a committer was told. */
export interface CommitConfiguration {
  /** URL of the queue for requests that cannot be committed. */
  readonly deadLetterQueue: string;
  /** Deliveries after which a request is set aside untried. */
  readonly deliveryAttempts: number;
}

const DELIVERY_ATTEMPTS = '200';

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readCommitConfiguration(environment: Environment = process.env): CommitConfiguration {
  const { commitDeadLetters, commitDeliveries } = HANDLER_ENVIRONMENT;
  return {
    deadLetterQueue: queueUrl(environment, commitDeadLetters),
    deliveryAttempts: Number(
      matching(
        environment,
        commitDeliveries,
        /^[1-9]\d{0,3}$/,
        'a whole number from 1 to 9999',
        DELIVERY_ATTEMPTS,
      ),
    ),
  };
}

/** How Azure's platforms tell a workload who it is; names are theirs. */
export function readAzureIdentity(environment: Environment = process.env): {
  sharedAccessSignature?: string;
  endpoint?: string;
  secret?: string;
  clientId?: string;
} {
  return {
    sharedAccessSignature: environment.AZURE_STORAGE_SAS_TOKEN,
    endpoint: environment.IDENTITY_ENDPOINT,
    secret: environment.IDENTITY_HEADER,
    clientId: environment.AZURE_CLIENT_ID,
  };
}

/** How a REST catalog is told who we are. */
export interface CatalogCredentials {
  /** A bearer token. */
  readonly token?: string;
  /** `<client id>:<client secret>`, exchanged for a token. */
  readonly credential?: string;
  /** Token endpoint. */
  readonly tokenUri?: string;
  readonly scope?: string;
}

export function readCatalogCredentials(environment: Environment = process.env): CatalogCredentials {
  return {
    token: environment[HANDLER_ENVIRONMENT.catalogToken],
    credential: environment[HANDLER_ENVIRONMENT.catalogCredential],
    tokenUri: environment[HANDLER_ENVIRONMENT.catalogTokenUri],
    scope: environment[HANDLER_ENVIRONMENT.catalogScope],
  };
}

function queueUrl(environment: Environment, variable: string): string {
  return matching(environment, variable, QUEUE_URL, 'the URL of an SQS queue');
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

/** The construct writes both variables: they are taken at their word, as long as they are JSON. */
function userTransform(environment: Environment): UserTransformConfiguration | undefined {
  const settings = json(environment, HANDLER_ENVIRONMENT.transform) as TransformSettings | undefined;
  if (settings === undefined) return undefined;
  const lookups = json(environment, HANDLER_ENVIRONMENT.lookups) as
    Record<string, LookupSettings> | undefined;
  return { ...settings, lookups: new Map(Object.entries(lookups ?? {})) };
}

function json(environment: Environment, variable: string): object | undefined {
  const text = environment[variable];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Refused below, as everything that is no object.
  }
  throw new ConfigurationError(`${variable} is "${text}". Allowed: a JSON object.`);
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
