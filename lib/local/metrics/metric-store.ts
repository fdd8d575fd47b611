/** A metric as CloudWatch identifies it. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Sample {
  readonly timestamp: number;
  readonly value: number;
}

/** The metrics of a run: what the functions emitted and what the services would have. */
export class MetricStore {
  private readonly samples = new Map<string, Sample[]>();

  add(identity: MetricIdentity, value: number, timestamp: number): void {
    const key = keyOf(identity);
    const list = this.samples.get(key);
    if (list) list.push({ timestamp, value });
    else this.samples.set(key, [{ timestamp, value }]);
  }

  /** One statistic for each period that has data, by the period's start in epoch milliseconds. */
  statistics(identity: MetricIdentity, statistic: string, periodSeconds: number): Map<number, number> {
    const period = periodSeconds * 1000;
    const bins = new Map<number, number[]>();
    for (const { timestamp, value } of this.samples.get(keyOf(identity)) ?? []) {
      const start = Math.floor(timestamp / period) * period;
      const bin = bins.get(start);
      if (bin) bin.push(value);
      else bins.set(start, [value]);
    }
    return new Map([...bins].map(([start, values]) => [start, aggregate(values, statistic)]));
  }
}

/** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` and percentiles such as `p99` or `p99.9`. */
function aggregate(values: number[], statistic: string): number {
  const sum = (): number => values.reduce((total, value) => total + value, 0);
  switch (statistic.toLowerCase()) {
    case 'sum':
      return sum();
    case 'average':
      return sum() / values.length;
    case 'minimum':
      return values.reduce((least, value) => Math.min(least, value), Infinity);
    case 'maximum':
      return values.reduce((most, value) => Math.max(most, value), -Infinity);
    case 'samplecount':
      return values.length;
    default: {
      const percent = /^p(\d+(?:\.\d+)?)$/i.exec(statistic)?.[1];
      if (percent === undefined) return NaN;
      const sorted = [...values].sort((left, right) => left - right);
      return sorted[Math.min(sorted.length - 1, Math.ceil((Number(percent) / 100) * sorted.length) - 1)];
    }
  }
}

function keyOf({ namespace, name, dimensions }: MetricIdentity): string {
  const sorted = Object.entries(dimensions).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}
