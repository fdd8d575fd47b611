import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { type Environment, matching } from './environment';
import { queueUrl } from './tables-and-queues';

/** What a committer was told. */
export interface CommitConfiguration {
  /** URL of the queue for requests that cannot be committed. */
  readonly deadLetterQueue: string;
  /** Deliveries after which a request is set aside untried. */
  readonly deliveryAttempts: number;
}

const DELIVERY_ATTEMPTS = '200';

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readCommitConfiguration(environment: Environment = process.env): CommitConfiguration {
  const { commitDeadLetters, commitDeliveries } = HANDLER_ENVIRONMENT;
  return {
    deadLetterQueue: queueUrl(environment, commitDeadLetters),
    deliveryAttempts: Number(
      matching(
        environment,
        commitDeliveries,
        /^[1-9]\d{0,3}$/,
        'a whole number from 1 to 9999',
        DELIVERY_ATTEMPTS,
      ),
    ),
  };
}
