import type { Context } from 'aws-lambda';
import { QualityGates } from '../../lib/contract/quality/quality-gates';
import { TableProfiler } from '../../lib/contract/quality/table-profiler';
import { type GateConfiguration, readGateConfiguration } from '../configuration/gate';
import { readLineageConfiguration } from '../configuration/lineage';
import { openSqlEngine } from '../engines/open-sql-engine';
import { SecretsManagerSecrets } from '../lookups/secrets';
import { judgeTable, profileTable as profileColumns } from '../pipeline/quality/judge-table';
import { StillRunning } from '../pipeline/sql-transform/engine';
import type { GateReport } from '../pipeline/quality/measure-gates';
import { keepProfile, keepResults } from '../rows/quality-results';
import { GateLog } from '../signals/gate-log';
import type { GateLineage } from '../signals/lineage/gate-lineage';
import { QualityMetrics } from '../signals/quality-metrics';
import { gateRequest } from '../sources/gate-request';
import type { IcebergTable } from '../tables/iceberg-table';
import { openTable } from '../tables/open-table';
import { currentSnapshot } from '../tables/table-metadata';
import { gates } from './gates.mjs';

/**
 * Measures the quality rules of a contract over all rows of its table and says what they ask for together. Results are
 * kept and told as metrics, those of a shut gate as well; what to do about it is the caller's.
 */
export async function handler(event: unknown, context?: Context): Promise<GateReport> {
  const configuration = readGateConfiguration();
  const log = new GateLog(configuration.product);
  try {
    const id = gateRequest(event, configuration.table, context?.awsRequestId);
    return await judged(configuration, id, log, context);
  } catch (error) {
    log.failure(error, context);
    throw error;
  }
}

async function judged(
  { table: uri, qualityTable, profileTable, engine, product, metricNamespace }: GateConfiguration,
  id: string,
  log: GateLog,
  context: Context | undefined,
): Promise<GateReport> {
  const started = Date.now();
  const table = await openTable(uri);
  const lineage = await openLineage(table);
  const sql = await openSqlEngine(engine, id, () => context?.getRemainingTimeInMillis() ?? Infinity);
  try {
    const report = await judgeTable(QualityGates._ofPlan(gates.plan), table, sql);
    new QualityMetrics({ product, metricNamespace }).publish(report.results);
    log.judged(report, context);
    const evaluation = {
      evaluatedAt: Date.now(),
      table: uri,
      sequence: BigInt(currentSnapshot(table.metadata)?.['sequence-number'] ?? 0),
      contractId: gates.contractId,
      contractVersion: gates.contractVersion,
    };
    if (qualityTable !== undefined) {
      await keepResults(await openTable(qualityTable), report.results, { ...evaluation, scope: 'table' });
    }
    if (profileTable !== undefined) {
      const columns = await profileColumns(TableProfiler._ofColumns([...gates.profile]), table, sql);
      await keepProfile(await openTable(profileTable), columns, evaluation);
    }
    await lineage?.judged(report, id, started);
    return report;
  } catch (error) {
    // An engine that still runs the statement will be asked again: no verdict yet.
    if (!(error instanceof StillRunning)) await lineage?.failed(error, id, started);
    throw error;
  } finally {
    await sql.close();
  }
}

/** Imported on first use: a function that is told of no sink never loads it. */
async function openLineage(table: IcebergTable): Promise<GateLineage | undefined> {
  const configuration = readLineageConfiguration();
  if (configuration === undefined) return undefined;
  const { GateLineage } = await import('../signals/lineage/gate-lineage');
  return new GateLineage(configuration, table, new SecretsManagerSecrets());
}
