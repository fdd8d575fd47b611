import { totalmem } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDbMissing, attachTable, identifier, openDuckDb } from '../../../lambda/engines/duckdb';
import type { DuckDb } from '../../../lambda/engines/duckdb';
import { openTable } from '../../../lambda/tables/open-table';
import { snapshotById } from '../../../lambda/tables/table-metadata';
import { toLong } from '../../../lambda/tables/json';
import type { TableContents } from './table-contents';

const MEBIBYTE = 1024 * 1024;
/** Of the machine's memory; the functions of the run want some as well. */
const MEMORY_SHARE = 0.3;

/** What a query gave, values as DuckDB has them. */
export interface SqlResult {
  readonly columns: string[];
  readonly rows: unknown[][];
}

/** SQL over the tables of a run, by DuckDB: each is a view `<zone>.<table>` with the columns its metadata says. */
export class LakeSql {
  /** Undefined where DuckDB is not installed: the rest of a run does without. */
  static async open(): Promise<LakeSql | undefined> {
    try {
      const memoryMiB = Math.max(256, Math.floor((MEMORY_SHARE * totalmem()) / MEBIBYTE));
      return new LakeSql(await openDuckDb({ memoryMiB }));
    } catch (error) {
      if (error instanceof DuckDbMissing) return undefined;
      throw error;
    }
  }

  private constructor(private readonly duckdb: DuckDb) {}

  get connection(): DuckDBConnection {
    return this.duckdb.connection;
  }

  /** Makes tables known as they are now; one that cannot be read is not, and why is the answer. */
  async attach(tables: readonly TableContents[]): Promise<Map<string, string>> {
    const unreadable = new Map<string, string>();
    for (const { zone, table, uri } of tables) {
      const [schema, view] = [identifier(zone), `${zone}.${table}`];
      try {
        await attachTable(this.duckdb, view, await openTable(uri));
        await this.duckdb.run(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
        await this.duckdb.run(
          `CREATE OR REPLACE VIEW ${schema}.${identifier(table)} AS SELECT * FROM temp.${identifier(view)}`,
        );
      } catch (error) {
        unreadable.set(view, (error as Error).message);
      }
    }
    return unreadable;
  }

  /** Makes a table known under a name as one of its snapshots has it, in the columns of its time. */
  async attachSnapshot(name: string, { uri }: TableContents, snapshotId: string): Promise<void> {
    const table = await openTable(uri);
    const snapshot = snapshotById(table.metadata, toLong(BigInt(snapshotId)));
    if (!snapshot) throw new Error(`${uri} has no snapshot ${snapshotId}`);
    await attachTable(this.duckdb, name, table, { snapshot });
  }

  async query(sql: string): Promise<SqlResult> {
    const result = await this.connection.runAndReadAll(sql);
    return { columns: result.columnNames(), rows: result.getRows() };
  }

  close(): void {
    this.duckdb.close();
  }
}
