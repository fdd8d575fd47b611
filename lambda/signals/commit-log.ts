import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { RequestOutcome, type Settlement } from '../pipeline/commit/commit-plan';

/** What a committer did: a line for each table and batch, and one for each request it set aside. */
export class CommitLog {
  private readonly logger = new Logger({ serviceName: 'table-commit' });

  settled(table: string, settlements: readonly Settlement[], milliseconds: number, context?: Context): void {
    if (context) this.logger.addContext(context);
    const count = (outcome: RequestOutcome) =>
      settlements.filter((settlement) => settlement.outcome === outcome).length;
    this.logger.info('Requests settled', {
      table,
      committed: count(RequestOutcome.COMMITTED),
      behind: count(RequestOutcome.BEHIND),
      setAside: count(RequestOutcome.SET_ASIDE),
      milliseconds: Math.round(milliseconds),
    });
  }

  setAside(id: string, reason: Error, context?: Context): void {
    if (context) this.logger.addContext(context);
    this.logger.error('Request set aside', { request: id, reason: reason.message });
  }

  failed(table: string, error: unknown, context?: Context): void {
    if (context) this.logger.addContext(context);
    this.logger.error('Requests not committed', { table, error: error as Error });
  }
}
