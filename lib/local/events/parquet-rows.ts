import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { INSTALL_DUCKDB, identifier, literal, openDuckDb, parquetFiles } from '../duckdb';
import type { FileRecord } from '../../../lambda/formats/records/file-record';
import { UnusableInput } from '../../../lambda/formats/records/unusable-input';

/**
 * The rows of a Parquet file as JSON objects, to the last digit: integers and decimals as they are, timestamps as
 * ISO 8601 with all their decimals (`Z` where the column is in UTC), binary as base64.
 */
export class ParquetRows {
  static async open(file: string): Promise<ParquetRows> {
    const connection = await openDuckDb(1);
    if (!connection) {
      throw new UnusableInput(file, `reading Parquet needs DuckDB. Install it: ${INSTALL_DUCKDB}`);
    }
    try {
      const prepared = await connection.runAndReadAll(`SELECT * FROM ${parquetFiles([file])} LIMIT 0`);
      const names = prepared.columnNames();
      const { DuckDBTypeId } = await import('@duckdb/node-api');
      const members = prepared.columnTypes().map((type, index) => ({
        key: names[index],
        value: jsonExpression(identifier(names[index]), type, DuckDBTypeId),
      }));
      const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${parquetFiles([file])}`);
      return new ParquetRows(file, connection, Number(counted.getRows()[0][0]), jsonObject(members));
    } catch (error) {
      connection.closeSync();
      throw new UnusableInput(file, `not a Parquet file that DuckDB can read: ${firstLine(error)}`);
    }
  }

  private constructor(
    private readonly file: string,
    private readonly connection: DuckDBConnection,
    readonly rows: number,
    private readonly expression: string,
  ) {}

  /** In the order of the file. The position is the row's number, from 1. */
  async *read(): AsyncGenerator<FileRecord[]> {
    const result = await this.connection.stream(
      `SELECT ${this.expression} FROM ${parquetFiles([this.file])}`,
    );
    let row = 0;
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      yield chunk.getColumnValues(0).map((text) => ({ bytes: Buffer.from(String(text)), position: ++row }));
    }
  }

  close(): void {
    this.connection.closeSync();
  }
}

type TypeIds = typeof import('@duckdb/node-api').DuckDBTypeId;

/** SQL that gives a value's JSON text; the text `null` for null. */
function jsonExpression(sql: string, type: DuckDBType, ids: TypeIds, depth = 0): string {
  const orNull = (expression: string): string => `coalesce(${expression}, 'null')`;
  const quoted = (expression: string): string => orNull(`'"' || ${expression} || '"'`);
  const text = orNull(`CAST(to_json(CAST(${sql} AS VARCHAR)) AS VARCHAR)`);
  switch (type.typeId) {
    case ids.BOOLEAN:
    case ids.TINYINT:
    case ids.SMALLINT:
    case ids.INTEGER:
    case ids.BIGINT:
    case ids.UTINYINT:
    case ids.USMALLINT:
    case ids.UINTEGER:
    case ids.UBIGINT:
    case ids.HUGEINT:
    case ids.UHUGEINT:
    case ids.DECIMAL:
      return orNull(`CAST(${sql} AS VARCHAR)`);
    case ids.FLOAT:
    case ids.DOUBLE:
      // JSON has no NaN or infinity: as text they reach the quarantine instead of vanishing.
      return `CASE WHEN isfinite(${sql}) THEN CAST(${sql} AS VARCHAR) ELSE ${text} END`;
    case ids.TIMESTAMP_TZ:
      return quoted(`replace(replace(CAST(${sql} AS VARCHAR), ' ', 'T'), '+00', 'Z')`);
    case ids.TIMESTAMP:
    case ids.TIMESTAMP_S:
    case ids.TIMESTAMP_MS:
    case ids.TIMESTAMP_NS:
      return quoted(`replace(CAST(${sql} AS VARCHAR), ' ', 'T')`);
    case ids.BLOB:
      return quoted(`base64(${sql})`);
    case ids.STRUCT: {
      const { entryNames, entryTypes } = type as Extract<DuckDBType, { entryNames: readonly string[] }>;
      const members = entryNames.map((key, index) => ({
        key,
        value: jsonExpression(`(${sql}).${identifier(key)}`, entryTypes[index], ids, depth),
      }));
      return `CASE WHEN ${sql} IS NULL THEN 'null' ELSE ${jsonObject(members)} END`;
    }
    case ids.LIST:
    case ids.ARRAY: {
      const element = `x${depth}`;
      const { valueType } = type as Extract<DuckDBType, { valueType: DuckDBType }>;
      const inner = jsonExpression(element, valueType, ids, depth + 1);
      return orNull(
        `'[' || array_to_string(list_transform(${sql}, lambda ${element}: ${inner}), ',') || ']'`,
      );
    }
    case ids.MAP: {
      const entry = `x${depth}`;
      const { valueType } = type as Extract<DuckDBType, { valueType: DuckDBType; keyType: DuckDBType }>;
      const key = `CAST(to_json(CAST(${entry}.key AS VARCHAR)) AS VARCHAR)`;
      const inner = `${key} || ':' || ${jsonExpression(`${entry}.value`, valueType, ids, depth + 1)}`;
      return orNull(
        `'{' || array_to_string(list_transform(map_entries(${sql}), lambda ${entry}: ${inner}), ',') || '}'`,
      );
    }
    default:
      return text;
  }
}

function jsonObject(members: { key: string; value: string }[]): string {
  if (members.length === 0) return "'{}'";
  const parts = members.map(
    ({ key, value }, index) => `${literal(`${index > 0 ? ',' : '{'}${JSON.stringify(key)}:`)} || ${value}`,
  );
  return `${parts.join(' || ')} || '}'`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
