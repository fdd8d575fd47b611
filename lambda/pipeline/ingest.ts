import { RejectionHandling } from '../../lib/contract/rejection-handling';
import type { DataFile } from '../tables/data-file';
import { AppendOutcome, type AppendResult, type LaneRange } from '../tables/table';
import { follows } from '../tables/table-order';
import type { EncodedFile } from './batch-encoder';
import { handOver } from './commit/hand-over';
import { DriftCounts } from './drift/drift-counts';
import { driftReport } from './drift/drift-report';
import { encodeFirst } from './deduplication/encode-first';
import { encodeBatch, type EncodedBatch, type Transformed } from './encode-batch';
import { during, IngestFailure, IngestStage } from './ingest-failure';
import { byLane, count, isBeyond, rangeOf, where, type Lane } from './lane';
import { oldestArrival, reasonsOf, type IngestReport } from './ingest-report';
import type { IngestTargets } from './ingest-targets';
import { quarantineRows } from './quarantine';
import { QuarantineLedger } from './quarantine-ledger';
import type { SourceRecord } from './record';
import { RecordsRejected } from './records-rejected';
import { discard, writeFiles } from './table-target';
import type { TransformOutcome } from './transform/record-transform';

/** With one writer for each lane a second attempt is rare; two writers that keep overtaking each other must end. */
const MAX_ATTEMPTS = 8;

/**
 * Takes one batch of records into the bronze table, the rejected ones into quarantine. Exactly once in effect: it may
 * be called again with the same batch, a part of it or one that overlaps it, after a failure at any point.
 *
 * Quarantine is committed first. The other way round, bronze's position would pass rejected records that a crash then
 * kept out of quarantine, and the retry would skip them. What an attempt finds in quarantine stays there, even if the
 * contract accepts it by now (quarantine-ledger.ts). Of two attempts at the same batch at the same time, one loses
 * both commits; were they to judge by different contracts, which Lambda's pollers do not do, a record could enter one
 * table by each, as no commit spans two tables.
 *
 * @throws IngestFailure when a store or a catalog failed; the batch is to be delivered again.
 * @throws RecordsRejected when rejected records are to halt their lane; nothing of the batch is committed.
 */
export async function ingest(
  records: readonly SourceRecord[],
  targets: IngestTargets,
): Promise<IngestReport> {
  if (targets.commits) return handOver(records, targets, targets.commits);
  const attempts = new IngestAttempts(byLane(records), targets);
  const settled = await attempts.run();
  const { encoded, fresh } = settled;
  const accepted = settled.acceptedBefore ? 0 : encoded.accepted;
  return {
    lanes: attempts.batch.map(rangeOf),
    read: records.length,
    accepted,
    dropped: targets.transform === undefined ? undefined : encoded.dropped,
    duplicates: targets.deduplication === undefined ? undefined : encoded.duplicates,
    rows: settled.acceptedBefore ? 0 : encoded.rows,
    quarantined: encoded.rejected.length,
    replayed: records.length - accepted - encoded.dropped - encoded.duplicates - encoded.rejected.length,
    unknownFields: encoded.unknownFields,
    drift: driftReport(encoded.drift, targets.contract),
    // What comes again has been counted.
    personalData: targets.personalData?.look(fresh.flatMap((lane) => lane.records)),
    reasons: reasonsOf(encoded),
    bronzeSnapshot: settled.bronzeSnapshot,
    quarantineSnapshot: settled.quarantineSnapshot,
    conflicts: attempts.conflicts,
    oldestArrival: oldestArrival(fresh),
    encodeMilliseconds: attempts.encodeMilliseconds,
    commitMilliseconds: attempts.commitMilliseconds,
    internalErrors: encoded.failures,
  };
}

/** What the tables leave to do of a batch. */
interface Remainder {
  /** Beyond bronze's position: what a commit to bronze covers. */
  readonly ahead: Lane[];
  /** Of those, what quarantine does not hold: what is to be judged. */
  readonly fresh: Lane[];
  readonly ledgers: Map<string, QuarantineLedger>;
}

interface Settled {
  readonly encoded: EncodedBatch;
  readonly fresh: Lane[];
  /** The accepted records turned out to be in bronze already. */
  readonly acceptedBefore: boolean;
  readonly bronzeSnapshot?: bigint;
  readonly quarantineSnapshot?: bigint;
}

/** The attempts one batch takes, and what they cost. */
class IngestAttempts {
  conflicts = 0;
  encodeMilliseconds = 0;
  commitMilliseconds = 0;
  /** Kept over the attempts: a transform that asks a lookup again may be told something else. */
  private readonly transformed = new Map<SourceRecord, TransformOutcome>();

  constructor(
    readonly batch: Lane[],
    private readonly targets: IngestTargets,
  ) {}

  async run(): Promise<Settled> {
    const { transform, quarantine } = this.targets;
    // A contract judges a record again as before, and the commit of what it refuses tells of an earlier attempt. A
    // transform that asks a lookup may accept what another container has put into quarantine since this one looked.
    if (transform) await during(IngestStage.READ_TABLES, () => quarantine.table.refresh());
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const settled = await this.attempt();
      if (settled) return settled;
      this.conflicts++;
      await this.refresh();
    }
    throw tooManyWriters(IngestStage.COMMIT_BRONZE);
  }

  /** One attempt against the tables as last read; undefined when another writer has settled some of it meanwhile. */
  private async attempt(): Promise<Settled | undefined> {
    const { bronze, quarantine } = this.targets;
    const remainder = await this.remainder();
    if (remainder.fresh.length === 0) return { encoded: NOTHING, fresh: [], acceptedBefore: false };

    const started = performance.now();
    const records = remainder.fresh.flatMap((lane) => lane.records);
    const transformed = await during(IngestStage.TRANSFORM_RECORDS, () => this.transform(records));
    const encode = (those: readonly SourceRecord[]) =>
      encodeBatch(those, () => this.targets.newEncoder(bronze.table), transformed);
    const judged = await during(IngestStage.ENCODE_RECORDS, async () => encode(records));
    if (this.targets.rejections === RejectionHandling.HALT && judged.rejected.length > 0) {
      throw new RecordsRejected(judged.rejected, records.length);
    }
    const { deduplication } = this.targets;
    const encoded = await during(IngestStage.CLAIM_EVENTS, () =>
      encodeFirst(judged, { records, transformed, deduplication, encode }),
    );
    const rejectedFiles = await this.encodeRejected(encoded);
    const encodedAt = performance.now();
    this.encodeMilliseconds += encodedAt - started;
    try {
      const [bronzeFiles, quarantineFiles] = await during(IngestStage.WRITE_FILES, () =>
        writeFiles([
          { target: bronze, files: encoded.files },
          { target: quarantine, files: rejectedFiles },
        ]),
      );
      let rejected: AppendResult | undefined;
      if (encoded.rejected.length > 0) {
        rejected = await this.commitQuarantine(quarantineFiles, encoded, remainder);
        if (!rejected) {
          // Bronze has not been offered its files. Those of quarantine may be ours, committed with the answer lost.
          await discard(bronze.store, bronzeFiles);
          return undefined;
        }
      }
      let accepted: AppendResult | undefined;
      if (encoded.accepted > 0) {
        accepted = await this.commitBronze(bronzeFiles, remainder);
        if (accepted.outcome === AppendOutcome.OVERLAP) {
          // Had our commit gone through with its answer lost, no range would be left over.
          await discard(bronze.store, bronzeFiles);
          return undefined;
        }
      }
      return {
        encoded,
        fresh: remainder.fresh,
        acceptedBefore: accepted?.outcome === AppendOutcome.ALREADY_COMMITTED,
        bronzeSnapshot: accepted?.snapshotId,
        quarantineSnapshot: rejected?.snapshotId,
      };
    } finally {
      this.commitMilliseconds += performance.now() - encodedAt;
    }
  }

  private async remainder(): Promise<Remainder> {
    const bronze = this.targets.bronze.table;
    const ledgers = new Map(
      this.batch.map(({ lane }) => [lane, QuarantineLedger.read(this.targets.quarantine.table, lane)]),
    );
    if ([...ledgers.values()].some((ledger) => !ledger.isCompleteFrom(bronze.position(ledger.lane)))) {
      await during(IngestStage.READ_TABLES, () => bronze.refresh());
    }
    const committed = new Map(this.batch.map(({ lane }) => [lane, bronze.position(lane)]));
    const ahead = where(this.batch, ({ lane, position }) => isBeyond(position, committed.get(lane)));
    const fresh = where(ahead, ({ lane, position }) => !ledgers.get(lane)?.holds(position));
    return { ahead, fresh, ledgers };
  }

  private async transform(records: readonly SourceRecord[]): Promise<Transformed | undefined> {
    const { transform } = this.targets;
    if (transform === undefined) return undefined;
    const outcomes = await transform(records.filter((record) => !this.transformed.has(record)));
    for (const [record, outcome] of outcomes) this.transformed.set(record, outcome);
    return this.transformed;
  }

  private async encodeRejected({ rejected }: EncodedBatch): Promise<EncodedFile[]> {
    if (rejected.length === 0) return [];
    const { contract, now, encodeRows, quarantine } = this.targets;
    return during(IngestStage.ENCODE_QUARANTINE, async () =>
      encodeRows(quarantineRows(rejected, contract, now()), quarantine.table),
    );
  }

  /**
   * Undefined when the batch is to be judged anew. Otherwise another writer's commit cost us our claim and no more
   * (the containers of a function take turns at a shard, each with what it last read): the files stand.
   */
  private async commitQuarantine(
    files: DataFile[],
    encoded: EncodedBatch,
    remainder: Remainder,
  ): Promise<AppendResult | undefined> {
    const { quarantine, bronze } = this.targets;
    const rejected = new Set(encoded.rejected.map(({ record }) => record));
    const lanes = remainder.fresh.filter(({ records }) => records.some((record) => rejected.has(record)));
    const summary = { ...this.contractEntry(), ...judgedEntries(lanes, encoded) };
    let ledgers = remainder.ledgers;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const claims: LaneRange[] = [];
      const properties: Record<string, string> = {};
      for (const { lane, records } of lanes) {
        const ledger = ledgers.get(lane) ?? QuarantineLedger.read(quarantine.table, lane);
        const judgements = records.map((record) => ({
          position: record.position,
          rejected: rejected.has(record),
        }));
        claims.push(ledger.claim);
        Object.assign(properties, ledger.property(judgements, bronze.table.position(lane)));
      }
      const result = await during(IngestStage.COMMIT_QUARANTINE, () =>
        quarantine.table.append(files, claims, { summary, properties }),
      );
      this.conflicts += Math.max(0, result.attempts - 1);
      if (result.outcome === AppendOutcome.COMMITTED) return result;
      this.conflicts++;
      await this.refresh();
      const now = await this.remainder();
      if (count(now.fresh) !== count(remainder.fresh)) return undefined;
      ledgers = now.ledgers;
    }
    throw tooManyWriters(IngestStage.COMMIT_QUARANTINE);
  }

  private async commitBronze(files: DataFile[], { ahead }: Remainder): Promise<AppendResult> {
    const { bronze, quarantine } = this.targets;
    const notes = { summary: this.contractEntry(), properties: follows(quarantine.table) };
    const result = await during(IngestStage.COMMIT_BRONZE, () =>
      bronze.table.append(files, ahead.map(rangeOf), notes),
    );
    this.conflicts += Math.max(0, result.attempts - 1);
    return result;
  }

  private async refresh(): Promise<void> {
    await during(IngestStage.READ_TABLES, async () => {
      await this.targets.quarantine.table.refresh();
      await this.targets.bronze.table.refresh();
    });
  }

  private contractEntry(): Record<string, string> {
    const { contractId, contractVersion } = this.targets.contract;
    return { 'lakehouse.contract': `${contractId}@${contractVersion}` };
  }
}

const NOTHING: EncodedBatch = {
  files: [],
  accepted: 0,
  dropped: 0,
  rows: 0,
  duplicates: 0,
  rejected: [],
  unknownFields: 0,
  drift: new DriftCounts(),
  failures: [],
};

/** What a reader of the quarantine's history wants to know of a snapshot without opening its files. */
function judgedEntries(lanes: Lane[], encoded: EncodedBatch): Record<string, string> {
  return {
    'lakehouse.judged': JSON.stringify(lanes.map(rangeOf)),
    'lakehouse.reasons': JSON.stringify(reasonsOf(encoded)),
  };
}

function tooManyWriters(stage: IngestStage): IngestFailure {
  return new IngestFailure(
    stage,
    new Error(
      `Other writers of the same lanes were faster ${MAX_ATTEMPTS} times in a row. Allowed: one writer for each lane.`,
    ),
  );
}
