import { Duration, Token } from 'aws-cdk-lib';

/** What a number may be, and what to do about one that is not: the remedy is the last sentence of the error. */
export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
  /** Follows the bounds in the message, for example `MB`. */
  readonly unit?: string;
  readonly remedy: string;
}

/**
 * Refuses a number outside its bounds, or with a fraction. Unresolved tokens and absent values pass.
 * @throws Error naming the property, the bounds, the value and the remedy
 */
export function requireWhole(property: string, value: number | undefined, bounds: Bounds): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value)) refuse(property, value, `a whole number ${range(bounds)}`, bounds);
  requireWithin(property, value, bounds);
}

/** The same for a number that may have a fraction. */
export function requireWithin(property: string, value: number | undefined, bounds: Bounds): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!(value >= bounds.minimum && value <= bounds.maximum)) refuse(property, value, range(bounds), bounds);
}

/** The same for a duration; the bounds are in seconds. */
export function requireDuration(property: string, value: Duration | undefined, bounds: Bounds): void {
  if (value === undefined || value.isUnresolved()) return;
  const seconds = value.toSeconds({ integral: false });
  requireWithin(property, seconds, { ...bounds, unit: 'seconds' });
}

/**
 * A run of a function to calculate with: where its time-out is known only at deployment, the longest that Lambda allows.
 */
export function knownRun(timeout: Duration): Duration {
  return timeout.isUnresolved() ? Duration.minutes(15) : timeout;
}

function range({ minimum, maximum, unit }: Bounds): string {
  return `between ${minimum} and ${maximum}${unit === undefined ? '' : ` ${unit}`}`;
}

function refuse(property: string, value: number, allowed: string, { remedy }: Bounds): never {
  throw new Error(`${property} must be ${allowed}. Received ${value}. ${remedy}`);
}
