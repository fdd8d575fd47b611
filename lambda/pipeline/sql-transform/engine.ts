import type { SqlDialect } from '../../../lib/contract/quality/sql-dialect';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { Snapshot } from '../../tables/snapshot';
import type { TableFile } from '../../tables/table-files';

/** Which rows of a table are read. */
export interface TableRead {
  readonly table: IcebergTable;
  /** Undefined reads a table that is empty yet. */
  readonly snapshot?: Snapshot;
  /** Only the rows of these files of the snapshot. @default all */
  readonly files?: readonly TableFile[];
}

/** A row of an answer: text as SQL casts to text, null where there is no value. */
export type AnswerRow = readonly (string | null)[];

/** What runs SQL. */
interface QueryEngine {
  readonly dialect: SqlDialect;
  /** A query that gives the rows read, by the names of the table's columns. */
  read(read: TableRead): Promise<string>;
  /** @throws SqlRefused for what will fail again; anything else may be tried again */
  query(sql: string): Promise<AnswerRow[]>;
  /** Frees what a run left behind. */
  close(): Promise<void>;
}

/** An engine that commits to Iceberg tables itself, by statements. */
export interface StatementEngine extends QueryEngine {
  readonly commits: 'statements';
  /** The table's name in statements, quoted. */
  tableName(uri: string): string;
  /** Longest statement it takes, in characters. */
  readonly longestStatement: number;
  execute(sql: string): Promise<void>;
}

/** An engine that writes files, which are committed by this library. */
export interface FileEngine extends QueryEngine {
  readonly commits: 'files';
  /** Keeps the answer to a query, which is then not computed again. Returns the name to read it by. */
  keep(sql: string): Promise<string>;
  /** Writes the rows of a query, by the names of the table's columns, as data files of the table. Not in it yet. */
  write(table: IcebergTable, sql: string): Promise<DataFile[]>;
}

export type SqlEngine = StatementEngine | FileEngine;

/** A statement or its result that will fail again however often it is tried: a mistake in it, or rows that break a rule. */
export class SqlRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SqlRefused';
  }
}

/** A statement still runs and the function has no time left: asked again, it goes on waiting for the same run. */
export class StillRunning extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StillRunning';
  }
}
