import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IcebergField, IcebergSchema } from '../../../lib/contract/iceberg-types';
import type { Refinement } from '../../../lib/contract/refinement';
import type { Increment, IncrementWork, RejectedRow } from '../../pipeline/refine/increment';
import { RowJudge } from '../../pipeline/refine/judge-rows';
import { deletesRow } from '../../pipeline/refine/table-columns';
import { readRows, type TableRow } from '../../rows/read-rows';
import { RowFile } from '../../rows/row-file';
import { rowsOfFile } from '../../rows/rows-of-file';
import { highestFieldId } from '../../tables/schema';
import { columnsByName } from './columns-by-name';
import { fieldIds } from './column-types';
import type { DuckDb } from './duckdb';
import { maskedColumns, registerMasks } from './mask-columns';
import { DELETES, ROW_ID, VIEWS } from './increment-views';
import { emptyIn } from './required-columns';
import { identifier, literal, parquetFiles } from './sql-text';
import { attachTable, numberedFiles } from './table-view';

/** Rows of a file while rows go through the user's code or a gate. */
const ROWS_OF_A_FILE = 100_000;

/** What of an increment goes on, as the view `VIEWS.admitted`. */
export interface Intake {
  readonly rows: number;
  readonly admitted: number;
  readonly rejected: readonly RejectedRow[];
  /** Rejected now, or held. */
  readonly rejectedOrHeld: number;
  readonly bytesRead: number;
  close(): Promise<void>;
}

/** In SQL where nothing but the contract decides; row by row, by way of files, where code does. */
export function takeIn(duckdb: DuckDb, increment: Increment, work: IncrementWork): Promise<Intake> {
  const { steps, held, refinement, tables } = work;
  const deletes = deletesSql(refinement, tables.bronze.schema);
  if (steps.transform || steps.gate || held.size > 0 || deletes === undefined)
    return takeInRows(duckdb, increment, work);
  return takeInFiles(duckdb, increment, work, deletes);
}

async function takeInFiles(
  duckdb: DuckDb,
  increment: Increment,
  work: IncrementWork,
  deletes: string,
): Promise<Intake> {
  const { bronze, silver, tombstones } = work.tables;
  const attached = await attachTable(duckdb, VIEWS.bronze, bronze, {
    files: increment.bronze,
    rowIds: ROW_ID,
  });
  try {
    const also = (tombstones?.schema.fields ?? []).filter(
      ({ name }) => !silver.schema.fields.some((field) => field.name === name),
    );
    const columns = columnsByName(bronze.schema.fields, [...silver.schema.fields, ...also]);
    const extra = `${identifier(ROW_ID)}, ${deletes} AS ${identifier(DELETES)}`;
    await view(duckdb, VIEWS.judged, `SELECT ${columns}, ${extra} FROM ${identifier(VIEWS.bronze)}`);
    const reject = rejection(work);
    const [counted] = await duckdb.rows(
      `SELECT count(*) AS rows, count(*) FILTER (WHERE ${reject}) AS rejected FROM ${identifier(VIEWS.judged)}`,
    );
    const [rows, count] = [Number(counted.rows), Number(counted.rejected)];
    const where = count > 0 ? ` WHERE NOT (${reject})` : '';
    let passed = '*';
    if (work.steps.masks) {
      await registerMasks(duckdb.connection, work.steps.masks);
      const masked = maskedColumns(work.steps.masks, [...silver.schema.fields, ...also]);
      passed = `${masked}, ${[ROW_ID, DELETES].map(identifier).join(', ')}`;
    }
    await view(duckdb, VIEWS.admitted, `SELECT ${passed} FROM ${identifier(VIEWS.judged)}${where}`);
    const rejected = count > 0 ? await judged(duckdb, work, reject) : [];
    return {
      rows,
      admitted: rows - count,
      rejected,
      rejectedOrHeld: count,
      bytesRead: attached.bytes,
      close: () => attached.detach(),
    };
  } catch (error) {
    await attached.detach();
    throw error;
  }
}

/** SQL that is true for a row that silver, or the tombstones, cannot take: what `RowJudge` rejects. */
function rejection({ tables, refinement }: IncrementWork): string {
  const missing = (fields: readonly IcebergField[]): string => {
    const checks = fields.flatMap((field) => emptyIn(field, identifier(field.name), field.name));
    return checks.length > 0 ? checks.map(({ empty }) => empty).join(' OR ') : 'false';
  };
  const { silver, tombstones } = tables;
  const nullKey = refinement.key.map((name) => `${identifier(name)} IS NULL OR `).join('');
  const ofDeletion = tombstones ? missing(tombstones.schema.fields) : 'false';
  return `${nullKey}CASE WHEN ${identifier(DELETES)} THEN ${ofDeletion} ELSE ${missing(silver.schema.fields)} END`;
}

/** Rejected rows whole, with the reason that the row by row path gives. */
async function judged(duckdb: DuckDb, work: IncrementWork, reject: string): Promise<RejectedRow[]> {
  const { schema } = work.tables.bronze;
  const directory = duckdb.newDirectory();
  try {
    const path = join(directory, 'rejected.parquet');
    const columns = schema.fields.map(({ name }) => identifier(name)).join(', ');
    const id = identifier(ROW_ID);
    const ids = `SELECT ${id} FROM ${identifier(VIEWS.judged)} WHERE ${reject}`;
    await duckdb.run(
      `COPY (SELECT ${columns} FROM ${identifier(VIEWS.bronze)} SEMI JOIN (${ids}) USING (${id}))
       TO ${literal(path)} (FORMAT parquet, FIELD_IDS ${fieldIds(schema)})`,
    );
    const judge = new RowJudge(work);
    for await (const rows of readRows(path, await readFile(path), schema)) {
      const passed = await judge.admit(rows);
      if (passed.length > 0)
        throw new Error(
          `SQL rejects ${passed.length} rows that silver can take, which is a defect of this library.`,
        );
    }
    return judge.rejected;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function takeInRows(duckdb: DuckDb, increment: Increment, work: IncrementWork): Promise<Intake> {
  const { bronze, silver } = work.tables;
  const judge = new RowJudge(work);
  const directory = duckdb.newDirectory();
  const close = () => rm(directory, { recursive: true, force: true });
  const output = new AdmittedFiles(silver.schema, work.refinement, directory);
  const masks = work.steps.masks;
  const add = (passed: readonly TableRow[]) =>
    output.add(masks ? passed.map((row) => masks.row(row)) : passed);
  try {
    let rows = 0;
    let bytesRead = 0;
    const all: TableRow[] = [];
    for (const file of increment.bronze) {
      bytesRead += file.fileSizeInBytes;
      for await (const part of rowsOfFile(bronze, file)) {
        rows += part.length;
        const admitted = await judge.admit(part);
        // A gate judges all rows of an increment at once.
        if (work.steps.gate) for (const row of admitted) all.push(row);
        else await add(admitted);
      }
    }
    if (work.steps.gate) await add(await judge.pass(all));
    await output.close();
    await view(duckdb, VIEWS.admitted, output.sql);
    const { rejected, held } = judge;
    return {
      rows,
      admitted: output.rows,
      rejected,
      rejectedOrHeld: rejected.length + held,
      bytesRead,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Rows in silver's columns on their way to SQL. */
class AdmittedFiles {
  rows = 0;
  private readonly paths: string[] = [];
  private readonly schema: IcebergSchema;
  private readonly deletes: (row: TableRow) => boolean;
  private file: RowFile;

  constructor(
    schema: IcebergSchema,
    refinement: Refinement,
    private readonly directory: string,
  ) {
    const id = highestFieldId(schema) + 1;
    const deletes = { id, name: DELETES, required: true, type: 'boolean' };
    // A row that deletes need not have what a row of silver has to have.
    this.schema = { type: 'struct', fields: [...schema.fields.map(optional), deletes] };
    this.deletes = deletesRow(refinement);
    this.file = new RowFile(this.schema);
  }

  async add(rows: readonly TableRow[]): Promise<void> {
    for (const row of rows) {
      this.file.add({ ...row, [DELETES]: this.deletes(row) });
      if (this.file.rowCount >= ROWS_OF_A_FILE) await this.store();
    }
    this.rows += rows.length;
  }

  /** Stores what is left; the columns of no rows are those of an empty file. */
  async close(): Promise<void> {
    if (this.file.rowCount > 0 || this.paths.length === 0) await this.store();
  }

  get sql(): string {
    return `SELECT *, ${numberedFiles(this.paths.map((_, i) => i))} AS ${identifier(ROW_ID)} FROM ${parquetFiles(this.paths)}`;
  }

  private async store(): Promise<void> {
    const path = join(this.directory, `${this.paths.length}.parquet`);
    await writeFile(path, this.file.finish().bytes);
    this.paths.push(path);
    this.file = new RowFile(this.schema);
  }
}

function optional(field: IcebergField): IcebergField {
  const { type } = field;
  if (typeof type === 'string') return { ...field, required: false };
  if (type.type === 'struct')
    return { ...field, required: false, type: { ...type, fields: type.fields.map(optional) } };
  if (type.type !== 'list') return { ...field, required: false };
  const element = optional({ id: 0, name: '', required: false, type: type.element }).type;
  return { ...field, required: false, type: { ...type, element, 'element-required': false } };
}

/** Undefined where values of the column are not the same text in SQL as in a record. */
function deletesSql({ deletion }: Refinement, bronze: IcebergSchema): string | undefined {
  if (deletion === undefined) return 'false';
  const type = bronze.fields.find(({ name }) => name === deletion.column)?.type;
  if (type !== 'string' && type !== 'boolean' && type !== 'int' && type !== 'long') return undefined;
  if (deletion.values.length === 0) return 'false';
  const values = deletion.values.map((value) => literal(String(value))).join(', ');
  return `coalesce(CAST(${identifier(deletion.column)} AS VARCHAR) IN (${values}), false)`;
}

async function view(duckdb: DuckDb, name: string, sql: string): Promise<void> {
  await duckdb.run(`CREATE OR REPLACE TEMP VIEW ${identifier(name)} AS ${sql}`);
}
