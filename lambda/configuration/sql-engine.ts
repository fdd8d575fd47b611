import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import type { SqlEngineConfiguration } from '../engines/engine-configuration';
import { ConfigurationError, type Environment, matching, required } from './environment';

/** DuckDB's share where nothing is said: of a container or laptop of 2 GiB. */
const DEFAULT_ENGINE_MIB = 1536;

export function sqlEngine(environment: Environment): SqlEngineConfiguration {
  const allowed = 'athena, duckdb, emr, glue';
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
    case 'glue':
      return {
        name,
        job: value(HANDLER_ENVIRONMENT.glueJob, 'the name of a job'),
        workspace: value(HANDLER_ENVIRONMENT.glueWorkspace, 's3://<bucket>/<prefix>'),
      };
  }
  throw new ConfigurationError(`${HANDLER_ENVIRONMENT.sqlEngine} is "${name}". Allowed: ${allowed}.`);
}

/** MiB; undefined where it is not set. */
export function engineMemory(environment: Environment): number | undefined {
  const variable = HANDLER_ENVIRONMENT.engineMemory;
  if (environment[variable] === undefined) return undefined;
  return Number(matching(environment, variable, /^[1-9]\d{1,6}$/, 'MiB, a whole number of at least 64'));
}
