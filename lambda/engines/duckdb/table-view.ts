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
  /** Name of a column that numbers the rows: see {@link fileOfRow}. @default none */
  readonly rowIds?: string;
}

/** Rows of a file that a number tells apart; files hold fewer. */
const ROWS_OF_A_FILE = 2 ** 40;

/** Place among the files of the file that a row is of, by its number. */
export function fileOfRow(rowId: string): string {
  return `(${rowId} // ${ROWS_OF_A_FILE})`;
}

export interface AttachedTable {
  readonly name: string;
  readonly files: number;
  /** Bytes of the files. */
  readonly bytes: number;
  /** A view over some of the files, which numbers rows as this one does. It goes with this one. */
  viewOf(name: string, places: readonly number[]): Promise<void>;
  /** Drops the view and what was downloaded for it. */
  detach(): Promise<void>;
}

/** Files of the same columns, and of the same value where a column is only in the table's partitions. */
interface Layout {
  readonly columns: readonly FileColumn[];
  readonly file: DataFile;
  readonly paths: string[];
  /** Of the files among all. */
  readonly places: number[];
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
  const views: string[] = [];
  try {
    const layouts = await layoutsOf(duckdb, schema, files, local.files);
    const create = async (view: string, some: readonly Layout[]): Promise<void> => {
      const selects = some.map((layout) => selectOf(table, schema, layout, options.rowIds));
      const rows = selects.length > 0 ? selects.join('\nUNION ALL\n') : nothing(schema, options.rowIds);
      await duckdb.run(`CREATE OR REPLACE TEMP VIEW ${identifier(view)} AS ${rows}`);
      views.push(view);
    };
    await create(name, layouts);
    return {
      name,
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.fileSizeInBytes, 0),
      viewOf: (view, places) => create(view, someOf(layouts, new Set(places))),
      detach: async () => {
        for (const view of views) await duckdb.run(`DROP VIEW IF EXISTS ${identifier(view)}`);
        await local.remove();
      },
    };
  } catch (error) {
    await local.remove();
    throw error;
  }
}

function someOf(layouts: readonly Layout[], places: ReadonlySet<number>): Layout[] {
  return layouts.flatMap((layout) => {
    const kept = layout.places.flatMap((place, i) => (places.has(place) ? [i] : []));
    if (kept.length === 0) return [];
    return [
      { ...layout, paths: kept.map((i) => layout.paths[i]), places: kept.map((i) => layout.places[i]) },
    ];
  });
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
    if (!found) layouts.set(key, { columns: columns[i], file, paths: [local[i].path], places: [i] });
    else {
      found.paths.push(local[i].path);
      found.places.push(i);
    }
  });
  return [...layouts.values()];
}

function selectOf(
  table: IcebergTable,
  fields: readonly IcebergField[],
  layout: Layout,
  rowIds: string | undefined,
): string {
  try {
    const columns = fields.map((field) => {
      const column = layout.columns.find(({ fieldId }) => fieldId === field.id);
      const value = column
        ? columnSql(field.type, column, identifier(column.name), field.name)
        : absentColumn(table, field, layout.file);
      return `${value} AS ${identifier(field.name)}`;
    });
    if (rowIds !== undefined) columns.push(`${numberedFiles(layout.places)} AS ${identifier(rowIds)}`);
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

/** SQL that numbers the rows of files at such places, in the order DuckDB is given them. */
export function numberedFiles(places: readonly number[]): string {
  return `[${places.join(', ')}][CAST(file_index AS BIGINT) + 1]::BIGINT * ${ROWS_OF_A_FILE} + file_row_number`;
}

function nothing(fields: readonly IcebergField[], rowIds: string | undefined): string {
  const columns = fields.map(({ name, type }) => `${nullOf(type, name)} AS ${identifier(name)}`);
  if (rowIds !== undefined) columns.push(`CAST(NULL AS BIGINT) AS ${identifier(rowIds)}`);
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
