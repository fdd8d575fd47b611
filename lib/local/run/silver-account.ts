import type { SchemaObject } from '../../contract';
import { refinementOf } from '../../contract/refinement';
import { identifier } from '../duckdb';
import type { LakeSql } from './lake-sql';
import { TableRole } from './product-tables';
import type { TableContents } from './table-contents';

/** Where the rows of bronze are, counted in the tables as they are now: `bronze` is the sum of the others. */
export interface SilverAccount {
  readonly bronze: number;
  readonly silver: number;
  /** Rows of bronze another row of their key stands for: later versions, and copies. */
  readonly superseded: number;
  /** Keys that were deleted and did not come back; one row of each is counted here. */
  readonly deleted: number;
  /** Rows that silver refused: whole, and with the reason, in quarantine. */
  readonly rejected: number;
  /** What the sum leaves over: 0, unless a transform makes more or fewer rows, or silver is behind. */
  readonly difference: number;
}

/** Counts by SQL; undefined where there is no silver table, or one of the tables cannot be read. */
export async function silverAccount(
  sql: LakeSql,
  schema: SchemaObject,
  tables: readonly TableContents[],
): Promise<SilverAccount | undefined> {
  const name = (role: TableRole): string | undefined => {
    const found = tables.find((table) => table.role === role);
    return found && `${identifier(found.zone)}.${identifier(found.table)}`;
  };
  const [bronze, silver] = [name(TableRole.BRONZE), name(TableRole.SILVER)];
  if (bronze === undefined || silver === undefined) return undefined;
  const quarantine = name(TableRole.QUARANTINE);
  const tombstones = name(TableRole.TOMBSTONES);
  const { key } = refinementOf(schema);
  const row = (alias: string): string =>
    `ROW(${key.map((column) => `${alias}.${identifier(column)}`).join(', ')})`;
  const isRejected =
    quarantine === undefined
      ? 'false'
      : `EXISTS (SELECT 1 FROM ${quarantine} q WHERE q.payload_encoding = 'row' AND q._lane = b._lane AND q._position = b._position)`;
  // By the keys of silver, which may be masked: not by those of bronze.
  const gone =
    tombstones === undefined || key.length === 0
      ? '0'
      : `(SELECT count(*) FROM (SELECT DISTINCT ${row('t')} AS row FROM ${tombstones} t)
          WHERE row NOT IN (SELECT ${row('s')} FROM ${silver} s))`;
  // Without a key nothing stands for anything else: rows a transform made of one record share lane and position.
  const entries =
    key.length > 0
      ? 'SELECT DISTINCT row FROM judged WHERE NOT rejected'
      : 'SELECT row FROM judged WHERE NOT rejected';
  const query = `WITH judged AS (SELECT ${key.length > 0 ? row('b') : 'NULL'} AS row, ${isRejected} AS rejected FROM ${bronze} b),
  keys AS (${entries})
SELECT (SELECT count(*) FROM judged), (SELECT count(*) FROM ${silver}), (SELECT count(*) FROM judged WHERE rejected),
  (SELECT count(*) FROM keys), ${gone}`;
  try {
    const [[all, kept, rejected, keys, deleted]] = (await sql.query(query)).rows.map((one) =>
      one.map(Number),
    );
    return {
      bronze: all,
      silver: kept,
      superseded: all - rejected - keys,
      deleted,
      rejected,
      difference: keys - deleted - kept,
    };
  } catch {
    return undefined;
  }
}
