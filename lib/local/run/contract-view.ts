import type { DuckDBConnection } from '@duckdb/node-api';
import type { IcebergSchema, IcebergType } from '../../contract/iceberg-types';
import { identifier, parquetFiles } from '../duckdb';
import type { TableContents } from './table-contents';

export type TableFiles = Pick<TableContents, 'zone' | 'table' | 'files'>;

/**
 * Makes a table known to DuckDB with every column of a schema: also those no data file has yet, and also
 * while it has no data file. Rules hold for an empty table, too.
 */
export async function attachContractView(
  connection: DuckDBConnection,
  { zone, table, files }: TableFiles,
  schema: IcebergSchema,
): Promise<void> {
  const present = files.length > 0 ? await columnsOf(connection, files) : [];
  const absent = schema.fields
    .filter(({ name }) => !present.includes(name.toLowerCase()))
    .map(({ name, type }) => `CAST(NULL AS ${duckDbType(type)}) AS ${identifier(name)}`);
  const source =
    files.length > 0
      ? `SELECT ${['*', ...absent].join(', ')} FROM ${parquetFiles(files)}`
      : `SELECT ${absent.join(', ')} WHERE false`;
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(zone)}`);
  await connection.run(`CREATE OR REPLACE VIEW ${identifier(zone)}.${identifier(table)} AS ${source}`);
}

async function columnsOf(connection: DuckDBConnection, files: readonly string[]): Promise<string[]> {
  const result = await connection.runAndReadAll(`SELECT * FROM ${parquetFiles(files)} LIMIT 0`);
  return result.columnNames().map((name) => name.toLowerCase());
}

const TYPES: Record<string, string> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  string: 'VARCHAR',
  uuid: 'UUID',
  binary: 'BLOB',
};

function duckDbType(type: IcebergType): string {
  if (typeof type === 'string') return TYPES[type] ?? (type.startsWith('fixed') ? 'BLOB' : type);
  switch (type.type) {
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${identifier(field.name)} ${duckDbType(field.type)}`).join(', ')})`;
    case 'list':
      return `${duckDbType(type.element)}[]`;
    case 'map':
      return `MAP(${duckDbType(type.key)}, ${duckDbType(type.value)})`;
  }
}
