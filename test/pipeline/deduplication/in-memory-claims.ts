import type { Claim, ClaimStore, Decision } from '../../../lambda/pipeline/deduplication/claims';
import { EventDeduplication } from '../../../lambda/pipeline/deduplication/event-deduplication';
import type { SourceRecord } from '../../../lambda/pipeline/record';
import type { Weather } from '../in-memory-lake';

/** Claims with everything between them and the pipeline made to break at will: a step for each read and each swap. */
export class InMemoryClaims implements ClaimStore {
  private readonly items = new Map<string, readonly Claim[]>();

  constructor(
    private readonly weather: Weather,
    readonly now: () => number,
  ) {}

  async change(keys: readonly string[], decide: Decision): Promise<void> {
    for (const key of keys) {
      for (let isDone = false; !isDone;) {
        const before = await this.weather.step(() => this.items.get(key));
        const held = (before ?? []).filter(({ until }) => until > this.now());
        const next = decide(key, held);
        isDone =
          next === held ||
          (await this.weather.step(() => this.items.get(key) === before && !!this.items.set(key, next)));
      }
    }
  }
}

export const WINDOW = 3_600_000;
export const KEEP = 24 * 3_600_000;

/** The event of a record is what its `key` says. */
export function deduplicationBy(claims: InMemoryClaims, keep = KEEP): EventDeduplication {
  return new EventDeduplication({
    claims,
    idOf: ({ key }: SourceRecord) => key,
    scope: 'orders',
    windowMilliseconds: WINDOW,
    keepMilliseconds: keep,
    now: claims.now,
  });
}

export function event(
  position: number,
  id: string | undefined,
  { arrivedAt = 0, lane = 'orders/shard-0' } = {},
): SourceRecord {
  return { lane, position: String(position), data: 'e30=', arrivedAt, key: id };
}
