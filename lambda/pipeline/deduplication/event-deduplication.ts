import type { SourceRecord } from '../record';
import { claimed, type ClaimStore, type Decision, released } from './claims';

export interface EventDeduplicationOptions {
  readonly claims: ClaimStore;
  /** Undefined for a record without an id. */
  readonly idOf: (record: SourceRecord) => string | undefined;
  /** Sets events of one processor apart from those of others that share the store. */
  readonly scope: string;
  readonly windowMilliseconds: number;
  /** How long a claim is kept: the window, and as long as a record may come late or again. */
  readonly keepMilliseconds: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Lets the first record of an event through, whichever container, lane or attempt brings it. */
export class EventDeduplication {
  constructor(private readonly options: EventDeduplicationOptions) {}

  /** Claims the events of records that are about to be accepted; the ones that come too late are the duplicates. */
  async duplicates(accepted: readonly SourceRecord[]): Promise<ReadonlySet<SourceRecord>> {
    const { windowMilliseconds, keepMilliseconds, now } = this.options;
    const until = now() + keepMilliseconds;
    const late = new Map<string, SourceRecord[]>();
    await this.change(accepted, (records) => (key, held) => {
      let claims = held;
      const duplicates: SourceRecord[] = [];
      for (const record of records) {
        const after = claimed(claims, record, windowMilliseconds, until);
        if (after === undefined) duplicates.push(record);
        else claims = after;
      }
      late.set(key, duplicates);
      return claims;
    });
    return new Set([...late.values()].flat());
  }

  /**
   * Gives up what records claimed in an earlier attempt: by now they are rejected, and are to stand in the way of nobody.
   */
  async release(rejected: readonly SourceRecord[]): Promise<void> {
    await this.change(rejected, (records) => (_key, held) => records.reduce(released, held));
  }

  private async change(
    records: readonly SourceRecord[],
    decisionFor: (records: readonly SourceRecord[]) => Decision,
  ): Promise<void> {
    const byKey = new Map<string, SourceRecord[]>();
    for (const record of records) {
      const id = this.options.idOf(record);
      if (id === undefined) continue;
      const key = `${this.options.scope}#${id}`;
      const others = byKey.get(key);
      if (others) others.push(record);
      else byKey.set(key, [record]);
    }
    if (byKey.size === 0) return;
    await this.options.claims.change([...byKey.keys()], (key, held) =>
      decisionFor(byKey.get(key) ?? [])(key, held),
    );
  }
}
