import type { Refinement } from '../../../lib/contract/refinement';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import { CorruptFile } from '../../tables/corrupt-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { overwrite } from '../../tables/overwrite';
import { WriteConflict } from '../../tables/replaced-files';
import { AppendOutcome, type AppendResult, type CommitNotes, type LaneRange } from '../../tables/table';
import type { TableFile } from '../../tables/table-files';
import { follows } from '../../tables/table-order';
import { currentSnapshot } from '../../tables/table-metadata';
import type { CompiledContract } from '../batch-encoder';
import { cutIncrement, type IncrementPart } from './cut-increment';
import {
  IncrementMode,
  type ChangedTable,
  type FileChange,
  type Increment,
  type IncrementCounts,
  type IncrementEngine,
  type IncrementFiles,
  type RefineTables,
  type RowMasks,
  type RowStep,
} from './increment';
import { maskingProperties, requireSameMasks } from './masked-silver';
import {
  bronzeIncrement,
  bytesOf,
  filesMeeting,
  takenBackLane,
  type BronzeIncrement,
} from './plan-increment';
import { CannotRefine } from './refine-failure';
import { RowQuarantine } from './row-quarantine';
import { columnsLeftOut } from './table-columns';

/** Refiners of one table that overtake each other, or its maintenance: it must end. */
const MAX_CONFLICTS = 10;
/** Columns that tell a row of bronze from every other. */
const ORIGIN = [TECHNICAL_COLUMNS.lane, TECHNICAL_COLUMNS.position];
const NOTHING: IncrementCounts = {
  rows: 0,
  upserted: 0,
  deleted: 0,
  superseded: 0,
  late: 0,
  rejected: 0,
  bytesRead: 0,
  bytesWritten: 0,
};

export interface RefineOptions {
  readonly refinement: Refinement;
  readonly engine: IncrementEngine;
  /** The user's own code, over a part of an increment at a time. */
  readonly transform?: RowStep;
  /** The gate over all rows of an increment that goes up to a sequence number of bronze; undefined where there is none. */
  readonly gate?: (upTo: bigint) => RowStep | undefined;
  /** What becomes of values that nobody is to see in silver. */
  readonly masks?: RowMasks;
  /** Bytes of bronze that are worked on at a time. */
  readonly maxBytes: number;
  readonly contract: Pick<CompiledContract, 'contractId' | 'contractVersion'>;
  /** Asked when an increment, with the files it may change, is larger than `maxBytes`. True when others do it. */
  readonly handOver?: (increment: BronzeIncrement) => Promise<boolean>;
  /**
   * Asked between two parts of an increment, with the milliseconds the longest took so far. False ends it where it
   * stands: whoever goes on finds the rest.
   */
  readonly hasTime?: (longestPart: number) => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface RefineReport extends IncrementCounts {
  /** How bronze was read; undefined when there was nothing to do. */
  readonly mode?: IncrementMode;
  /** It was too large, and somebody else does it. */
  readonly handedOver: boolean;
  /** Silver holds everything bronze held when this began. */
  readonly caughtUp: boolean;
  /** Commits made to silver. */
  readonly commits: number;
  /** Attempts that others' commits made void. */
  readonly conflicts: number;
  /** Silver's snapshot when this ended; undefined while it has none. */
  readonly snapshotId?: string;
  /** Snapshots this made of silver, in their order. */
  readonly snapshots: readonly string[];
  /** Age of the oldest commit of bronze that silver lacked, milliseconds. */
  readonly lagMilliseconds: number;
  /** Paths of bronze's columns that silver has none for. */
  readonly leftOut: readonly string[];
}

/**
 * Brings silver up to where bronze is now. May be called at any time, by any number of processes, again after a failure
 * at any point: what silver holds depends on bronze alone.
 *
 * Three tables are committed one after the other, and each order but this one loses something when the process dies in
 * between. Quarantine first: silver's position must not pass rows that are in neither (row-quarantine.ts). Tombstones
 * second: once silver has passed a deletion, a row that comes late must find it. Silver last, with the position: until
 * then all of it is done again. A tombstone more changes nothing, as the latest of each key is what counts.
 *
 * @throws CannotRefine when the tables do not go together
 */
export async function refine(tables: RefineTables, options: RefineOptions): Promise<RefineReport> {
  return new Refining(tables, options).run();
}

class Refining {
  private counts = NOTHING;
  private commits = 0;
  private readonly snapshots: string[] = [];
  private conflicts = 0;
  private conflictsInARow = 0;
  private mode: IncrementMode | undefined;
  private lagMilliseconds = 0;
  private leftOut: string[] = [];
  private quarantine: RowQuarantine | undefined;

  constructor(
    private readonly tables: RefineTables,
    private readonly options: RefineOptions,
  ) {
    const { quarantine } = tables;
    if (quarantine) this.quarantine = new RowQuarantine(quarantine, tables, options.contract);
  }

  async run(): Promise<RefineReport> {
    for (;;) {
      await this.refresh();
      this.leftOut = columnsLeftOut(this.tables, this.options.refinement);
      requireSameMasks(this.tables.silver, this.options.masks);
      const increment = await bronzeIncrement(this.tables.bronze, this.tables.silver);
      if (!increment) return this.report({ caughtUp: true });
      this.mode ??= increment.mode;
      this.lagMilliseconds = Math.max(this.lagMilliseconds, this.options.now() - increment.since);
      if (await this.isTooLarge(increment)) return this.report({ caughtUp: false, handedOver: true });
      const done = await this.all(increment);
      if (done !== undefined) return this.report({ caughtUp: done });
    }
  }

  /** True when all is done, false when time is up; undefined when the rest is to be planned anew. */
  private async all(increment: BronzeIncrement): Promise<boolean | undefined> {
    const { refinement, maxBytes, hasTime = () => true } = this.options;
    const parts = cutIncrement(increment, refinement.key.length > 0, maxBytes);
    let longest = 0;
    for (const [i, part] of parts.entries()) {
      if (i > 0 && !hasTime(longest)) return false;
      const started = this.options.now();
      if (!(await this.attempt(increment, part))) return undefined;
      this.conflictsInARow = 0;
      longest = Math.max(longest, this.options.now() - started);
    }
    return true;
  }

  /** False when others changed what it was made from, or maintenance deleted what was to be read. */
  private async attempt(increment: BronzeIncrement, part: IncrementPart): Promise<boolean> {
    try {
      if (await this.commitPart(increment, part)) return true;
      this.conflicted(new Error('Other refiners of the table were faster.'));
    } catch (error) {
      const isVoid = error instanceof WriteConflict || (error instanceof CorruptFile && error.isMissing);
      if (!isVoid) throw error;
      this.conflicted(error as Error);
    }
    await this.tables.silver.state.backOff(this.conflictsInARow);
    return false;
  }

  private async commitPart(increment: BronzeIncrement, part: IncrementPart): Promise<boolean> {
    const planned = await this.plan(increment, part);
    const files = await this.options.engine.execute(planned, {
      tables: this.tables,
      refinement: this.options.refinement,
      steps: {
        transform: this.options.transform,
        gate: this.options.gate?.(BigInt(part.upTo)),
        masks: this.options.masks,
      },
      held: await this.held(planned, increment.lane),
    });
    if (!(await this.commitRejected(files, part.upTo))) return false;
    if (planned.tombstones && files.tombstones)
      await replace(this.tables.tombstones!, planned.tombstones, files.tombstones, []);
    if (!(await this.commitSilver(increment, planned, files))) return false;
    this.counts = sum(this.counts, files.counts);
    return true;
  }

  private async plan(
    { mode, mayRepeat }: BronzeIncrement,
    { files, range }: Pick<IncrementPart, 'files' | 'range'>,
  ): Promise<Increment> {
    const { silver, tombstones } = this.tables;
    return {
      mode,
      bronze: files,
      bronzeBytes: bytesOf(files),
      silver: await this.changed(silver, files, mayRepeat),
      ...(tombstones && { tombstones: await this.changed(tombstones, files, mayRepeat) }),
      mayRepeat,
      ...(range && { range }),
    };
  }

  private async changed(
    table: IcebergTable,
    files: readonly TableFile[],
    mayRepeat: boolean,
  ): Promise<ChangedTable> {
    const { refinement, transform, masks } = this.options;
    const readAt = currentSnapshot(table.metadata)?.['snapshot-id'] ?? null;
    let found: TableFile[] = [];
    if (refinement.key.length === 0) {
      if (mayRepeat) found = await filesMeeting(table, this.tables.bronze, files, ORIGIN);
      return { readAt, files: found, bytes: bytesOf(found) };
    }
    // Bounds of what is masked tell nothing of where its mask is, and a transform may make keys that bronze has not.
    const masked = new Set(masks?.columns.map(({ path }) => path[0]));
    const known = transform ? [] : refinement.key.filter((name) => !masked.has(name));
    if (known.length > 0) found = await filesMeeting(table, this.tables.bronze, files, known);
    else if (files.length > 0) found = await table.dataFiles();
    return { readAt, files: found, bytes: bytesOf(found) };
  }

  private async isTooLarge(increment: BronzeIncrement): Promise<boolean> {
    const { handOver, maxBytes } = this.options;
    if (!handOver) return false;
    const { bronzeBytes, silver, tombstones } = await this.plan(increment, increment);
    return bronzeBytes + silver.bytes + (tombstones?.bytes ?? 0) > maxBytes && (await handOver(increment));
  }

  private async held({ mayRepeat, bronze }: Increment, lane: string): Promise<ReadonlySet<string>> {
    const { quarantine } = this;
    const position = this.tables.silver.position(lane);
    if (!quarantine || !(mayRepeat || quarantine.mayHoldBeyond(position))) return new Set();
    return quarantine.held(bronze);
  }

  private async commitRejected({ rejected }: IncrementFiles, upTo: string): Promise<boolean> {
    if (rejected.length === 0) return true;
    if (!this.quarantine) {
      const [{ reason }] = rejected;
      throw new CannotRefine(
        `${rejected.length} rows cannot enter ${this.tables.silver.location}, and there is no quarantine table. ` +
          `The first: ${reason.code}${reason.path === undefined ? '' : ` at ${reason.path}`}. Give a quarantine table, or mend the contract.`,
      );
    }
    return this.quarantine.commit(rejected, upTo, this.options.now());
  }

  private async commitSilver(
    { lane, position }: BronzeIncrement,
    { silver: read, range, mode }: Increment,
    { silver: files, counts }: IncrementFiles,
  ): Promise<boolean> {
    const { silver, tombstones, quarantine } = this.tables;
    if (!range && files.removed.length === 0 && files.added.length === 0) return true;
    // Counts the commits, also those of a part, which moves no position: of two at a time one is refused, even if the
    // other did no more than delete.
    const count = String(BigInt(silver.position(`${lane}/commits`) ?? 0) + 1n);
    const ranges = [{ lane: `${lane}/commits`, first: count, last: count }];
    if (range) ranges.push(range);
    if (range && mode === IncrementMode.FULL && position !== undefined)
      ranges.push({ lane: takenBackLane(lane), first: range.last, last: range.last });
    const { contractId, contractVersion } = this.options.contract;
    const { outcome, snapshotId } = await replace(silver, read, files, ranges, {
      summary: {
        'lakehouse.contract': `${contractId}@${contractVersion}`,
        'lakehouse.refined': JSON.stringify({ upserted: counts.upserted, deleted: counts.deleted }),
      },
      properties: {
        ...follows(...[quarantine, tombstones].filter((table) => table !== undefined)),
        ...maskingProperties(silver, this.options.masks),
      },
    });
    if (outcome !== AppendOutcome.COMMITTED) return false;
    this.commits++;
    if (snapshotId !== undefined) this.snapshots.push(String(snapshotId));
    return true;
  }

  private conflicted(error: Error): void {
    this.conflicts++;
    if (++this.conflictsInARow >= MAX_CONFLICTS) throw error;
  }

  private async refresh(): Promise<void> {
    const { bronze, silver, tombstones, quarantine } = this.tables;
    // Silver before bronze: a position is never ahead of what is seen of bronze, unless bronze was taken back.
    for (const table of [quarantine, tombstones, silver, bronze]) await table?.refresh();
  }

  private report(end: { caughtUp: boolean; handedOver?: boolean }): RefineReport {
    const snapshot = currentSnapshot(this.tables.silver.metadata);
    return {
      ...this.counts,
      ...(this.mode && { mode: this.mode }),
      handedOver: false,
      ...end,
      commits: this.commits,
      conflicts: this.conflicts,
      ...(snapshot && { snapshotId: String(snapshot['snapshot-id']) }),
      snapshots: this.snapshots,
      lagMilliseconds: Math.max(0, this.lagMilliseconds),
      leftOut: this.leftOut,
    };
  }
}

async function replace(
  table: IcebergTable,
  { readAt }: ChangedTable,
  { removed, added }: FileChange,
  ranges: readonly LaneRange[],
  notes?: CommitNotes,
): Promise<Pick<AppendResult, 'outcome' | 'snapshotId'>> {
  if (ranges.length === 0 && removed.length === 0 && added.length === 0)
    return { outcome: AppendOutcome.COMMITTED };
  return overwrite(table, { removed, added, readAt, partitionsRead: 'all', ranges, notes });
}

function sum(a: IncrementCounts, b: IncrementCounts): IncrementCounts {
  const names = Object.keys(NOTHING) as (keyof IncrementCounts)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as IncrementCounts;
}
