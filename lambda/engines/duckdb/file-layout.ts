import { CorruptFile } from '../../tables/corrupt-file';
import type { DuckDb } from './duckdb';
import type { LocalFile } from './local-files';
import { pathList } from './sql-text';

/** A column of a Parquet file. */
export interface FileColumn {
  readonly name: string;
  readonly fieldId?: number;
  /** DuckDB's type of a column that holds values; undefined for groups. */
  readonly type?: string;
  /** Of the file format: what tells timestamps of another unit apart. */
  readonly logicalType?: string;
  /** Of a list: the one element, the wrapper around it left out. */
  readonly isList: boolean;
  readonly children: readonly FileColumn[];
}

interface SchemaRow {
  readonly file_name: string;
  readonly name: string;
  readonly type: string | null;
  readonly num_children: string | null;
  readonly repetition_type: string | null;
  readonly converted_type: string | null;
  readonly logical_type: string | null;
  readonly field_id: string | null;
  readonly duckdb_type: string | null;
}

/** Files in one question: an answer is some rows for each of their columns. */
const FILES_AT_ONCE = 500;

/** Columns of each file, in the order of the files, from their footers. */
export async function fileColumns(duckdb: DuckDb, files: readonly LocalFile[]): Promise<FileColumn[][]> {
  const columns: FileColumn[][] = [];
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const batch = files.slice(start, start + FILES_AT_ONCE);
    const rows = new Map<string, SchemaRow[]>();
    for (const row of await schemaRows(duckdb, batch)) {
      const found = rows.get(row.file_name);
      if (found) found.push(row);
      else rows.set(row.file_name, [row]);
    }
    for (const { path, uri } of batch) columns.push(topColumns(uri, rows.get(path)));
  }
  return columns;
}

async function schemaRows(duckdb: DuckDb, files: readonly LocalFile[]): Promise<SchemaRow[]> {
  const ask = (some: readonly LocalFile[]) => {
    const paths = pathList(some.map(({ path }) => path));
    return duckdb.rows(`SELECT * FROM parquet_schema(${paths}) ORDER BY file_name, column_id`);
  };
  try {
    return (await ask(files)) as unknown as SchemaRow[];
  } catch (error) {
    // DuckDB does not always say which file it is that it cannot read.
    for (const file of files) {
      await ask([file]).catch((cause: unknown) => {
        throw new CorruptFile(file.uri, cause);
      });
    }
    throw error;
  }
}

function topColumns(uri: string, rows: readonly SchemaRow[] | undefined): FileColumn[] {
  if (!rows) throw new CorruptFile(uri, new Error('it has no columns.'));
  let next = 0;
  const read = (): FileColumn => {
    const row = rows[next++];
    const children = Array.from({ length: Number(row.num_children ?? 0) }, read);
    const isList = row.converted_type === 'LIST' || row.logical_type === 'ListType()';
    return {
      name: row.name,
      ...(row.field_id !== null && { fieldId: Number(row.field_id) }),
      ...(row.type !== null && row.duckdb_type !== null && { type: row.duckdb_type }),
      ...(row.logical_type !== null && { logicalType: row.logical_type }),
      isList,
      children: isList ? [elementOf(children[0])] : children,
    };
  };
  const columns = [...read().children];
  if (columns.length > 0 && columns.every((column) => column.fieldId === undefined))
    throw new CorruptFile(
      uri,
      new Error('its columns have no field ids, so that they cannot be told apart.'),
    );
  return columns;
}

/** Lists of three levels have a repeated group around their element, those of two have not. */
function elementOf(repeated: FileColumn): FileColumn {
  return repeated.children.length === 1 && repeated.type === undefined ? repeated.children[0] : repeated;
}
