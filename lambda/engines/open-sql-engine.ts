import type { SqlEngineConfiguration } from './engine-configuration';
import type { SqlEngine } from '../pipeline/sql-transform/engine';

/**
 * The engine a function was told to use. Imported on first use: a function never loads the code of those it is not for.
 * @param requestId the same when a request is tried again: what an earlier try began is then gone on with
 * @param remaining milliseconds the function has left
 */
export async function openSqlEngine(
  engine: SqlEngineConfiguration,
  requestId: string,
  remaining: () => number,
): Promise<SqlEngine> {
  switch (engine.name) {
    case 'athena': {
      const { openAthena } = await import('./athena');
      return openAthena({ ...engine, requestId, remaining });
    }
    case 'duckdb': {
      const { DuckDbSqlEngine } = await import('./duckdb');
      return DuckDbSqlEngine.open(engine);
    }
    case 'emr': {
      const { openEmr } = await import('./emr');
      return openEmr({ ...engine, requestId, remaining });
    }
    case 'glue': {
      const { openGlue } = await import('./glue');
      return openGlue({ ...engine, requestId, remaining });
    }
  }
}
