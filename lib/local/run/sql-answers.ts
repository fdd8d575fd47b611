import type { DuckDBConnection } from '@duckdb/node-api';
import { identifier, parquetFiles } from '../duckdb';

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
      rows: rowsOf(result.getRows()),
    };
  } catch (error) {
    if (/Catalog Error/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Values as text; nothing where there is none. */
export function rowsOf(rows: readonly unknown[][]): string[][] {
  return rows.map((row) => row.map((value) => (value === null ? '' : String(value))));
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
  /** Records that did not come as far as bronze. */
  readonly byReason: Record<string, number>;
  /** Rows of bronze that silver refused. */
  readonly ofSilverByReason: Record<string, number>;
  /** A few records of each reason. */
  readonly samples: QuarantineSample[];
}

/** What the given files of a quarantine table hold: those a run added, or all. */
export async function quarantineDigest(
  connection: DuckDBConnection,
  files: readonly string[],
): Promise<QuarantineDigest> {
  if (files.length === 0) return { byReason: {}, ofSilverByReason: {}, samples: [] };
  const rows = parquetFiles(files);
  const counted = await connection.runAndReadAll(
    `SELECT reason_code, payload_encoding = 'row', count(*) FROM ${rows} GROUP BY 1, 2 ORDER BY 3 DESC, 1`,
  );
  const reasons = (ofSilver: boolean): Record<string, number> =>
    Object.fromEntries(
      counted
        .getRows()
        .filter(([, isRow]) => isRow === ofSilver)
        .map(([code, , count]) => [String(code), Number(count)]),
    );
  const sampled = await connection.runAndReadAll(
    `SELECT reason_code, reason, payload FROM ${rows}
     QUALIFY row_number() OVER (PARTITION BY reason_code, reason_path ORDER BY _lane, length(_position), _position) <= 2
     ORDER BY reason_code, reason_path, reason LIMIT 40`,
  );
  return {
    byReason: reasons(false),
    ofSilverByReason: reasons(true),
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
