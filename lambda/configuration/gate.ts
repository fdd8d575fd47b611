import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import type { SqlEngineConfiguration } from '../engines/engine-configuration';
import type { Environment } from './environment';
import { type SignalConfiguration, signals } from './signals';
import { sqlEngine } from './sql-engine';
import { tableUri } from './tables-and-queues';

/** What a function that judges a table was told. */
export interface GateConfiguration extends SignalConfiguration {
  /** URI of the table whose rows are measured. */
  readonly table: string;
  /** URI of the table the results are kept in. */
  readonly qualityTable?: string;
  /** URI of the table profiles are kept in; none are made without it. */
  readonly profileTable?: string;
  readonly engine: SqlEngineConfiguration;
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
