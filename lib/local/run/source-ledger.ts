import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file of events as a run first saw it, or as it was after something was appended. */
export interface SourceVersion {
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly seenAt: string;
}

/** One file of events, whatever it is called, fed to one stream. */
export interface Source {
  readonly stream: string;
  /** Every name it was seen under. */
  readonly paths: string[];
  /** Ten digits its shards are named after. */
  readonly number: string;
  /** How many shards its rows are spread over. Never changed: a row would move to another lane. */
  readonly shards: number;
  /** As it grew; each begins with the one before it. */
  readonly versions: SourceVersion[];
}

export interface SeenFile {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
  readonly prefixes: ReadonlyMap<number, string>;
}

interface LedgerFile {
  readonly formatVersion: 1;
  readonly sources: Source[];
}

/**
 * Which lane a file's records belong to. Lanes go by content: the same bytes under any name are the same lane, so that
 * feeding them again adds nothing. A file that grew at its end goes on in its lane. Anything else is a new lane.
 *
 * The ledger is written before the first record is fed. Losing it is harmless for files that have not grown: the lane
 * follows from the content.
 */
export class SourceLedger {
  private readonly sources: Source[];

  constructor(private readonly file: string) {
    this.sources = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LedgerFile).sources : [];
  }

  /** Sizes at which a file has to be compared with earlier ones. */
  boundaries(stream: string, path: string): number[] {
    return this.sources
      .filter((source) => source.stream === stream && source.paths.includes(path))
      .map(({ versions }) => versions[versions.length - 1].bytes);
  }

  /** The source a file is, recorded durably when it is new or has grown. */
  async identify(stream: string, seen: SeenFile, shards: number): Promise<Source> {
    const { path, sha256, bytes, rows } = seen;
    const index = this.find(stream, seen);
    const known = index < 0 ? undefined : this.sources[index];
    const isSeen = known?.versions.some((version) => version.sha256 === sha256) ?? false;
    if (known && isSeen && known.paths.includes(path)) return known;
    const version = { sha256, bytes, rows, seenAt: new Date().toISOString() };
    const source: Source = known
      ? {
          ...known,
          paths: known.paths.includes(path) ? known.paths : [...known.paths, path],
          versions: isSeen ? known.versions : [...known.versions, version],
        }
      : { stream, paths: [path], number: this.freeNumber(stream, sha256), shards, versions: [version] };
    if (known) this.sources[index] = source;
    else this.sources.push(source);
    await this.write();
    return source;
  }

  private find(stream: string, seen: SeenFile): number {
    const same = this.sources.findIndex(
      (source) => source.stream === stream && source.versions.some(({ sha256 }) => sha256 === seen.sha256),
    );
    if (same >= 0) return same;
    // Only the longest version counts: beyond an earlier one the lane already holds other rows, and those of this
    // file would be taken for a replay of them.
    return this.sources.findIndex(({ stream: of, paths, versions }) => {
      const { bytes, sha256 } = versions[versions.length - 1];
      return of === stream && paths.includes(seen.path) && seen.prefixes.get(bytes) === sha256;
    });
  }

  /** Two files may share ten digits of their hashes; the later one takes the next that is free. */
  private freeNumber(stream: string, sha256: string): string {
    const taken = new Set(
      this.sources.filter((source) => source.stream === stream).map(({ number }) => number),
    );
    let candidate = BigInt(`0x${sha256.slice(0, 16)}`) % 10n ** 10n;
    while (taken.has(digits(candidate))) candidate = (candidate + 1n) % 10n ** 10n;
    return digits(candidate);
  }

  private async write(): Promise<void> {
    mkdirSync(dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    const content: LedgerFile = { formatVersion: 1, sources: this.sources };
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    renameSync(temporary, this.file);
  }
}

function digits(number: bigint): string {
  return String(number).padStart(10, '0');
}

/** `shardId-` and twelve digits, as Kinesis names shards: ten of the source, two of the shard. */
export function shardIds(source: Source): string[] {
  return Array.from(
    { length: source.shards },
    (_, index) => `shardId-${source.number}${String(index).padStart(2, '0')}`,
  );
}

/** Decimal digits, as many as Kinesis' own. */
export function sequenceNumber(position: number): string {
  return `49${String(position).padStart(54, '0')}`;
}
