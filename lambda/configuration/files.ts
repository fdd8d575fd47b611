import type { DispositionSettings } from '../../lib/contract/disposition-settings';
import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { HeaderCheck } from '../../lib/contract/header-check';
import { ConfigurationError, type Environment, json, matching } from './environment';
import { type IngestConfiguration, readIngestConfiguration } from './ingest';
import { engineMemory } from './sql-engine';
import { queueUrl } from './tables-and-queues';

/** What a function that takes files in was told. */
export interface FileConfiguration extends Omit<IngestConfiguration, 'commitQueue' | 'deduplication'> {
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
}

/** What several invocations of a quarter of an hour look through and take in. */
const MAX_FILE_BYTES = 5 * 1024 * 1024 * 1024;

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readFileConfiguration(environment: Environment = process.env): FileConfiguration {
  const { fileLedger, disposition, fileQueue, taskQueue, maxFileBytes } = HANDLER_ENVIRONMENT;
  const { commitQueue: _, deduplication: __, ...ingestion } = readIngestConfiguration(environment);
  const queue = (variable: string) =>
    environment[variable] === undefined ? undefined : queueUrl(environment, variable);
  // A container is told of its queue by the same variable: it hands nothing over.
  const isContainer = engineMemory(environment) !== undefined;
  return {
    ...ingestion,
    ledger: matching(
      environment,
      fileLedger,
      /^(s3:\/\/[^/]+\/.+|file:\/\/\/.+)\/$/,
      's3://<bucket>/<prefix>/, file:///<directory>/',
    ),
    header: headerCheck(environment),
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

function headerCheck(environment: Environment): HeaderCheck {
  const allowed = Object.values(HeaderCheck);
  const value = environment[HANDLER_ENVIRONMENT.headerCheck] ?? HeaderCheck.EXACT;
  const check = allowed.find((each) => each === value);
  if (check !== undefined) return check;
  throw new ConfigurationError(
    `${HANDLER_ENVIRONMENT.headerCheck} is "${value}". Allowed: ${allowed.join(', ')}.`,
  );
}
