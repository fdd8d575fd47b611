import { RejectionHandling } from '../../lib/contract/rejection-handling';
import { DriftCounts } from '../../lambda/pipeline/drift/drift-counts';
import type { BatchEncoder, EncodedFile } from '../../lambda/pipeline/batch-encoder';
import type { IngestTargets } from '../../lambda/pipeline/ingest-targets';
import type { QuarantineRow } from '../../lambda/pipeline/quarantine';
import { RejectionCode, type SourceRecord } from '../../lambda/pipeline/record';
import {
  type Content,
  inOnePiece,
  ObjectNotFound,
  type ObjectStore,
  type StoredObject,
} from '../../lambda/stores/object-store';
import type { DataFile } from '../../lambda/tables/data-file';
import {
  AppendOutcome,
  type AppendableTable,
  type AppendResult,
  type CommitNotes,
  type LaneRange,
} from '../../lambda/tables/table';

/** Decides at which input or output step something breaks, and in which order concurrent steps run. */
export class Weather {
  steps = 0;
  /** Step that fails, counted from 1; with `late`, after it has taken effect. */
  failAt?: number;
  late = false;
  /** Turns of the event loop each step waits for. */
  delay: () => number = () => 0;

  async step<T>(work: () => T): Promise<T> {
    const fails = ++this.steps === this.failAt;
    for (let turns = this.delay(); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    if (fails && !this.late) throw new Error('the network is down');
    const result = work();
    if (fails) throw new Error('the answer was lost');
    return result;
  }
}

export class InMemoryStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();

  constructor(private readonly weather: Weather) {}

  get(uri: string): Promise<Uint8Array> {
    return this.weather.step(() => {
      const bytes = this.objects.get(uri);
      if (!bytes) throw new ObjectNotFound(uri);
      return bytes;
    });
  }

  put(uri: string, content: Content): Promise<void> {
    return this.weather.step(() => void this.objects.set(uri, inOnePiece(content)));
  }

  exists(uri: string): Promise<boolean> {
    return this.weather.step(() => this.objects.has(uri));
  }

  delete(uri: string): Promise<void> {
    return this.weather.step(() => void this.objects.delete(uri));
  }

  async *list(): AsyncIterable<StoredObject> {}
}

interface TableContents {
  readonly files: string[];
  readonly positions: Record<string, string>;
  readonly properties: Record<string, string>;
  readonly commits: { ranges: LaneRange[]; notes: CommitNotes }[];
}

/** What a catalog holds of a table; every container sees it through a view of its own. */
export class InMemoryTable {
  contents: TableContents = { files: [], positions: {}, properties: {}, commits: [] };
  private names = 0;

  constructor(
    readonly uri: string,
    private readonly weather: Weather,
  ) {}

  newPath(): string {
    return `${this.uri}/data/${++this.names}`;
  }

  open(): AppendableTable {
    return new View(this, this.weather);
  }
}

class View implements AppendableTable {
  readonly schema = { type: 'struct' as const, fields: [] };
  readonly partitionSpec = { 'spec-id': 0, fields: [] };
  private seen: TableContents;

  constructor(
    private readonly table: InMemoryTable,
    private readonly weather: Weather,
  ) {
    this.seen = table.contents;
  }

  get uri(): string {
    return this.table.uri;
  }

  get location(): string {
    return this.table.uri;
  }

  get uuid(): string {
    return this.table.uri;
  }

  get sequenceNumber(): string {
    return String(this.seen.commits.length);
  }

  position(lane: string): string | undefined {
    return this.seen.positions[lane];
  }

  property(name: string): string | undefined {
    return this.seen.properties[name];
  }

  refresh(): Promise<void> {
    return this.weather.step(() => void (this.seen = this.table.contents));
  }

  newDataFilePath(): string {
    return this.table.newPath();
  }

  append(files: DataFile[], ranges: LaneRange[], notes: CommitNotes = {}): Promise<AppendResult> {
    return this.weather.step(() => {
      const now = this.table.contents;
      this.seen = now;
      const behind = ranges.filter(({ lane, last }) => BigInt(last) <= BigInt(now.positions[lane] ?? -1));
      const ahead = ranges.filter(({ lane, first }) => BigInt(first) > BigInt(now.positions[lane] ?? -1));
      if (behind.length === ranges.length) return { outcome: AppendOutcome.ALREADY_COMMITTED, attempts: 0 };
      if (ahead.length < ranges.length) return { outcome: AppendOutcome.OVERLAP, attempts: 0 };
      this.table.contents = {
        files: [...now.files, ...files.map(({ filePath }) => filePath)],
        positions: { ...now.positions, ...Object.fromEntries(ranges.map(({ lane, last }) => [lane, last])) },
        properties: { ...now.properties, ...notes.properties },
        commits: [...now.commits, { ranges, notes }],
      };
      this.seen = this.table.contents;
      return {
        outcome: AppendOutcome.COMMITTED,
        snapshotId: BigInt(this.seen.commits.length),
        attempts: 1,
      };
    });
  }
}

/** A contract in miniature: is a record good? May throw, as a defective encoder would. */
export type Judge = (record: SourceRecord) => boolean;

class MiniatureEncoder implements BatchEncoder {
  readonly unknownFields = 0;
  readonly drift = new DriftCounts();
  private readonly rows: SourceRecord[] = [];

  constructor(private readonly judge: Judge) {}

  get accepted(): number {
    return this.rows.length;
  }

  add(record: SourceRecord) {
    if (!this.judge(record)) return { code: RejectionCode.WRONG_TYPE, message: 'not good' };
    this.rows.push(record);
    return undefined;
  }

  addRows(record: SourceRecord, rows: readonly object[]) {
    if (!this.judge(record)) return { code: RejectionCode.WRONG_TYPE, message: 'not good' };
    rows.forEach(() => this.rows.push(record));
    return undefined;
  }

  finish(): EncodedFile[] {
    return this.rows.length === 0 ? [] : [file(this.rows.map(({ lane, position }) => `${lane}:${position}`))];
  }
}

function file(rows: string[]): EncodedFile {
  const bytes = Buffer.from(JSON.stringify(rows));
  const none = new Map();
  return {
    partition: [],
    bytes,
    metrics: {
      recordCount: rows.length,
      fileSizeInBytes: bytes.length,
      columnSizes: none,
      valueCounts: none,
      nullValueCounts: none,
      nanValueCounts: none,
      lowerBounds: none,
      upperBounds: none,
      splitOffsets: [],
    },
  };
}

/** A contract in miniature, whose files are JSON lists of `<lane>:<position>`. */
export function miniature(judge: Judge, version = '1.0.0'): Omit<IngestTargets, 'bronze' | 'quarantine'> {
  return {
    contract: {
      contractId: 'miniature',
      contractVersion: version,
      schemaHash: 'none',
      hasCriticalFields: false,
    },
    newEncoder: () => new MiniatureEncoder(judge),
    rejections: RejectionHandling.QUARANTINE,
    encodeRows: (rows: QuarantineRow[]) => [file(rows.map((row) => `${row._lane}:${row._position}`))],
    now: () => 1_700_000_000_000,
  };
}

/** Bronze and quarantine with everything between them and the pipeline made to break at will. */
export class InMemoryLake {
  readonly weather = new Weather();
  readonly store = new InMemoryStore(this.weather);
  readonly bronze = new InMemoryTable('mem://bronze', this.weather);
  readonly quarantine = new InMemoryTable('mem://quarantine', this.weather);

  /** What one container of the function holds: its own, perhaps outdated, view of the tables. */
  container(judge: Judge, version = '1.0.0'): IngestTargets {
    return {
      bronze: { table: this.bronze.open(), store: this.store },
      quarantine: { table: this.quarantine.open(), store: this.store },
      ...miniature(judge, version),
    };
  }

  /** `<lane>:<position>` of every row a reader finds. Fails where a table refers to a file that is gone. */
  rows(table: InMemoryTable): string[] {
    return table.contents.files.flatMap((path) => {
      const bytes = this.store.objects.get(path);
      if (!bytes) throw new Error(`${table.uri} refers to ${path}, which is gone`);
      return JSON.parse(Buffer.from(bytes).toString()) as string[];
    });
  }
}

export function record(position: number | string, lane = 'orders/shard-0'): SourceRecord {
  return { lane, position: String(position), data: 'e30=', arrivedAt: 1_699_999_999_000 };
}
