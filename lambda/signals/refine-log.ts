import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { RefineReport } from '../pipeline/refine/refine';

/** Structured log lines of updates of silver: one each, with counts and reasons, never what a row holds. */
export class RefineLog {
  private readonly logger: Logger;

  constructor(
    product: string,
    private readonly table: string,
  ) {
    this.logger = new Logger({ serviceName: product });
  }

  refined(report: RefineReport, milliseconds: number, context: Context | undefined): void {
    this.describe(context);
    const line = { table: this.table, ...report, milliseconds: Math.round(milliseconds) };
    if (report.handedOver) this.logger.info('Increment handed over to the task queue', line);
    else if (!report.caughtUp) this.logger.warn('Silver is not up to date yet: time was up', line);
    else this.logger.info('Silver refined', line);
    if (report.leftOut.length > 0) {
      this.logger.warn('Bronze has columns that silver lacks: they were left out', {
        table: this.table,
        columns: [...report.leftOut],
      });
    }
  }

  /** Commits that an earlier run was made by, or found besides. */
  takenIn(commits: number, context: Context | undefined): void {
    this.describe(context);
    this.logger.info('Commits were taken in before', { table: this.table, commits });
  }

  failure(error: unknown, context: Context | undefined): void {
    this.describe(context);
    this.logger.error('Silver not refined; what was committed before stays', {
      table: this.table,
      error: error instanceof Error ? error : new Error(String(error)),
    });
  }

  /** A message that asks for nothing this function does: it goes to the dead-letter queue. */
  refused(messageId: string, error: unknown, context: Context | undefined): void {
    this.describe(context);
    this.logger.error('Message refused', {
      messageId,
      reason: error instanceof Error ? error.message : String(error),
    });
  }

  private describe(context: Context | undefined): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
  }
}
