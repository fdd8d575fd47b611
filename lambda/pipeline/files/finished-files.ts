import { type FinishedLane, isEnding, Past } from '../../tables/finished-lanes';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { AppendableTable, AppendResult, CommitNotes, LaneRange } from '../../tables/table';
import type { DataFile } from '../../tables/data-file';
import { ledgerProperty } from '../quarantine-ledger';
import type { FileLedger, FileMarker } from './file-ledger';

/** Lanes that are looked up at a time: a table that was rolled back may have thousands again. */
const MOST_LOOKUPS = 50;
/** Milliseconds until a lane without a marker is looked up again. */
const LOOKUP_INTERVAL = 60_000;

/** Markers of files, as far as they are known and hold for the table as it is now. */
export class FinishedFiles {
  private readonly known = new Map<string, FileMarker>();
  private readonly lookedUp = new Map<string, number>();

  constructor(
    private readonly ledger: FileLedger,
    private readonly bronze: IcebergTable,
    private readonly now: () => number,
  ) {}

  /** The marker of a file that is done; undefined also where bronze was set back to before its end since. */
  async of(lane: string): Promise<FileMarker | undefined> {
    const marker = await this.ledger.get(lane);
    if (!marker) return undefined;
    if (this.holds(marker)) return marker;
    // The state at hand may be older than the marker.
    await this.bronze.refresh();
    return this.holds(marker) ? marker : undefined;
  }

  async add(marker: FileMarker): Promise<void> {
    await this.ledger.put(marker);
    this.known.set(marker.lane, marker);
  }

  /** Lanes that a table still has a position of though their files are done, but those at work. */
  async in(table: IcebergTable, atWork: ReadonlySet<string>): Promise<FinishedLane[]> {
    const lanes = [...table.positions().keys()].filter((lane) => isEnding(lane) && !atWork.has(lane));
    await this.lookUp(lanes.filter((lane) => !this.known.has(lane)));
    return lanes.flatMap((lane) => {
      const marker = this.known.get(lane);
      if (!marker || !this.holds(marker)) return [];
      const properties = [ledgerProperty(lane)];
      const end = table === this.bronze ? marker.bronze : marker.quarantine;
      return end ? [{ lane, ...end, properties }] : [];
    });
  }

  private async lookUp(lanes: readonly string[]): Promise<void> {
    const now = this.now();
    const due = lanes
      .filter((lane) => now - (this.lookedUp.get(lane) ?? -Infinity) > LOOKUP_INTERVAL)
      .slice(0, MOST_LOOKUPS);
    await Promise.all(
      due.map(async (lane) => {
        this.lookedUp.set(lane, now);
        const marker = await this.ledger.get(lane);
        if (marker) this.known.set(lane, marker);
      }),
    );
  }

  private holds({ table, bronze }: FileMarker): boolean {
    const { metadata } = this.bronze;
    return table === metadata['table-uuid'] && new Past(metadata).holds(bronze);
  }
}

/** A table whose commits let finished lanes go. */
export class ForgettingTable implements AppendableTable {
  constructor(
    private readonly table: IcebergTable,
    private readonly finished: () => Promise<FinishedLane[]>,
  ) {}

  get uri() {
    return this.table.uri;
  }
  get uuid() {
    return this.table.uuid;
  }
  get sequenceNumber() {
    return this.table.sequenceNumber;
  }
  get location() {
    return this.table.location;
  }
  get schema() {
    return this.table.schema;
  }
  get partitionSpec() {
    return this.table.partitionSpec;
  }
  position(lane: string): string | undefined {
    return this.table.position(lane);
  }
  property(name: string): string | undefined {
    return this.table.property(name);
  }
  refresh(): Promise<void> {
    return this.table.refresh();
  }
  newDataFilePath(partition: DataFile['partition']): string {
    return this.table.newDataFilePath(partition);
  }
  async append(files: DataFile[], ranges: LaneRange[], notes?: CommitNotes): Promise<AppendResult> {
    return this.table.append(files, ranges, { ...notes, finished: await this.finished() });
  }
}
