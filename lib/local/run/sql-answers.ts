import type { DuckDBConnection } from '@duckdb/node-api';
import { identifier, parquetFiles } from '../duckdb';
import type { TableContents } from './table-contents';

export interface SqlAnswer {
  readonly question: string;
  readonly sql: string;
  readonly columns: string[];
  readonly rows: string[][];
}

export interface SqlQuestion {
  readonly question: string;
  /** Names the tables as `<zone>.<table>`. */
  readonly sql: string;
}

/**
 * Makes the tables known to DuckDB under the names of their zones. Each is a view of the data files of the current
 * snapshot: DuckDB's own Iceberg reader would have to be downloaded.
 */
export async function attachTables(
  connection: DuckDBConnection,
  tables: readonly TableContents[],
): Promise<void> {
  for (const { zone, table, files } of tables) {
    if (files.length === 0) continue;
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(zone)}`);
    await connection.run(
      `CREATE OR REPLACE VIEW ${identifier(zone)}.${identifier(table)} AS SELECT * FROM ${parquetFiles(files)}`,
    );
  }
}

/** Asks a question; undefined when a table it names has no data yet. */
export async function ask(
  connection: DuckDBConnection,
  { question, sql }: SqlQuestion,
): Promise<SqlAnswer | undefined> {
  try {
    const result = await connection.runAndReadAll(sql);
    return {
      question,
      sql,
      columns: result.columnNames(),
      rows: result.getRows().map((row) => row.map((value) => (value === null ? '' : String(value)))),
    };
  } catch (error) {
    if (/Catalog Error/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Questions that can be put to any product. */
export function generalQuestions(table: string): SqlQuestion[] {
  const name = identifier(table);
  return [
    {
      question: `How many rows has bronze.${table}, and when did they arrive?`,
      sql:
        `SELECT count(*) AS "rows", count(DISTINCT _lane) AS lanes, ` +
        `strftime(min(_arrived_at), '%Y-%m-%d %H:%M:%S') AS first_arrival, ` +
        `strftime(max(_arrived_at), '%Y-%m-%d %H:%M:%S') AS last_arrival FROM bronze.${name}`,
    },
  ];
}

export interface QuarantineSample {
  readonly code: string;
  readonly reason: string;
  readonly payload: string;
}

export interface QuarantineDigest {
  readonly byReason: Record<string, number>;
  /** A few records of each reason. */
  readonly samples: QuarantineSample[];
}

/** What the given files of a quarantine table hold: those a run added, or all. */
export async function quarantineDigest(
  connection: DuckDBConnection,
  files: readonly string[],
): Promise<QuarantineDigest> {
  if (files.length === 0) return { byReason: {}, samples: [] };
  const rows = parquetFiles(files);
  const counted = await connection.runAndReadAll(
    `SELECT reason_code, count(*) FROM ${rows} GROUP BY 1 ORDER BY 2 DESC, 1`,
  );
  const sampled = await connection.runAndReadAll(
    `SELECT reason_code, reason, payload FROM ${rows}
     QUALIFY row_number() OVER (PARTITION BY reason_code, reason_path ORDER BY _lane, length(_position), _position) <= 2
     ORDER BY reason_code, reason_path, reason LIMIT 40`,
  );
  return {
    byReason: Object.fromEntries(counted.getRows().map(([code, count]) => [String(code), Number(count)])),
    samples: sampled.getRows().map(([code, reason, payload]) => ({
      code: String(code),
      reason: String(reason),
      payload: excerpt(payload),
    })),
  };
}

const EXCERPT_BYTES = 400;

/** The start of a payload as text; bytes that are none show as replacement characters. */
function excerpt(payload: unknown): string {
  const { bytes } = payload as { readonly bytes: Uint8Array };
  const text = Buffer.from(bytes.subarray(0, EXCERPT_BYTES)).toString('utf8');
  return bytes.length > EXCERPT_BYTES ? `${text}…` : text;
}
