import { ROW_ID } from './increment-views';
import type { DuckDb } from './duckdb';
import { identifier } from './sql-text';
import { fileOfRow } from './table-view';

/** Bytes of key and age of a row while rows of a bucket are compared, roughly. */
const BYTES_OF_A_ROW = 400;
/** Share of the memory that a bucket may take. */
const SHARE = 0.4;

export interface KeyColumn {
  readonly name: string;
  /** DuckDB's: the tables' own may be narrower. */
  readonly type: string;
}

export interface MergeSources {
  /** Unique among the merges of an increment. */
  readonly name: string;
  readonly key: readonly KeyColumn[];
  /** SQL of a row's age: see `rowAge`. */
  readonly age: string;
  /** View of the rows that arrive. */
  readonly incoming: string;
  /** SQL that is true for a row that arrives and is of this merge. @default all */
  readonly where?: string;
  /** SQL that is true for a row that arrives to delete. */
  readonly deletes: string;
  /** View of the rows that are there: one for each key. */
  readonly existing: string;
  /** View of rows that tell which keys were deleted, and when. @default none */
  readonly graves?: string;
  /** Rows that arrive and rows that are there, roughly. */
  readonly rows: number;
  /** Rows that are compared at a time, roughly. @default as many as fit into a part of the memory */
  readonly rowsAtOnce?: number;
}

/** What a merge came to; rows are told by their numbers, in tables of one column. */
export interface MergeOutcome {
  /** Table of rows that arrived and are to be there. */
  readonly winners: string;
  /** Table of rows that were there and go. */
  readonly lost: string;
  /** Places of the files that lose rows. */
  readonly losing: readonly number[];
  readonly upserted: number;
  readonly deleted: number;
  readonly superseded: number;
  readonly late: number;
}

/**
 * Compares rows by key: of those that arrive the latest counts, and it counts where nothing later is there or was deleted.
 * Only keys and ages are looked at, of one bucket of keys at a time, so that memory is that of a bucket.
 */
export async function mergeByKey(duckdb: DuckDb, sources: MergeSources): Promise<MergeOutcome> {
  const id = identifier(ROW_ID);
  const [winners, lost, latest, stays] = ['winners', 'lost', 'latest', 'stays'].map((what) =>
    identifier(`lakehouse ${what} of ${sources.name}`),
  );
  for (const table of [winners, lost])
    await duckdb.run(`CREATE OR REPLACE TEMP TABLE ${table} (${id} BIGINT)`);
  const counts = { upserted: 0, deleted: 0, superseded: 0, late: 0 };
  const { rowsAtOnce = (duckdb.memoryBytes * SHARE) / BYTES_OF_A_ROW } = sources;
  const buckets = Math.ceil(sources.rows / rowsAtOnce);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const inBucket = bucketFilter(sources.key, bucket, buckets);
    await duckdb.run(`CREATE OR REPLACE TEMP TABLE ${latest} AS ${latestRows(sources, inBucket)}`);
    const compared = comparison(sources, inBucket, latest);
    await duckdb.run(`INSERT INTO ${lost} SELECT existing FROM (${compared}) WHERE later`);
    await duckdb.run(
      `CREATE OR REPLACE TEMP TABLE ${stays} AS SELECT DISTINCT arriving FROM (${compared}) WHERE NOT later`,
    );
    await duckdb.run(
      `INSERT INTO ${winners} SELECT ${id} FROM ${latest} ANTI JOIN ${stays} ON arriving = ${id} WHERE NOT deletes`,
    );
    const [row] = await duckdb.rows(
      `SELECT count(*) FILTER (WHERE is_late) AS late, count(*) FILTER (WHERE NOT is_late AND deletes) AS deleted,
         count(*) FILTER (WHERE NOT is_late AND NOT deletes) AS upserted, coalesce(sum(arrived - 1), 0) AS superseded
       FROM (SELECT *, buried OR ${id} IN (SELECT arriving FROM ${stays}) AS is_late FROM ${latest})`,
    );
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += Number(row[name]);
  }
  for (const table of [latest, stays]) await duckdb.run(`DROP TABLE IF EXISTS ${table}`);
  const losing = await duckdb.rows(
    `SELECT DISTINCT CAST(${fileOfRow(id)} AS INTEGER) AS place FROM ${lost} ORDER BY place`,
  );
  return { winners, lost, losing: losing.map(({ place }) => Number(place)), ...counts };
}

function bucketFilter(key: readonly KeyColumn[], bucket: number, buckets: number): string {
  const columns = key.map(({ name, type }) => `CAST(${identifier(name)} AS ${type})`);
  return buckets === 1 ? 'true' : `hash(${columns.join(', ')}) % ${buckets} = ${bucket}`;
}

/** The latest row of each key of a bucket that arrives; where a later one was deleted, that deletion takes its place. */
function latestRows(
  { key, age, incoming, where = 'true', deletes, graves }: MergeSources,
  inBucket: string,
): string {
  const id = identifier(ROW_ID);
  const keys = key.map(({ name }) => identifier(name)).join(', ');
  // Rows that are equal in age are one record, or made of one: the one read last stays.
  const aged = `
    SELECT ${keys}, ${id}, ${deletes} AS deletes, ${age} AS age FROM ${identifier(incoming)}
    WHERE ${where} AND ${inBucket}`;
  const arriving = `
    SELECT *, row_number() OVER (PARTITION BY ${keys} ORDER BY age DESC, ${id} DESC) AS place,
      count(*) OVER (PARTITION BY ${keys}) AS arrived
    FROM (${aged})`;
  const first = `SELECT * EXCLUDE (place) FROM (${arriving}) WHERE place = 1`;
  if (graves === undefined) return `SELECT *, false AS buried FROM (${first})`;
  return `
    SELECT a.* EXCLUDE (deletes, age), coalesce(a.age <= g.age, false) AS buried,
      a.deletes OR coalesce(a.age <= g.age, false) AS deletes, greatest(a.age, coalesce(g.age, a.age)) AS age
    FROM (${first}) a LEFT JOIN
      (SELECT ${keys}, max(${age}) AS age FROM ${identifier(graves)} WHERE ${inBucket} GROUP BY ${keys}) g
      USING (${keys})`;
}

/** Rows that are there beside those of their key that arrive. */
function comparison({ key, age, existing }: MergeSources, inBucket: string, latest: string): string {
  const id = identifier(ROW_ID);
  const keys = key.map(({ name }) => identifier(name)).join(', ');
  return `
    SELECT e.${id} AS existing, l.${id} AS arriving, l.age > e.age AS later
    FROM (SELECT ${keys}, ${id}, ${age} AS age FROM ${identifier(existing)} WHERE ${inBucket}) e
      JOIN ${latest} l USING (${keys})`;
}
