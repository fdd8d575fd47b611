/** Numbers that look random and come again for the same seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** From 0 up to 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from `least` to `most`, inclusive. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)];
  }
}

/**
 * Seeds of the schedules of a test run. More of them, or the one that failed, are asked for with
 * `LAKEHOUSE_SCHEDULES=5000` and `LAKEHOUSE_SEED=1234`.
 */
export function seeds(usual: number): number[] {
  const { LAKEHOUSE_SCHEDULES: schedules, LAKEHOUSE_SEED: seed } = process.env;
  if (seed !== undefined) return [Number(seed)];
  return Array.from({ length: schedules === undefined ? usual : Number(schedules) }, (_, i) => i + 1);
}
