import type { DispositionSettings } from '../../lib/contract/disposition-settings';
import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { HeaderCheck } from '../../lib/contract/header-check';
import { ConfigurationError, type Environment, json, matching } from './environment';
import { type IngestConfiguration, readIngestConfiguration } from './ingest';
import { engineMemory } from './sql-engine';
import { queueUrl } from './tables-and-queues';

/** What a function that takes files in was told. */
export interface FileConfiguration extends Omit<IngestConfiguration, 'commitQueue' | 'deduplication'> {
  /** URI of the folder files arrive in, with a slash at its end; undefined where nobody asks. */
  readonly folder?: string;
  /** URI of the folder that says which files are done, with a slash at its end. */
  readonly ledger: string;
  readonly header: HeaderCheck;
  readonly disposition: DispositionSettings;
  /** URL of the function's own queue, for files to be gone on with; undefined in a container. */
  readonly fileQueue?: string;
  /** URL of the queue of the container that takes what is too large here. */
  readonly taskQueue?: string;
  /** Bytes of the largest file that is not for the container. */
  readonly maxFileBytes: number;
  /** Bytes of records that become one commit: the fewer commits, the less workers wait for one another. */
  readonly batchBytes: number;
}

/** What several invocations of a quarter of an hour look through and take in. */
const MAX_FILE_BYTES = 5 * 1024 * 1024 * 1024;

const MEBI = 1024 * 1024;
/** Of which a batch whose records are all refused takes the most: six times its bytes beside what the function has anyway. */
const MEMORY_SHARE = 1 / 16;
const MAX_BATCH_BYTES = 128 * MEBI;
const DEFAULT_MEMORY_MIB = 512;

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readFileConfiguration(environment: Environment = process.env): FileConfiguration {
  const { fileFolder, fileLedger, disposition, fileQueue, taskQueue, maxFileBytes } = HANDLER_ENVIRONMENT;
  const { commitQueue: _, deduplication: __, ...ingestion } = readIngestConfiguration(environment);
  const queue = (variable: string) =>
    environment[variable] === undefined ? undefined : queueUrl(environment, variable);
  // A container is told of its queue by the same variable: it hands nothing over.
  const isContainer = engineMemory(environment) !== undefined;
  return {
    ...ingestion,
    folder: environment[fileFolder] === undefined ? undefined : folder(environment, fileFolder),
    ledger: folder(environment, fileLedger),
    header: headerCheck(environment),
    batchBytes: batchBytes(environment),
    disposition: (json(environment, disposition) ?? {}) as DispositionSettings,
    fileQueue: queue(fileQueue),
    taskQueue: isContainer ? undefined : queue(taskQueue),
    maxFileBytes: Number(
      matching(
        environment,
        maxFileBytes,
        /^[1-9]\d{0,14}$/,
        'a whole number of bytes from 1',
        String(MAX_FILE_BYTES),
      ),
    ),
  };
}

/** What fits the memory of the function, or of the container. */
function batchBytes(environment: Environment): number {
  const given = engineMemory(environment) ?? Number(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  const memory = Number.isFinite(given) ? given : DEFAULT_MEMORY_MIB;
  return Math.min(MAX_BATCH_BYTES, Math.floor(memory * MEMORY_SHARE * MEBI));
}

function folder(environment: Environment, variable: string): string {
  return matching(
    environment,
    variable,
    /^(s3:\/\/[^/]+\/.+|file:\/\/\/.+)\/$/,
    's3://<bucket>/<prefix>/, file:///<directory>/',
  );
}

function headerCheck(environment: Environment): HeaderCheck {
  const allowed = Object.values(HeaderCheck);
  const value = environment[HANDLER_ENVIRONMENT.headerCheck] ?? HeaderCheck.EXACT;
  const check = allowed.find((each) => each === value);
  if (check !== undefined) return check;
  throw new ConfigurationError(
    `${HANDLER_ENVIRONMENT.headerCheck} is "${value}". Allowed: ${allowed.join(', ')}.`,
  );
}
