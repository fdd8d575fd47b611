import { requirementsOf } from '../table-order';
import type { Replica, RestorePoint } from './replica';

/** A table that was brought up before, or has a catalog entry of its own, and needs no restore point. */
export interface StandingTable {
  readonly uuid: string;
  readonly sequenceNumber: bigint;
}

/** Why a table cannot be restored. */
export class NoRestorePoint extends Error {
  constructor(location: string, reason: string) {
    super(`${location}: ${reason}`);
    this.name = 'NoRestorePoint';
  }
}

/**
 * Chooses, of each table, the newest state that has arrived and that the states chosen of the others bear out: silver
 * may not claim rows of bronze that bronze has lost, or it would never take them in; bronze may not pass records that
 * only a quarantine has which is older. Whoever claims too much goes back, until nobody does.
 *
 * @returns restore points, or why there is none, in the order of the replicas
 */
export async function planRestore(
  replicas: readonly Replica[],
  standing: readonly StandingTable[] = [],
): Promise<(RestorePoint | NoRestorePoint)[]> {
  const choices = await Promise.all(replicas.map(Choice.first));
  for (;;) {
    const there = new Map(standing.map(({ uuid, sequenceNumber }) => [uuid, sequenceNumber]));
    for (const { uuid, sequenceNumber } of choices) if (uuid !== undefined) there.set(uuid, sequenceNumber);
    // A table nobody asked to restore says nothing either way.
    const overreaching = choices.filter(({ required }) =>
      [...required].some(([uuid, sequence]) => (there.get(uuid) ?? sequence) < sequence),
    );
    if (overreaching.length === 0) return choices.map(({ outcome }) => outcome);
    await Promise.all(overreaching.map((choice) => choice.goBack()));
  }
}

/** The state chosen of one table so far. */
class Choice {
  private point: RestorePoint | undefined;
  private known: string | undefined;

  private constructor(
    private readonly replica: Replica,
    private readonly points: AsyncGenerator<RestorePoint>,
  ) {}

  static async first(this: void, replica: Replica): Promise<Choice> {
    const choice = new Choice(replica, replica.restorePoints());
    await choice.goBack();
    return choice;
  }

  async goBack(): Promise<void> {
    const { value } = (await this.points.next()) as { value?: RestorePoint };
    this.point = value;
    this.known ??= value?.metadata['table-uuid'];
  }

  get uuid(): string | undefined {
    return this.known;
  }

  /** 0 for a table of which nothing can be restored: others may claim nothing of it. */
  get sequenceNumber(): bigint {
    return BigInt(this.point?.snapshot?.['sequence-number'] ?? 0);
  }

  get required(): Map<string, bigint> {
    return this.point ? requirementsOf(this.point.metadata) : new Map();
  }

  get outcome(): RestorePoint | NoRestorePoint {
    if (this.point) return this.point;
    return new NoRestorePoint(
      this.replica.location,
      'nothing of it has arrived that could be restored: no metadata whose files are all there.',
    );
  }
}
