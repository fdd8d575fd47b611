import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { FailoverState, type TableFailover } from '../tables/failover/fail-over';

/** What a failover did, a line for each table. */
export class FailoverLog {
  private readonly logger = new Logger({ serviceName: 'table-failover' });

  broughtUp(result: TableFailover, context: Context | undefined): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
    if (result.state === FailoverState.FAILED) this.logger.error('Table not brought up', { ...result });
    else this.logger.info('Table brought up', { ...result });
  }
}
