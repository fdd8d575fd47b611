import type { LaneRange } from '../../tables/table';
import { isBeyond } from '../lane';
import type { CommitRequest } from './commit-request';

/** Stretches kept apart for a lane; what comes after them is kept as one, however long nobody mends it. */
const STRETCHES_KEPT = 64;

type Stretch = readonly [first: string, last: string];
type Positions = ReadonlyMap<string, string>;

/**
 * What was set aside of each lane, because it could not be committed. A position says "everything before is in", so
 * whatever begins behind such a stretch is set aside too, until the lane has come to the stretch's end.
 */
export class LaneHolds {
  private constructor(private readonly held: Map<string, Stretch[]>) {}

  static read(property: string | undefined): LaneHolds {
    return new LaneHolds(new Map(Object.entries(JSON.parse(property ?? '{}') as Record<string, Stretch[]>)));
  }

  /**
   * How far lanes must have come before a request may be committed: those that have not.
   * @param reached how far they have come, with the requests before this one
   */
  waitsFor(request: CommitRequest, reached: Positions): Record<string, string> {
    // Found out when it was set aside first: stretches may have become one since.
    const waits =
      request.waitsFor ??
      Object.fromEntries(
        request.lanes.flatMap(({ lane, first }) => {
          const before = (this.held.get(lane) ?? []).filter((stretch) => isBeyond(first, stretch[0]));
          return before.length === 0 ? [] : [[lane, furthest(before)]];
        }),
      );
    return Object.fromEntries(
      Object.entries(waits).filter(([lane, position]) => isBeyond(position, reached.get(lane))),
    );
  }

  hold(lanes: readonly LaneRange[]): void {
    for (const { lane, first, last } of lanes) {
      const stretches = this.held.get(lane) ?? [];
      if (stretches.some((stretch) => stretch[0] === first && stretch[1] === last)) continue;
      stretches.push([first, last]);
      stretches.sort((a, b) => (a[0] === b[0] ? 0 : isBeyond(a[0], b[0]) ? 1 : -1));
      const rest = stretches.splice(STRETCHES_KEPT);
      if (rest.length > 0) {
        const tail = [stretches.pop()!, ...rest];
        stretches.push([tail[0][0], furthest(tail)]);
      }
      this.held.set(lane, stretches);
    }
  }

  /** Forgets stretches that their lanes have come to the end of. */
  release(reached: Positions): void {
    for (const [lane, stretches] of this.held) {
      const left = stretches.filter(([, last]) => isBeyond(last, reached.get(lane)));
      if (left.length > 0) this.held.set(lane, left);
      else this.held.delete(lane);
    }
  }

  get property(): string {
    return JSON.stringify(Object.fromEntries(this.held));
  }
}

function furthest(stretches: readonly Stretch[]): string {
  return stretches.map(([, last]) => last).reduce((a, b) => (isBeyond(b, a) ? b : a));
}
