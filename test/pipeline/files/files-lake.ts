import { createHash } from 'node:crypto';
import { CsvKind, type FileColumn } from '../../../lib/contract/file-columns';
import { HeaderCheck } from '../../../lib/contract/header-check';
import { FileLedger } from '../../../lambda/pipeline/files/file-ledger';
import { fileLane } from '../../../lambda/pipeline/files/file-lane';
import type { FileOutcome, FileRequest } from '../../../lambda/pipeline/files/file-request';
import { FileIntake } from '../../../lambda/pipeline/files/intake';
import type { IntakeOptions } from '../../../lambda/pipeline/files/intake-options';
import { FileGone, fileUri, type FileVersion, type SourceFiles } from '../../../lambda/stores/source-files';
import { DirectoryCatalog } from '../../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../../lambda/tables/table-metadata';
import { MemoryStore } from '../../stores/memory-store';
import { type Fault, FaultyStore, NO_FAULT } from '../../tables/fixtures/faults';
import { SCHEMA, UNPARTITIONED } from '../../tables/fixtures/lanes';
import { type Judge, miniature } from '../in-memory-lake';

const AT_ONCE = { sleep: async () => undefined, random: () => 0 };
export const BRONZE = 's3://lake/bronze/orders';
export const QUARANTINE = 's3://lake/quarantine/orders';
export const LEDGER = 's3://lake/bronze/_ledger/orders/';

/** A record is good unless it says otherwise. */
export const judge: Judge = ({ data }) =>
  !Buffer.from(data as Uint8Array)
    .toString()
    .includes('bad');

export const COLUMNS: FileColumn[] = [
  { name: 'id', kind: CsvKind.TEXT, required: true },
  { name: 'timestamp', kind: CsvKind.TIMESTAMP, required: true },
  { name: 'value', kind: CsvKind.NUMBER, required: false },
];

/** The bucket files arrive in: versions of keys. */
export class Landing implements SourceFiles {
  readonly versions = new Map<string, Buffer>();
  readonly current = new Map<string, string>();
  bytesRead = 0;

  constructor(private readonly chunk = 1 << 16) {}

  put(key: string, content: string | Buffer, bucket = 'landing'): FileRequest {
    const bytes = Buffer.from(content);
    const etag = createHash('md5').update(bytes).digest('hex');
    const file: FileVersion = { bucket, key, etag, size: bytes.length };
    this.versions.set(name(file), bytes);
    this.current.set(fileUri(file), etag);
    return { file, arrivedAt: 1_700_000_000_000 };
  }

  async *read(file: FileVersion, from = 0, to = file.size): AsyncIterable<Uint8Array> {
    const bytes = this.bytes(file).subarray(from, to);
    for (let at = 0; at < bytes.length; at += this.chunk) {
      const piece = bytes.subarray(at, at + this.chunk);
      this.bytesRead += piece.length;
      yield piece;
    }
  }

  async copy(file: FileVersion, bucket: string, key: string): Promise<void> {
    this.put(key, this.bytes(file), bucket);
  }

  async delete(file: FileVersion): Promise<void> {
    if (this.current.get(fileUri(file)) === file.etag) this.current.delete(fileUri(file));
  }

  private bytes(file: FileVersion): Buffer {
    const bytes = this.versions.get(name(file));
    if (!bytes || this.current.get(fileUri(file)) !== file.etag) throw new FileGone(file);
    return bytes;
  }
}

const name = (file: FileVersion): string => `${fileUri(file)} ${file.etag}`;

class FaultyFiles implements SourceFiles {
  constructor(
    private readonly files: Landing,
    private readonly fault: Fault,
  ) {}

  async *read(file: FileVersion, from?: number, to?: number): AsyncIterable<Uint8Array> {
    yield* await this.fault.call(async () => this.files.read(file, from, to));
  }
  copy(file: FileVersion, bucket: string, key: string): Promise<void> {
    return this.fault.call(() => this.files.copy(file, bucket, key));
  }
  delete(file: FileVersion): Promise<void> {
    return this.fault.call(() => this.files.delete(file));
  }
}

/** Two real Iceberg tables, a ledger and a bucket in memory, of which every call may break. */
export class FilesLake {
  readonly store = new MemoryStore();
  readonly landing: Landing;

  constructor(chunk?: number) {
    this.landing = new Landing(chunk);
  }

  async create(): Promise<this> {
    for (const location of [BRONZE, QUARANTINE]) {
      await this.catalog(location, NO_FAULT()).create(
        newTableMetadata({ location, schema: SCHEMA, partitionSpec: UNPARTITIONED, properties: {} }),
      );
    }
    return this;
  }

  /** One container of the function, with its own view of the tables. */
  async container(fault = NO_FAULT(), options: Partial<IntakeOptions> = {}): Promise<FileIntake> {
    const store = new FaultyStore(this.store, fault);
    const files = new FaultyFiles(this.landing, fault);
    return new FileIntake({
      targets: {
        bronze: { table: await this.open(BRONZE, fault), store },
        quarantine: { table: await this.open(QUARANTINE, fault), store },
        ...miniature(judge),
      },
      files: async () => files,
      ledger: new FileLedger(store, LEDGER),
      contract: { columns: COLUMNS, header: HeaderCheck.EXACT },
      disposition: {},
      hasTime: () => true,
      committed: () => undefined,
      ...options,
    });
  }

  async take(requests: FileRequest[], options?: Partial<IntakeOptions>): Promise<FileOutcome[]> {
    return (await this.container(NO_FAULT(), options)).take(requests);
  }

  /** `<lane>:<position>` of every row, in order. */
  async rows(location: string): Promise<string[]> {
    const files = await (await this.open(location)).currentDataFiles();
    const contents = await Promise.all(files.map(({ filePath }) => this.store.get(filePath)));
    return contents.flatMap((bytes) => JSON.parse(Buffer.from(bytes).toString()) as string[]).sort();
  }

  open(location: string, fault = NO_FAULT()): Promise<IcebergTable> {
    const catalog = this.catalog(location, fault);
    return this.catalog(location, NO_FAULT())
      .load()
      .then(
        (version) =>
          new IcebergTable(location, catalog, new FaultyStore(this.store, fault), version!, AT_ONCE),
      );
  }

  get markers(): string[] {
    return [...this.store.objects.keys()].filter((uri) => uri.startsWith(LEDGER));
  }

  private catalog(location: string, fault: Fault): DirectoryCatalog {
    return new DirectoryCatalog(new FaultyStore(this.store, fault), location);
  }
}

/** Lines, every one of which is a record, those with `bad` in them refused; and where they are to be. */
export function lines(count: number, isBad: (index: number) => boolean, tag = ''): string {
  return Array.from({ length: count }, (_, i) => `{"id":"${tag}${i}"${isBad(i) ? ',"bad":1' : ''}}\n`).join(
    '',
  );
}

export function expected(request: FileRequest, content: string): { bronze: string[]; quarantine: string[] } {
  const lane = fileLane(request.file);
  let end = 0;
  const rows = content
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const position = end + line.length;
      end = position + 1;
      return { row: `${lane}:${position}`, bad: line.includes('bad') };
    });
  const of = (bad: boolean): string[] => rows.filter((row) => row.bad === bad).map(({ row }) => row);
  return { bronze: of(false).sort(), quarantine: of(true).sort() };
}
