import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, Json } from '@duckdb/node-api';
import { registerBucket } from './bucket-function';
import { literal } from './sql-text';

export interface DuckDbOptions {
  /**
   * What DuckDB may hold before it spills to the scratch directory. The process takes up to a fifth more, Node's own heap
   * and one data file beside it.
   */
  readonly memoryMiB: number;
  /** @default as many as the machine has cores */
  readonly threads?: number;
  /**
   * Directory for what does not fit in memory, files of remote tables and results on their way. Only a directory made in
   * it is written to, and that one is removed when the engine is closed.
   * @default the system's directory for temporary files
   */
  readonly scratch?: string;
  /**
   * What may be in the scratch directory at a time: files of remote tables, and, by itself, what is spilled.
   * @default 100 GiB
   */
  readonly scratchMiB?: number;
}

/** The engine is an optional peer: named, with the line that installs it. */
export class DuckDbMissing extends Error {
  constructor() {
    super('SQL on this machine is done by DuckDB, which is not installed: npm install @duckdb/node-api');
    this.name = 'DuckDbMissing';
  }
}

const SMALLEST_MEMORY_MIB = 64;
const DEFAULT_SCRATCH_MIB = 100 * 1024;

/** An in-memory database of its own. Times are in UTC, nothing is loaded from the network. */
export class DuckDb {
  private closed = false;

  constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
    /** For files on their way in and out. */
    readonly directory: string,
    readonly memoryBytes: number,
    /** Bytes that downloaded files may take. */
    readonly scratchBytes: number,
  ) {}

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** Rows of a small answer, values as JSON has them: 64-bit integers, decimals and times are text. */
  async rows(sql: string): Promise<Record<string, Json>[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjectsJson();
  }

  /** A directory of its own for one piece of work; whoever asks removes it. */
  newDirectory(): string {
    return mkdtempSync(join(this.directory, 'work-'));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.connection.closeSync();
    this.instance.closeSync();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** @throws DuckDbMissing where @duckdb/node-api is not installed */
export async function openDuckDb(options: DuckDbOptions): Promise<DuckDb> {
  const { memoryMiB, threads = availableParallelism(), scratch = tmpdir() } = options;
  const { scratchMiB = DEFAULT_SCRATCH_MIB } = options;
  if (!(memoryMiB >= SMALLEST_MEMORY_MIB)) {
    throw new Error(
      `memoryMiB is ${memoryMiB}. DuckDB needs ${SMALLEST_MEMORY_MIB} at least; 75 % of what the container has is a good value.`,
    );
  }
  const { DuckDBInstance } = await load();
  mkdirSync(scratch, { recursive: true });
  const directory = mkdtempSync(join(scratch, 'duckdb-'));
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${memoryMiB}MiB`,
      threads: String(threads),
      temp_directory: join(directory, 'spill'),
      max_temp_directory_size: `${scratchMiB}MiB`,
      // Order costs memory; what is ordered says so.
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = ${literal('UTC')}`);
    await registerBucket(connection);
    const [memory, room] = [memoryMiB, scratchMiB].map((mebibytes) => mebibytes * 1024 * 1024);
    return new DuckDb(instance, connection, directory, memory, room);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function load(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND' ? new DuckDbMissing() : error;
  }
}
