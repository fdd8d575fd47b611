import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { IcebergSchema } from '../../../lib/contract/iceberg-types';
import { parquetCompression } from '../../../lib/contract/table-properties';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { fieldTypes } from '../../tables/schema';
import { fieldIds, requireDistinctNames } from './column-types';
import type { DuckDb } from './duckdb';
import { PartitionKey } from './partition-key';
import { requireValues } from './required-columns';
import { resultColumns, type ResultColumn } from './result-columns';
import { identifier, literal, parquetFiles, pathList } from './sql-text';
import { writtenMetrics, type WrittenFile } from './written-metrics';

const TARGET_SIZE_PROPERTY = 'write.target-file-size-bytes';
const DEFAULT_TARGET_BYTES = 128 * 1024 * 1024;
/** A partition is split into several files from this many times the target on. */
const TOO_LARGE = 1.5;
/** A writer holds a row group for each thread; it looks at a file's size when one is full. */
const ROW_GROUP_BYTES = 64 * 1024 * 1024;
const RESULT = 'lakehouse result';
const PARTITION = 'lakehouse partition';

export interface WriteOptions {
  /** Columns by which rows are ordered within a partition, so that files can be passed over by their bounds. @default none */
  readonly orderBy?: readonly string[];
  /**
   * Keeps the sign of zeros in floating-point columns, for rows that are only copied. SQL calls both zeros equal, and
   * DuckDB may write either for the other unless it leaves out dictionaries, which makes files larger.
   * @default false
   */
  readonly keepNegativeZero?: boolean;
  /** @default the table's write.target-file-size-bytes, or 128 MiB */
  readonly targetBytes?: number;
}

/** A query that is none, or several. */
export class NotOneQuery extends Error {
  constructor(reason: string) {
    super(`The SQL has to be one query, SELECT or WITH … SELECT. ${reason}`);
    this.name = 'NotOneQuery';
  }
}

/**
 * Writes what a query gives as data files of a table: its columns, types and field ids, one partition in each file. They
 * are not in the table yet; on a failure what was stored is left to the clean-up of orphans.
 * @throws NotOneQuery
 * @throws ResultMismatch when columns are missing, unknown or of another kind
 * @throws RequiredColumnEmpty naming column and rows
 */
export async function writeResult(
  duckdb: DuckDb,
  sql: string,
  table: IcebergTable,
  options: WriteOptions = {},
): Promise<DataFile[]> {
  const { schema, partitionSpec, location } = table;
  requireDistinctNames(schema);
  await requireOneQuery(duckdb, sql);
  await duckdb.run(`CREATE OR REPLACE TEMP VIEW ${identifier(RESULT)} AS ${sql}`);
  const directory = duckdb.newDirectory();
  try {
    const described = await duckdb.rows(`DESCRIBE ${identifier(RESULT)}`);
    const given = described.map((row): ResultColumn => ({
      name: row.column_name as string,
      type: row.column_type as string,
    }));
    const columns = resultColumns(schema, given, location);
    const key = new PartitionKey(schema, partitionSpec);
    const copy = new Copy(duckdb, table, directory, options);
    const rows = `SELECT ${columns} FROM ${identifier(RESULT)}`;
    const written = key.isEmpty ? await copy.rows(rows) : await copy.partitions(rows, key);
    const paths = written.map(({ filename }) => filename);
    await requireValues(duckdb, schema, paths, location);
    const offsets = await rowGroupOffsets(duckdb, paths);
    const files: DataFile[] = [];
    for (const file of written) {
      const partition = key.isEmpty ? [] : key.partition(await firstRow(duckdb, file.filename, key));
      const filePath = table.newDataFilePath(partition);
      await table.store.put(filePath, await readFile(file.filename));
      await rm(file.filename);
      const metrics = writtenMetrics(schema, file, offsets.get(file.filename) ?? []);
      files.push({
        ...metrics,
        content: 0,
        filePath,
        fileFormat: 'PARQUET',
        specId: partitionSpec['spec-id'],
        partition,
      });
    }
    return files;
  } finally {
    await duckdb.run(`DROP VIEW IF EXISTS ${identifier(RESULT)}`);
    await rm(directory, { recursive: true, force: true });
  }
}

/** COPY of rows to Parquet files in a directory of this machine. */
class Copy {
  private readonly targetBytes: number;
  private readonly parquet: string;
  private readonly order: readonly string[];
  private directories = 0;

  constructor(
    private readonly duckdb: DuckDb,
    table: IcebergTable,
    private readonly directory: string,
    { orderBy = [], keepNegativeZero = false, targetBytes }: WriteOptions,
  ) {
    const { schema } = table;
    this.targetBytes = targetBytes ?? Number(table.property(TARGET_SIZE_PROPERTY) ?? DEFAULT_TARGET_BYTES);
    this.order = orderBy.map(identifier);
    this.parquet = [
      'FORMAT parquet',
      `COMPRESSION ${parquetCompression(table)}`,
      'RETURN_STATS',
      `FILENAME_PATTERN 'rows_{uuid}'`,
      `ROW_GROUP_SIZE_BYTES ${Math.min(this.targetBytes, ROW_GROUP_BYTES)}`,
      `FIELD_IDS ${fieldIds(schema)}`,
      // As the Java implementation does: readers without field ids look up the names of the time here.
      `KV_METADATA {'iceberg.schema': ${literal(JSON.stringify(schema))}}`,
      ...(keepNegativeZero && hasFloats(schema) ? ['DICTIONARY_SIZE_LIMIT 0'] : []),
    ].join(', ');
  }

  /** Files of about the target's size; none where there are no rows. */
  async rows(sql: string): Promise<WrittenFile[]> {
    const order = this.order.length > 0 ? ` ORDER BY ${this.order.join(', ')}` : '';
    return this.copy(sql + order, `FILE_SIZE_BYTES ${this.targetBytes}`);
  }

  /** In the order of partitions: otherwise DuckDB holds rows of all of them, and writes many files of each. */
  async partitions(sql: string, key: PartitionKey): Promise<WrittenFile[]> {
    const name = identifier(PARTITION);
    const order = [name, ...this.order].join(', ');
    const rows = `SELECT *, ${key.sql} AS ${name} FROM (${sql}) ORDER BY ${order}`;
    const written = await this.copy(rows, `PARTITION_BY (${name})`);
    const files: WrittenFile[] = [];
    for (const file of written) {
      if (Number(file.file_size_bytes) < this.targetBytes * TOO_LARGE) {
        files.push(file);
        continue;
      }
      files.push(...(await this.rows(`SELECT * FROM ${parquetFiles([file.filename])}`)));
      await rm(file.filename);
    }
    return files;
  }

  private async copy(sql: string, how: string): Promise<WrittenFile[]> {
    const directory = join(this.directory, String(this.directories++));
    const answer = await this.duckdb.rows(`COPY (${sql}) TO ${literal(directory)} (${this.parquet}, ${how})`);
    const files: WrittenFile[] = [];
    for (const file of answer as unknown as WrittenFile[]) {
      if (Number(file.count) > 0) files.push(file);
      else await rm(file.filename);
    }
    return files;
  }
}

function hasFloats(schema: IcebergSchema): boolean {
  return [...fieldTypes(schema).values()].some((type) => type === 'float' || type === 'double');
}

async function requireOneQuery(duckdb: DuckDb, sql: string): Promise<void> {
  if (sql.trim() === '') throw new NotOneQuery('It is empty.');
  const { StatementType } = await import('@duckdb/node-api');
  const statements = await duckdb.connection.extractStatements(sql);
  if (statements.count !== 1) throw new NotOneQuery(`It has ${statements.count} statements.`);
  const { statementType } = await statements.prepare(0);
  if (statementType !== StatementType.SELECT)
    throw new NotOneQuery(`It is a statement of type ${StatementType[statementType]}.`);
}

async function firstRow(duckdb: DuckDb, path: string, key: PartitionKey): Promise<Record<string, unknown>> {
  const [row] = await duckdb.rows(`SELECT ${key.texts} FROM ${parquetFiles([path])} LIMIT 1`);
  return row;
}

async function rowGroupOffsets(duckdb: DuckDb, paths: readonly string[]): Promise<Map<string, number[]>> {
  const offsets = new Map<string, number[]>();
  if (paths.length === 0) return offsets;
  const rows = await duckdb.rows(
    `SELECT file_name, min(least(data_page_offset, CASE WHEN dictionary_page_offset > 0 THEN dictionary_page_offset END)) AS first
     FROM parquet_metadata(${pathList(paths)}) GROUP BY file_name, row_group_id ORDER BY ALL`,
  );
  for (const { file_name: path, first } of rows as { file_name: string; first: string }[]) {
    const found = offsets.get(path);
    if (found) found.push(Number(first));
    else offsets.set(path, [Number(first)]);
  }
  return offsets;
}
