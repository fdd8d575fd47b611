import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';

/** What a deployment did to a table, one line each. */
export class ProvisionLog {
  private readonly logger = new Logger({ serviceName: 'table-provision' });

  provisioned(table: string, change: string, changes: readonly string[]): void {
    this.logger.info('Table provisioned', { table, change, changes: [...changes] });
  }

  failed(error: unknown, context: Context | undefined): void {
    if (context) this.logger.addContext(context);
    this.logger.error('Table not provisioned', error instanceof Error ? error : new Error(String(error)));
  }
}
