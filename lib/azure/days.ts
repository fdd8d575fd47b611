import { known } from '../terraform';

/** What a number of days may be. */
export interface DayBounds {
  readonly least: number;
  readonly most: number;
  /** What to do instead, a sentence. */
  readonly remedy?: string;
}

/** @throws Error for a number that is not whole, or out of its bounds; tokens pass */
export function requireDays(name: string, days: number | undefined, bounds: DayBounds): void {
  const value = known(days);
  if (value === undefined) return;
  const { least, most, remedy } = bounds;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(
    `${name} must be ${least} to ${most} whole days. Received ${value}.${remedy === undefined ? '' : ` ${remedy}`}`,
  );
}
