import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';

/** What became of a table, in figures: no lists, and nothing of the subject. */
export interface ErasedTable {
  readonly table: string;
  readonly state: string;
}

/** What erasures did, a line for each table. */
export class ErasureLog {
  private readonly logger = new Logger({ serviceName: 'subject-erasure' });

  erased(request: string, result: ErasedTable, context: Context | undefined): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
    const line = { request, ...result };
    if (result.state === 'failed') this.logger.error('Subject not erased', line);
    else if (result.state === 'held') this.logger.warn('Subject held', line);
    else this.logger.info('Subject erased', line);
  }
}
