import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { IngestFailure } from '../pipeline/ingest-failure';
import type { IngestReport } from '../pipeline/ingest-report';
import { DriftLog } from './drift-log';
import { PersonalDataLog } from './personal-data-log';

/**
 * Structured log lines: one for each batch, one more for each new drift of the schema and for each defect of ours. They
 * hold positions, counts and reasons, never a record's content: logs are kept and read more widely than the tables.
 */
export class IngestLog {
  private readonly logger: Logger;
  private readonly drifts: DriftLog;
  private readonly personalData: PersonalDataLog;

  constructor(product: string) {
    this.logger = new Logger({ serviceName: product });
    this.drifts = new DriftLog(this.logger);
    this.personalData = new PersonalDataLog(this.logger);
  }

  batch(report: IngestReport, context: Context | undefined): void {
    this.describe(context);
    this.logger.info('Batch ingested', {
      lanes: report.lanes,
      read: report.read,
      accepted: report.accepted,
      ...(report.dropped === undefined ? {} : { dropped: report.dropped, rows: report.rows }),
      ...(report.duplicates === undefined ? {} : { duplicates: report.duplicates }),
      quarantined: report.quarantined,
      replayed: report.replayed,
      unknownFields: report.unknownFields,
      schemaDrift: report.drift.ofShape,
      ...(report.drift.ofCritical === undefined ? {} : { criticalFieldAnomalies: report.drift.ofCritical }),
      reasons: report.reasons,
      ...(report.personalData && { sampledForPersonalData: report.personalData.looked }),
      bronzeSnapshot: report.bronzeSnapshot,
      quarantineSnapshot: report.quarantineSnapshot,
      conflicts: report.conflicts,
      encodeMilliseconds: Math.round(report.encodeMilliseconds),
      commitMilliseconds: Math.round(report.commitMilliseconds),
    });
    this.drifts.batch(report.drift);
    if (report.personalData) this.personalData.batch(report.personalData);
    for (const error of report.internalErrors) {
      // Without its message, which may quote the record.
      const at = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
      this.logger.error('The encoder failed on a record; it is in quarantine as internal-error', {
        failure: error.name,
        at: at.slice(0, 8),
      });
    }
  }

  failure(error: unknown, context: Context | undefined): void {
    this.describe(context);
    const stage = error instanceof IngestFailure ? { stage: error.stage } : {};
    this.logger.error('Batch failed and will be delivered again', {
      ...stage,
      error: error instanceof Error ? error : new Error(String(error)),
    });
  }

  private describe(context: Context | undefined): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
  }
}
