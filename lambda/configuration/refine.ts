import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { type Environment, matching } from './environment';
import { type SignalConfiguration, signals } from './signals';
import { engineMemory } from './sql-engine';
import { optionalTableUri, queueUrl, requireDistinct, tableUri } from './tables-and-queues';
import { userTransform, type UserTransformConfiguration } from './user-transform';

/** What a function that refines bronze to silver was told. */
export interface RefineConfiguration extends SignalConfiguration {
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
  /** Set where columns are masked: the ARN of the secret that is the key; empty where no mask needs one. */
  readonly maskingKey?: string;
  /** Bytes worked on at a time. */
  readonly maxIncrementBytes: number;
  /** Memory of the SQL engine that works increments out, MiB; rows are worked out one by one where it is not set. */
  readonly engineMemory?: number;
}

/** What a function of 2 GB holds as rows with room to spare. */
const MAX_INCREMENT_BYTES = 32 * 1024 * 1024;
/** Of a container, whose engine holds no rows: what its scratch directory takes of bronze beside files of silver. */
const MAX_CONTAINER_INCREMENT_BYTES = 4 * 1024 * 1024 * 1024;

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readRefineConfiguration(environment: Environment = process.env): RefineConfiguration {
  const { bronzeTable, silverTable, tombstonesTable, quarantineTable, qualityTable } = HANDLER_ENVIRONMENT;
  const memory = engineMemory(environment);
  const configuration = {
    bronzeTable: tableUri(environment, bronzeTable),
    silverTable: tableUri(environment, silverTable),
    tombstonesTable: optionalTableUri(environment, tombstonesTable),
    quarantineTable: optionalTableUri(environment, quarantineTable),
    qualityTable: optionalTableUri(environment, qualityTable),
    transform: userTransform(environment),
    taskQueue:
      environment[HANDLER_ENVIRONMENT.taskQueue] === undefined
        ? undefined
        : queueUrl(environment, HANDLER_ENVIRONMENT.taskQueue),
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
    ...(environment[HANDLER_ENVIRONMENT.maskingKey] !== undefined && {
      maskingKey: environment[HANDLER_ENVIRONMENT.maskingKey],
    }),
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
