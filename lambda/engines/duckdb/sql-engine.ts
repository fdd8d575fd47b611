import { SqlDialect } from '../../../lib/contract/quality/sql-dialect';
import { PORTABLE_FUNCTIONS } from '../../../lib/contract/transform/portable-functions';
import {
  type AnswerRow,
  type FileEngine,
  SqlRefused,
  type TableRead,
} from '../../pipeline/sql-transform/engine';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { UnsupportedColumn } from './column-types';
import { type DuckDb, type DuckDbOptions, openDuckDb } from './duckdb';
import { RequiredColumnEmpty } from './required-columns';
import { ResultMismatch } from './result-columns';
import { identifier } from './sql-text';
import { type AttachedTable, attachTable } from './table-view';
import { NotOneQuery, writeResult } from './write-result';

/** Not what memory, a disk or an object store has to do with: the same statement fails again. */
const REFUSALS =
  /^(Parser|Binder|Catalog|Conversion|Out of Range|Invalid Input|Constraint|Not implemented) Error/;
const REFUSED = [UnsupportedColumn, RequiredColumnEmpty, ResultMismatch, NotOneQuery];

/** Transforms in this process: tables are read from their data files, and the result is written as some. */
export class DuckDbSqlEngine implements FileEngine {
  static async open(options: DuckDbOptions): Promise<DuckDbSqlEngine> {
    const duckdb = await openDuckDb(options);
    for (const statement of PORTABLE_FUNCTIONS) await duckdb.run(statement);
    return new DuckDbSqlEngine(duckdb);
  }

  readonly commits = 'files';
  readonly dialect = SqlDialect.DUCKDB;
  private readonly attached: AttachedTable[] = [];
  private names = 0;

  private constructor(private readonly duckdb: DuckDb) {}

  /** In the columns the table has now, whatever they were when the snapshot was made. */
  async read({ table, snapshot, files }: TableRead): Promise<string> {
    const read = files ?? (snapshot === undefined ? [] : await table.dataFiles(snapshot));
    const view = await attachTable(this.duckdb, this.newName('table'), table, { files: read });
    this.attached.push(view);
    return `SELECT * FROM ${identifier(view.name)}`;
  }

  async query(sql: string): Promise<AnswerRow[]> {
    return this.refusing(async () => {
      const answer = await this.duckdb.connection.runAndReadAll(sql);
      return answer.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
    });
  }

  async keep(sql: string): Promise<string> {
    const name = identifier(this.newName('result'));
    await this.refusing(() => this.duckdb.run(`CREATE TEMP TABLE ${name} AS ${sql}`));
    return name;
  }

  async write(table: IcebergTable, sql: string): Promise<DataFile[]> {
    return this.refusing(() => writeResult(this.duckdb, sql, table, { keepNegativeZero: true }));
  }

  /** Also what was downloaded goes. */
  async close(): Promise<void> {
    for (const view of this.attached) await view.detach();
    this.duckdb.close();
  }

  private newName(kind: string): string {
    this.names += 1;
    return `lakehouse ${kind} ${this.names}`;
  }

  private async refusing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { message } = error as Error;
      if (!REFUSALS.test(message) && !REFUSED.some((kind) => error instanceof kind)) throw error;
      throw new SqlRefused(message, { cause: error });
    }
  }
}
