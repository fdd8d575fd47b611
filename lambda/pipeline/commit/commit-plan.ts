import { trimFile } from '../../rows/trim-file';
import { CorruptFile } from '../../tables/corrupt-file';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { HELD_LANES_PROPERTY } from '../../tables/positions';
import type { LaneRange } from '../../tables/table';
import { isBeyond } from '../lane';
import { QuarantineLedger, type Judgement } from '../quarantine-ledger';
import type { CommitRequest, JudgedRange } from './commit-request';
import { LaneHolds } from './lane-holds';

export enum RequestOutcome {
  COMMITTED = 'committed',
  /** The tables hold all of it. */
  BEHIND = 'behind',
  /** It cannot be committed, or not yet: see the reason. */
  SET_ASIDE = 'set-aside',
}

export interface Settlement {
  /** As it came; with what it waits for when it was set aside. */
  readonly request: CommitRequest;
  readonly outcome: RequestOutcome;
  /** Of what was set aside. */
  readonly reason?: Error;
}

export interface BatchTables {
  readonly bronze: IcebergTable;
  readonly quarantine: IcebergTable;
}

/**
 * What a number of requests come to, against the tables as last read: the files of both tables, and how far each lane
 * comes by them. Requests are taken in the order they were handed over.
 */
export class CommitPlan {
  readonly bronzeFiles: DataFile[] = [];
  readonly quarantineFiles: DataFile[] = [];
  readonly settlements: Settlement[] = [];
  readonly ranges = new Map<string, LaneRange>();
  private readonly judged = new Map<string, JudgedRange[]>();
  private readonly ledgers = new Map<string, QuarantineLedger>();
  private readonly reached: Map<string, string>;
  private readonly holds: LaneHolds;
  private readonly holdsBefore: string;

  constructor(private readonly tables: BatchTables) {
    this.reached = new Map(tables.bronze.positions());
    this.holds = LaneHolds.read(tables.bronze.property(HELD_LANES_PROPERTY));
    this.holdsBefore = this.holds.property;
  }

  async add(request: CommitRequest): Promise<void> {
    if (request.lanes.every((range) => !isBeyond(range.last, this.reached.get(range.lane))))
      return this.settle(request, RequestOutcome.BEHIND);
    const waits = this.holds.waitsFor(request, this.reached);
    if (Object.keys(waits).length > 0) return this.setAside(request, new LaneHeld(waits));
    let bronzeFiles: DataFile[];
    let quarantineFiles: DataFile[];
    try {
      [bronzeFiles, quarantineFiles] = await this.newRows(request);
    } catch (error) {
      if (error instanceof CorruptFile || error instanceof UnknownSpec) return this.setAside(request, error);
      throw error;
    }
    this.bronzeFiles.push(...bronzeFiles);
    this.quarantineFiles.push(...quarantineFiles);
    for (const range of request.lanes) this.advance(range);
    this.settle(request, RequestOutcome.COMMITTED);
    this.holds.release(this.reached);
  }

  setAside(request: CommitRequest, reason: Error): void {
    const waitsFor = this.holds.waitsFor(request, this.reached);
    const waiting = Object.keys(waitsFor).length === 0 ? request : { ...request, waitsFor };
    this.holds.hold(request.lanes.filter((range) => isBeyond(range.last, this.reached.get(range.lane))));
    this.settlements.push({ request: waiting, outcome: RequestOutcome.SET_ASIDE, reason });
  }

  /** Properties the commit to bronze sets beside the positions. */
  get bronzeProperties(): Record<string, string> | undefined {
    return this.holds.property === this.holdsBefore
      ? undefined
      : { [HELD_LANES_PROPERTY]: this.holds.property };
  }

  /** Claims on the lanes with rejected records, and the ledgers as they will be. */
  quarantineClaims(): { claims: LaneRange[]; properties: Record<string, string> } {
    const claims: LaneRange[] = [];
    const properties: Record<string, string> = {};
    for (const [lane, ranges] of this.judged) {
      const judgements = ranges.flatMap(judgementsOf);
      if (!judgements.some(({ rejected }) => rejected)) continue;
      const ledger = this.ledger(lane);
      claims.push(ledger.claim);
      Object.assign(properties, ledger.property(judgements, this.tables.bronze.position(lane)));
    }
    return { claims, properties };
  }

  private settle(request: CommitRequest, outcome: RequestOutcome): void {
    this.settlements.push({ request, outcome });
  }

  /** Files of a request without the rows that the tables, or requests before it, have. */
  private async newRows(request: CommitRequest): Promise<[bronze: DataFile[], quarantine: DataFile[]]> {
    const { bronze, quarantine } = this.tables;
    await Promise.all([
      requireFiles(bronze, request.bronzeFiles),
      requireFiles(quarantine, request.quarantineFiles),
    ]);
    const overlaps = request.lanes.some(({ lane, first }) => !isBeyond(first, this.reached.get(lane)));
    const held = request.lanes.map((range) => ({
      range,
      runs: this.ledger(range.lane).runsWithin(range.first, range.last),
    }));
    // In quarantine since an attempt that did not come to bronze, and rejected again: bronze's files know nothing of it.
    const sameAgain = held.every(({ range, runs }) =>
      runs.every(([first, last]) =>
        range.rejected.some((run) => !isBeyond(run[0], first) && !isBeyond(last, run[1])),
      ),
    );
    const keep = (lane: string, position: string) =>
      isBeyond(position, this.reached.get(lane)) && !this.ledger(lane).holds(position);
    const trimmed = async (table: IcebergTable, files: readonly DataFile[], untouched: boolean) => {
      if (untouched) return [...files];
      const kept: DataFile[] = [];
      // One after the other: the rows of a file are in memory while it is written anew.
      for (const file of files) kept.push(...[await trimFile(table, file, keep)].flatMap((one) => one ?? []));
      return kept;
    };
    const holdsNone = held.every(({ runs }) => runs.length === 0);
    return [
      await trimmed(bronze, request.bronzeFiles, !overlaps && sameAgain),
      await trimmed(quarantine, request.quarantineFiles, !overlaps && holdsNone),
    ];
  }

  private advance(range: JudgedRange): void {
    const { lane, last } = range;
    const before = this.reached.get(lane);
    if (!isBeyond(last, before)) return;
    const first = isBeyond(range.first, before) ? range.first : String(BigInt(before!) + 1n);
    const rejected = this.ledger(lane).without(
      range.rejected.flatMap(([from, to]) =>
        isBeyond(to, before) ? [[isBeyond(from, first) ? from : first, to] as const] : [],
      ),
    );
    this.judged.set(lane, [...(this.judged.get(lane) ?? []), { lane, first, last, rejected }]);
    this.ranges.set(lane, { lane, first: this.ranges.get(lane)?.first ?? first, last });
    this.reached.set(lane, last);
  }

  private ledger(lane: string): QuarantineLedger {
    let ledger = this.ledgers.get(lane);
    if (!ledger) this.ledgers.set(lane, (ledger = QuarantineLedger.read(this.tables.quarantine, lane)));
    return ledger;
  }
}

/** The ends of each run, and something accepted between two of them: all that the ledger looks at. */
function judgementsOf({ first, last, rejected }: JudgedRange): Judgement[] {
  const judgements: Judgement[] = [];
  if (rejected[0]?.[0] !== first) judgements.push({ position: first, rejected: false });
  for (const [from, to] of rejected) {
    judgements.push({ position: from, rejected: true });
    if (to !== from) judgements.push({ position: to, rejected: true });
    if (to !== last) judgements.push({ position: to, rejected: false });
  }
  if (judgements[judgements.length - 1].position !== last)
    judgements.push({ position: last, rejected: false });
  return judgements;
}

/** A table must never name a file that is not there, nor one of a partition spec it does not have. */
async function requireFiles(table: IcebergTable, files: readonly DataFile[]): Promise<void> {
  const known = new Set(table.metadata['partition-specs'].map((spec) => spec['spec-id']));
  for (const file of files) if (!known.has(file.specId)) throw new UnknownSpec(table.location, file);
  const present = await Promise.all(files.map(({ filePath }) => table.store.exists(filePath)));
  const missing = files.find((_, i) => !present[i]);
  if (missing) throw new CorruptFile(missing.filePath, new Error('it is missing.'), true);
}

class UnknownSpec extends Error {
  constructor(location: string, { filePath, specId }: DataFile) {
    super(`${filePath} is of partition spec ${specId}, which ${location} does not have.`);
    this.name = 'UnknownSpec';
  }
}

/** An earlier request of the lane was set aside: this one must not pass it. */
export class LaneHeld extends Error {
  constructor(waitsFor: Readonly<Record<string, string>>) {
    const lanes = Object.entries(waitsFor).map(([lane, position]) => `${lane} has to come to ${position}`);
    super(
      `Earlier requests were set aside: ${lanes.join(', ')} first. ` +
        'Mend what they say and send the dead letters back to the queue, in their order.',
    );
    this.name = 'LaneHeld';
  }
}
