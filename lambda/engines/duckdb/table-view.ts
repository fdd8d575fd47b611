import type { IcebergField, IcebergSchema, IcebergType } from '../../../lib/contract/iceberg-types';
import { CorruptFile } from '../../tables/corrupt-file';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { partitionKey } from '../../tables/partition-pruning';
import type { Snapshot } from '../../tables/snapshot';
import { partitionSpec } from '../../tables/table-metadata';
import { requireDistinctNames, sqlType } from './column-types';
import { columnSql } from './column-sql';
import type { DuckDb } from './duckdb';
import { fileColumns, type FileColumn } from './file-layout';
import { LocalFiles, type LocalFile } from './local-files';
import { partitionLiteral } from './partition-literal';
import { identifier, parquetFiles } from './sql-text';

export interface AttachOptions {
  /** @default all data files of the snapshot */
  readonly files?: readonly DataFile[];
  /** Snapshot to see, in the columns of its time. @default the current one */
  readonly snapshot?: Snapshot;
  /** Names of the columns to see, in this order. @default all */
  readonly columns?: readonly string[];
}

export interface AttachedTable {
  readonly name: string;
  readonly files: number;
  /** Bytes of the files. */
  readonly bytes: number;
  /** Drops the view and what was downloaded for it. */
  detach(): Promise<void>;
}

/** Files of the same columns, and of the same value where a column is only in the table's partitions. */
interface Layout {
  readonly columns: readonly FileColumn[];
  readonly file: DataFile;
  readonly paths: string[];
}

/**
 * A view over an Iceberg table. Columns are matched by field id, whatever they were called when a file was written; narrower
 * types are widened, columns that a file has none of are null. Files of stores other than this machine are downloaded.
 * @throws DeleteFilesPresent when another engine deleted rows by delete files
 * @throws CorruptFile naming a file that is missing, broken or of other types than the table
 */
export async function attachTable(
  duckdb: DuckDb,
  name: string,
  table: IcebergTable,
  options: AttachOptions = {},
): Promise<AttachedTable> {
  const { snapshot, columns } = options;
  const schema = chosen(snapshot ? table.schemaOf(snapshot) : table.schema, columns, table.location);
  const files = options.files ?? (await table.dataFiles(snapshot));
  refuseOtherFormats(files);
  const local = await LocalFiles.of(duckdb, table.store, files);
  try {
    const selects = (await layoutsOf(duckdb, schema, files, local.files)).map((layout) =>
      selectOf(table, schema, layout),
    );
    const rows = selects.length > 0 ? selects.join('\nUNION ALL\n') : nothing(schema);
    await duckdb.run(`CREATE OR REPLACE TEMP VIEW ${identifier(name)} AS ${rows}`);
  } catch (error) {
    await local.remove();
    throw error;
  }
  return {
    name,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.fileSizeInBytes, 0),
    detach: async () => {
      await duckdb.run(`DROP VIEW IF EXISTS ${identifier(name)}`);
      await local.remove();
    },
  };
}

function chosen(
  schema: IcebergSchema,
  columns: readonly string[] | undefined,
  location: string,
): readonly IcebergField[] {
  requireDistinctNames(schema);
  if (!columns) return schema.fields;
  return columns.map((name) => {
    const field = schema.fields.find((one) => one.name === name);
    if (field) return field;
    const names = schema.fields.map((one) => one.name).join(', ');
    throw new Error(`${location} has no column "${name}". It has: ${names}.`);
  });
}

async function layoutsOf(
  duckdb: DuckDb,
  fields: readonly IcebergField[],
  files: readonly DataFile[],
  local: readonly LocalFile[],
): Promise<Layout[]> {
  const columns = await fileColumns(duckdb, local);
  const layouts = new Map<string, Layout>();
  files.forEach((file, i) => {
    const ids = new Set(columns[i].map((column) => column.fieldId));
    const complete = fields.every(({ id }) => ids.has(id));
    const key = JSON.stringify([columns[i], complete ? '' : partitionKey(file)]);
    const found = layouts.get(key);
    if (found) found.paths.push(local[i].path);
    else layouts.set(key, { columns: columns[i], file, paths: [local[i].path] });
  });
  return [...layouts.values()];
}

function selectOf(table: IcebergTable, fields: readonly IcebergField[], layout: Layout): string {
  try {
    const columns = fields.map((field) => {
      const column = layout.columns.find(({ fieldId }) => fieldId === field.id);
      const value = column
        ? columnSql(field.type, column, identifier(column.name), field.name)
        : absentColumn(table, field, layout.file);
      return `${value} AS ${identifier(field.name)}`;
    });
    return `SELECT ${columns.join(', ')} FROM ${parquetFiles(layout.paths)}`;
  } catch (error) {
    throw new CorruptFile(layout.file.filePath, error);
  }
}

/** A file that was not written by Iceberg may leave out what its partition tells. */
function absentColumn(
  table: IcebergTable,
  { id, name, type, required }: IcebergField,
  file: DataFile,
): string {
  const spec = partitionSpec(table.metadata, file.specId);
  const place = spec.fields.findIndex((one) => one['source-id'] === id && one.transform === 'identity');
  if (place >= 0 && typeof type === 'string') return partitionLiteral(type, file.partition[place]);
  if (required) throw new Error(`it has no column of field id ${id} (${name}), which is required.`);
  return nullOf(type, name);
}

const nullOf = (type: IcebergType, path: string) => `CAST(NULL AS ${sqlType(type, path)})`;

function nothing(fields: readonly IcebergField[]): string {
  const columns = fields.map(({ name, type }) => `${nullOf(type, name)} AS ${identifier(name)}`);
  return `SELECT ${columns.join(', ')} WHERE false`;
}

function refuseOtherFormats(files: readonly DataFile[]): void {
  for (const { filePath, fileFormat } of files) {
    if (fileFormat.toUpperCase() !== 'PARQUET')
      throw new Error(
        `${filePath} is ${fileFormat}. Only Parquet files are read: rewrite it with the engine that wrote it.`,
      );
  }
}
