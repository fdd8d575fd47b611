export interface LatencyBucket {
  /** Milliseconds; a bucket reaches up to the next one's start. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Each power of two is split into this many buckets: quantiles are right to about 4 %. */
const SUB_BUCKETS = 16;

/** Latencies of any number of records in little memory. */
export class LatencyHistogram {
  private readonly counts = new Map<number, number>();
  private total = 0;

  add(milliseconds: number, count = 1): void {
    const bucket = Math.round(Math.log2(Math.max(1, milliseconds)) * SUB_BUCKETS);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
    this.total += count;
  }

  /** Undefined without any record. */
  quantile(share: number): number | undefined {
    if (this.total === 0) return undefined;
    let remaining = Math.max(1, Math.ceil(share * this.total));
    for (const [bucket, count] of this.sorted()) {
      remaining -= count;
      if (remaining <= 0) return Math.round(2 ** (bucket / SUB_BUCKETS));
    }
    return undefined;
  }

  /** Buckets four to a power of two, from the first to the last that holds a record; empty ones in between included. */
  buckets(): LatencyBucket[] {
    const coarse = new Map<number, number>();
    for (const [bucket, count] of this.counts) {
      const index = Math.floor(bucket / 4);
      coarse.set(index, (coarse.get(index) ?? 0) + count);
    }
    const indexes = [...coarse.keys()];
    if (indexes.length === 0) return [];
    const first = Math.min(...indexes);
    return Array.from({ length: Math.max(...indexes) - first + 1 }, (_, offset) => ({
      from: 2 ** ((first + offset) / 4),
      to: 2 ** ((first + offset + 1) / 4),
      count: coarse.get(first + offset) ?? 0,
    }));
  }

  private sorted(): [number, number][] {
    return [...this.counts].sort(([left], [right]) => left - right);
  }
}
