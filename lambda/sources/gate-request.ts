import { randomUUID } from 'node:crypto';
import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

/**
 * The identity of a request to judge a table: the same when the invocation is tried again.
 * @throws UnexpectedEvent for anything but `{ "gate": "<table URI>" }`, and for another table than the function's
 */
export function gateRequest(event: unknown, table: string, invocation: string = randomUUID()): string {
  if (!isObject(event) || typeof event.gate !== 'string') {
    throw new UnexpectedEvent(
      `Not a request of a gate: ${describeValue(event)}. Allowed: { "gate": "<table URI>" }.`,
    );
  }
  if (event.gate === table) return invocation;
  throw new UnexpectedEvent(`A request to judge "${event.gate}". This function judges ${table}.`);
}
