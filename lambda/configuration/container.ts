import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { ConfigurationError, type Environment, matching } from './environment';

/** What the program around a handler in a container was told. */
export interface ContainerConfiguration {
  /** The one request to do, as JSON. Where it is not set, requests come from the queue. */
  readonly task?: unknown;
  /** URL of the queue. */
  readonly queue?: string;
  /** Seconds without a message after which the program ends. */
  readonly idleSeconds: number;
}

/** Long enough that messages which follow each other find a container that is warm. */
const IDLE_SECONDS = 300;

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readContainerConfiguration(environment: Environment = process.env): ContainerConfiguration {
  const { task, taskQueue, idleSeconds } = HANDLER_ENVIRONMENT;
  const idle = Number(
    matching(environment, idleSeconds, /^\d{1,5}$/, 'a whole number of seconds', String(IDLE_SECONDS)),
  );
  const given = environment[task];
  if (given !== undefined) {
    try {
      return { task: JSON.parse(given), idleSeconds: idle };
    } catch {
      throw new ConfigurationError(`${task} is "${given}". Allowed: a request as JSON.`);
    }
  }
  if (environment[taskQueue] === undefined)
    throw new ConfigurationError(
      `Neither ${task} nor ${taskQueue} is set: give a request as JSON, or the URL of an SQS queue.`,
    );
  return {
    queue: matching(environment, taskQueue, /^https?:\/\/.+\/.+$/, 'the URL of an SQS queue'),
    idleSeconds: idle,
  };
}
