import { RejectionHandling } from '../../../lib/contract/rejection-handling';
import { UnusableInput } from '../../formats/records/unusable-input';
import { FileGone, fileUri, type FileVersion, type SourceFiles } from '../../stores/source-files';
import type { FinishedLane } from '../../tables/finished-lanes';
import type { IcebergTable } from '../../tables/iceberg-table';
import { lastSnapshotOf } from '../../tables/positions';
import { AppendOutcome, type LaneRange } from '../../tables/table';
import { ingest } from '../ingest';
import { during, IngestStage } from '../ingest-failure';
import { byLane, rangeOf } from '../lane';
import type { IngestReport } from '../ingest-report';
import type { IngestTargets } from '../ingest-targets';
import type { SourceRecord } from '../record';
import type { TableTarget } from '../table-target';
import { dispose, isKept } from './disposition';
import { fileLane } from './file-lane';
import type { FileMarker } from './file-ledger';
import { type FileOutcome, type FileRequest, FileState } from './file-request';
import { FinishedFiles, ForgettingTable } from './finished-files';
import type { FileBatch, IntakeOptions } from './intake-options';
import { LandedFile } from './landed-file';
import { refusal, REFUSED_POSITION } from './refusal';

const BATCH_BYTES = 32 * 1024 * 1024;
/** A record costs memory beside its bytes: of smaller ones than this a batch is full before its bytes are. */
const LEAST_RECORD_BYTES = 256;
/** Times a closing commit is tried against other writers of the same file. */
const CLOSING_ATTEMPTS = 8;

/** A file on its way: what has been read of it, and what waits to be committed. */
interface Reading {
  readonly request: FileRequest;
  readonly lane: string;
  records: number;
  /** Position of the last record that was read. */
  end: string | undefined;
}

/**
 * Takes files into bronze and quarantine, every record of each once: a file may be given again, in parts, by others at
 * the same time, and after a failure at any point. What is committed is told by the lane of the file in the tables; that
 * all of it is, by a marker in the ledger. Small files share a commit.
 */
export class FileIntake {
  private readonly finished: FinishedFiles;
  private readonly targets: IngestTargets;
  /** Records of one batch, and the files all of whose records are in it or committed before. */
  private batch: SourceRecord[] = [];
  private batchSize = 0;
  private ended: Reading[] = [];
  private readonly atWork = new Set<string>();
  private readonly files = new Map<string, FileVersion>();
  private longestCommit = 0;

  constructor(private readonly options: IntakeOptions) {
    const { targets, ledger } = options;
    const { bronze, quarantine } = targets;
    this.finished = new FinishedFiles(ledger, bronze.table, targets.now);
    const forgetting = ({ table, store }: TableTarget & { table: IcebergTable }): TableTarget => ({
      table: new ForgettingTable(table, () => this.settled(table)),
      store,
    });
    this.targets = { ...targets, bronze: forgetting(bronze), quarantine: forgetting(quarantine) };
  }

  /** The outcome of each file, in the order given. One that fails leaves the others alone. */
  async take(requests: readonly FileRequest[]): Promise<FileOutcome[]> {
    const outcomes = new Map<string, FileOutcome>();
    const settle = (outcome: FileOutcome): void => void outcomes.set(outcome.lane, outcome);
    const lanes = requests.map(({ file }) => fileLane(file));
    for (const [index, request] of requests.entries()) {
      // The same file twice in one delivery.
      if (lanes.indexOf(lanes[index]) < index) continue;
      const reading: Reading = {
        request,
        lane: lanes[index],
        records: request.progress?.records ?? 0,
        end: undefined,
      };
      this.atWork.add(reading.lane);
      this.files.set(reading.lane, request.file);
      try {
        const state = await this.read(reading, settle);
        if (state !== undefined) settle({ ...brief(reading), state });
      } catch (error) {
        settle({ ...brief(reading), state: FileState.FAILED, error, reason: messageOf(error) });
      }
    }
    // Whatever it throws is with the files it failed for.
    await this.flush(settle).catch(() => undefined);
    this.atWork.clear();
    this.files.clear();
    return requests.map((request, index) => ({ ...outcomes.get(lanes[index])!, request }));
  }

  /** Undefined where the end of the file waits in the batch. */
  private async read(
    reading: Reading,
    settle: (outcome: FileOutcome) => void,
  ): Promise<FileState | undefined> {
    const { request, lane } = reading;
    const { file } = request;
    const { hasTime, contract, targets } = this.options;
    const files = await this.options.files(file.bucket);
    const marker = await during(IngestStage.READ_LEDGER, () => this.finished.of(lane));
    if (marker) {
      await this.disposeOf(marker, files);
      return FileState.ALREADY_DONE;
    }
    if (!hasTime(this.longestCommit)) return FileState.UNFINISHED;
    if (request.progress) await during(IngestStage.READ_TABLES, () => this.refresh());
    try {
      const from = Number(targets.bronze.table.position(lane) ?? 0);
      if (from >= REFUSED_POSITION)
        return await this.endRefused(reading, settle, 'see its row in quarantine');
      const landed = await LandedFile.open(file, files, contract);
      // All or nothing: what is at its end may make it unreadable. It may have been gone on with before it was looked at.
      if (from === 0 && !request.progress?.records && landed.mayBeBroken)
        await landed.inspect(() => requireTime(hasTime(this.longestCommit), file));
      for await (const part of landed.records(from)) {
        for (const { bytes, position } of part) {
          this.add(reading, bytes, position);
          if (!this.isFull) continue;
          await this.flush(settle);
          if (!hasTime(this.longestCommit)) return FileState.UNFINISHED;
        }
      }
    } catch (error) {
      if (error instanceof FileGone) return FileState.GONE;
      if (!(error instanceof UnusableInput)) throw error;
      await this.flush(settle);
      await this.refuse(reading, error);
      return this.endRefused(reading, settle, error.problem);
    }
    this.ended.push(reading);
    // A file whose refused records are to halt it takes no other with it.
    if (targets.rejections === RejectionHandling.HALT || this.isFull) await this.flush(settle);
    return undefined;
  }

  private add(reading: Reading, bytes: Uint8Array, position: number): void {
    const { lane, request } = reading;
    reading.records++;
    reading.end = String(position);
    this.batchSize += bytes.length;
    this.batch.push({
      lane,
      position: reading.end,
      data: bytes,
      arrivedAt: request.arrivedAt,
      key: request.file.key,
    });
  }

  private get isFull(): boolean {
    const most = this.options.batchBytes ?? BATCH_BYTES;
    return this.batchSize >= most || this.batch.length >= Math.max(1000, most / LEAST_RECORD_BYTES);
  }

  /** Commits what was read, and finishes the files that ended in it. */
  private async flush(settle: (outcome: FileOutcome) => void): Promise<void> {
    const { batch, ended } = this;
    this.batch = [];
    this.batchSize = 0;
    this.ended = [];
    try {
      await this.commit(batch, this.targets);
    } catch (error) {
      for (const reading of ended)
        settle({ ...brief(reading), state: FileState.FAILED, error, reason: messageOf(error) });
      // Of the file at hand, whose end is not in the batch, whoever reads it has to know.
      if (ended.length === 0 || batch.some(({ lane }) => !ended.some((one) => one.lane === lane)))
        throw error;
      return;
    }
    for (const reading of ended) {
      try {
        await this.finish(reading);
        settle({ ...brief(reading), state: FileState.DONE });
      } catch (error) {
        settle({ ...brief(reading), state: FileState.FAILED, error, reason: messageOf(error) });
      }
    }
  }

  private async commit(batch: readonly SourceRecord[], targets: IngestTargets): Promise<void> {
    if (batch.length === 0) return;
    const { committed, failed } = this.options;
    const started = performance.now();
    const startedAt = targets.now();
    const about = (lanes: readonly LaneRange[]): FileBatch => ({ lanes, files: this.files, startedAt });
    let report: IngestReport;
    try {
      report = await ingest(batch, targets);
    } catch (error) {
      await failed?.(error, about(byLane(batch).map(rangeOf)));
      throw error;
    }
    await committed(report, about(report.lanes));
    this.longestCommit = Math.max(this.longestCommit, performance.now() - started);
  }

  private async endRefused(
    reading: Reading,
    settle: (outcome: FileOutcome) => void,
    reason: string,
  ): Promise<undefined> {
    reading.end = String(REFUSED_POSITION);
    await this.finish(reading, reason);
    settle({ ...brief(reading), state: FileState.REFUSED, reason });
  }

  /** One row in quarantine for the whole of it, or for what is left of it. */
  private async refuse(reading: Reading, error: UnusableInput): Promise<void> {
    const { record, verdict } = refusal(reading.request, this.options.targets.bronze.table, error);
    reading.end = record.position;
    reading.records++;
    await this.commit([record], {
      ...this.targets,
      transform: async (records) => new Map(records.map((one) => [one, verdict])),
    });
  }

  /**
   * Notes that all of a file is in the tables. Bronze's position reaches its end before: it does not by itself where the
   * last records were refused, and whoever is late with them has to find them behind it.
   */
  private async finish(reading: Reading, refused?: string): Promise<FileMarker> {
    const { request, lane, records } = reading;
    const { bronze, quarantine } = this.options.targets;
    await during(IngestStage.COMMIT_BRONZE, () => this.close(lane, reading.end ?? '1'));
    const end = lastSnapshotOf(bronze.table.metadata, lane);
    if (!end)
      throw new Error(`${bronze.table.uri} holds no snapshot of ${lane}, which was committed just now.`);
    const marker: FileMarker = {
      formatVersion: 1,
      lane,
      file: request.file,
      table: bronze.table.metadata['table-uuid'],
      bronze: end,
      quarantine: lastSnapshotOf(quarantine.table.metadata, lane),
      records,
      refused,
      finishedAt: new Date(this.options.targets.now()).toISOString(),
    };
    await during(IngestStage.WRITE_LEDGER, () => this.finished.add(marker));
    this.atWork.delete(lane);
    if (refused === undefined) await this.disposeOf(marker, await this.options.files(request.file.bucket));
    return marker;
  }

  private async close(lane: string, end: string): Promise<void> {
    const { table } = this.targets.bronze;
    for (let attempt = 1; attempt <= CLOSING_ATTEMPTS; attempt++) {
      const position = BigInt(table.position(lane) ?? 0);
      if (position >= BigInt(end)) return;
      const { outcome } = await table.append([], [{ lane, first: String(position + 1n), last: end }]);
      if (outcome !== AppendOutcome.OVERLAP) return;
      await table.refresh();
    }
    throw new Error(`Other writers of ${lane} were faster ${CLOSING_ATTEMPTS} times in a row.`);
  }

  private async disposeOf(marker: FileMarker, files: SourceFiles): Promise<void> {
    const { disposition } = this.options;
    // A file that was refused stays where it is: somebody will want to see it.
    if (isKept(disposition) || marker.disposed || marker.refused !== undefined) return;
    await during(IngestStage.DISPOSE_OF_FILE, async () => {
      await dispose(marker.file, files, disposition);
      await this.finished.add({ ...marker, disposed: true });
    });
  }

  private settled(table: IcebergTable): Promise<FinishedLane[]> {
    return this.finished.in(table, this.atWork);
  }

  private async refresh(): Promise<void> {
    await this.targets.quarantine.table.refresh();
    await this.targets.bronze.table.refresh();
  }
}

function brief({ request, lane, records }: Reading): Omit<FileOutcome, 'state'> {
  return { request, lane, records };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function requireTime(hasTime: boolean, file: FileVersion): void {
  if (hasTime) return;
  throw new Error(
    `${fileUri(file)} has ${file.size} bytes, which one invocation cannot look through for what would make it ` +
      'unreadable. Let a container take files of this size (FileProcessor, large), or give it in parts.',
  );
}
