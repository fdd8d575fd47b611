import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { TableMaintenance } from '../rows/maintenance';

/** What maintenance did, a line for each table. */
export class MaintenanceLog {
  private readonly logger = new Logger({ serviceName: 'table-maintenance' });

  maintained(result: TableMaintenance, context: Context | undefined): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
    if (result.failure) this.logger.error('Table not maintained', { ...result });
    else this.logger.info('Table maintained', { ...result });
  }
}
