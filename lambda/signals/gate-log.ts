import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { GateReport } from '../pipeline/quality/measure-gates';

/** Log lines of a gate. They hold counts, never rows. */
export class GateLog {
  private readonly logger: Logger;

  constructor(product: string) {
    this.logger = new Logger({ serviceName: product });
  }

  judged({ decision, results }: GateReport, context?: Context): void {
    this.describe(context);
    this.logger.info('Table judged', { decision, results });
  }

  failure(error: unknown, context?: Context): void {
    this.describe(context);
    this.logger.error('Table not judged', {
      error: error instanceof Error ? error : new Error(String(error)),
    });
  }

  private describe(context?: Context): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
  }
}
