import type { SourceRecord } from '../record';

/** That a record was the first of its event: the record by where it stands, not by what it holds. */
export interface Claim {
  readonly lane: string;
  readonly position: string;
  /** Epoch milliseconds at which the source received the record. */
  readonly arrivedAt: number;
  /** Epoch milliseconds until which records may still be judged by it. */
  readonly until: number;
}

/** Who has claimed which event: a DynamoDB table, or a directory on a laptop. */
export interface ClaimStore {
  /**
   * Replaces the claims of each key by what `decide` makes of them, atomically for each key: of two changes at the same
   * time the later one is told of the earlier. `decide` may be asked several times for a key, and the last time counts;
   * it gives back `held` itself where nothing is to change. Claims whose time is over are not among those held, whether
   * they are still stored or not.
   *
   * A change that fails may have been made for some of the keys.
   */
  change(keys: readonly string[], decide: Decision): Promise<void>;
}

export type Decision = (key: string, held: readonly Claim[]) => readonly Claim[];

/**
 * Claims kept for an event: they are at least a window apart, so that what is forgotten decides nothing but a batch that
 * is tried again after as many windows.
 */
const CLAIMS_KEPT = 16;

/**
 * A record is a duplicate when another of its event arrived less than a window before or after it and was accepted. Both
 * times are the source's, so that a batch that is judged again, however late, comes to the same verdict; what a record
 * claimed itself it recognizes.
 *
 * @returns the claims with that of the record, or undefined for a duplicate
 */
export function claimed(
  held: readonly Claim[],
  { lane, position, arrivedAt }: SourceRecord,
  windowMilliseconds: number,
  until: number,
): readonly Claim[] | undefined {
  if (held.some((claim) => isOf(claim, lane, position))) return held;
  if (held.some((claim) => Math.abs(claim.arrivedAt - arrivedAt) < windowMilliseconds)) return undefined;
  return [...held, { lane, position, arrivedAt, until }].slice(-CLAIMS_KEPT);
}

/** The claims without that of a record. */
export function released(
  held: readonly Claim[],
  { lane, position }: Pick<SourceRecord, 'lane' | 'position'>,
): readonly Claim[] {
  const others = held.filter((claim) => !isOf(claim, lane, position));
  return others.length === held.length ? held : others;
}

function isOf(claim: Claim, lane: string, position: string): boolean {
  return claim.position === position && claim.lane === lane;
}
