import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';

/** What archival did, a line for each table. */
export class ArchivalLog {
  private readonly logger = new Logger({ serviceName: 'partition-archival' });

  archived(
    result: { readonly table: string; readonly failure?: string },
    context: Context | undefined,
  ): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
    if (result.failure === undefined) this.logger.info('Partitions archived', { ...result });
    else this.logger.error('Partitions not archived', { ...result });
  }
}
