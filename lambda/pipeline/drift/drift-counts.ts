import { type Drift, DRIFTS_OF_SHAPE } from './drift';

/** Drifts told apart in a batch: producers choose the names of unknown fields, and memory and logs are to hold them. */
export const MAX_DRIFTS = 50;

/** The drifts of a batch and how often each was met. */
export class DriftCounts {
  /** Meetings of drifts that are beyond those told apart. */
  omitted = 0;
  /** Meetings of all drifts of the shape. */
  ofShape = 0;
  /** Meetings of all drifts of critical fields. */
  ofCritical = 0;
  private readonly drifts = new Map<string, Drift & { count: number }>();

  add(drift: Drift): void {
    const { kind, path, found, critical, count } = drift;
    if (DRIFTS_OF_SHAPE.includes(kind)) this.ofShape += count;
    if (critical) this.ofCritical += count;
    const key = `${kind} ${found} ${path}`;
    const known = this.drifts.get(key);
    if (known !== undefined) known.count += count;
    else if (this.drifts.size < MAX_DRIFTS) this.drifts.set(key, { kind, path, found, critical, count });
    else this.omitted += count;
  }

  addAll(other: DriftCounts): void {
    const ofShape = this.ofShape + other.ofShape;
    const ofCritical = this.ofCritical + other.ofCritical;
    for (const drift of other.drifts.values()) this.add(drift);
    this.omitted += other.omitted;
    // Those that the other omitted are in its sums.
    this.ofShape = ofShape;
    this.ofCritical = ofCritical;
  }

  list(): Drift[] {
    return [...this.drifts.values()];
  }
}
