import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import type { SqlEngineConfiguration } from '../engines/engine-configuration';
import type { Environment } from './environment';
import { type SignalConfiguration, signals } from './signals';
import { sqlEngine } from './sql-engine';
import { optionalTableUri, tableUri } from './tables-and-queues';

/** What a transform was told by the construct that deployed it. */
export interface TransformConfiguration extends SignalConfiguration {
  /** URIs, in the order of the transformation's inputs. */
  readonly inputs: readonly string[];
  /** URIs of the tables that the results of the inputs' gates are kept in, in that order, where there are any. */
  readonly quality: readonly (string | undefined)[];
  readonly output: string;
  readonly engine: SqlEngineConfiguration;
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
    quality: indices.map((index) => optionalTableUri(environment, `${qualityTable}_${index}`)),
    output: tableUri(environment, HANDLER_ENVIRONMENT.goldTable),
    engine: sqlEngine(environment),
    ...signals(environment),
  };
}
