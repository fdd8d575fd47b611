import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import type {
  ChangedTable,
  FileChange,
  Increment,
  IncrementEngine,
  IncrementFiles,
  IncrementWork,
} from '../../pipeline/refine/increment';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { sortOrder } from '../../tables/sort-order';
import { targetBytesOf } from '../../rows/partitioned-output';
import { RowKey } from '../../rows/row-key';
import { sqlType } from './column-types';
import { openDuckDb, type DuckDb, type DuckDbOptions } from './duckdb';
import { DELETES, ROW_ID, VIEWS } from './increment-views';
import { takeIn, type Intake } from './intake';
import { mergeByKey, type MergeOutcome } from './keyed-merge';
import { holdsNegativeZero } from './negative-zero';
import { rowAge } from './row-age';
import { identifier } from './sql-text';
import { attachTable, type AttachedTable } from './table-view';
import { writeResult } from './write-result';

const { lane, position } = TECHNICAL_COLUMNS;

/**
 * Works an increment out in SQL, to the tables that the row engine comes to. What it holds in memory does not grow with the
 * increment: keys are compared bucket by bucket, rows stream from files to files, and what is sorted spills.
 */
export class DuckDbIncrementEngine implements IncrementEngine {
  /** @param rowsAtOnce rows whose keys are compared at a time; as many as fit by default */
  constructor(
    private readonly options: DuckDbOptions,
    private readonly rowsAtOnce?: number,
  ) {}

  async execute(increment: Increment, work: IncrementWork): Promise<IncrementFiles> {
    const duckdb = await openDuckDb(this.options);
    try {
      const intake = await takeIn(duckdb, increment, work);
      try {
        const keyed = work.refinement.key.length > 0;
        if (!keyed) return await appended(duckdb, intake, increment, work);
        return await merged(duckdb, intake, increment, work, this.rowsAtOnce);
      } finally {
        await intake.close();
      }
    } finally {
      duckdb.close();
    }
  }
}

/** Of a table with a key: the latest row of each key wins, over the increment, the tombstones and silver. */
async function merged(
  duckdb: DuckDb,
  intake: Intake,
  increment: Increment,
  { tables, refinement }: IncrementWork,
  rowsAtOnce: number | undefined,
): Promise<IncrementFiles> {
  const { silver, tombstones } = tables;
  const key = new RowKey(silver, refinement.key).columns.map(({ name, type }) => ({
    name,
    type: sqlType(type, name),
  }));
  const age = rowAge(refinement);
  const deletes = identifier(DELETES);
  const there = await attached(duckdb, VIEWS.silver, silver, increment.silver);
  const graves =
    tombstones &&
    increment.tombstones &&
    (await attached(duckdb, VIEWS.tombstones, tombstones, increment.tombstones));
  try {
    const incoming = { key, age, incoming: VIEWS.admitted, rowsAtOnce };
    const outcome = await mergeByKey(duckdb, {
      ...incoming,
      name: 'silver',
      deletes,
      existing: VIEWS.silver,
      ...(graves && { graves: VIEWS.tombstones }),
      rows:
        intake.admitted +
        rowsOf(increment.silver) +
        (increment.tombstones ? rowsOf(increment.tombstones) : 0),
    });
    let buried: FileChange | undefined;
    if (graves) {
      const deletions = await mergeByKey(duckdb, {
        ...incoming,
        name: 'tombstones',
        where: deletes,
        deletes: 'false',
        existing: VIEWS.tombstones,
        rows: intake.admitted + rowsOf(increment.tombstones!),
      });
      buried = await changed(duckdb, tombstones, increment.tombstones!, graves, deletions);
    }
    const change = await changed(duckdb, silver, increment.silver, there, outcome);
    const { upserted, deleted, superseded, late } = outcome;
    return {
      silver: change,
      ...(buried && { tombstones: buried }),
      rejected: intake.rejected,
      counts: {
        rows: intake.rows,
        rejected: intake.rejectedOrHeld,
        ...{ upserted, deleted, superseded, late },
        bytesRead: intake.bytesRead + there.bytes + (graves?.bytes ?? 0),
        bytesWritten: bytesOf(change.added) + bytesOf(buried?.added ?? []),
      },
    };
  } finally {
    await there.detach();
    await graves?.detach();
  }
}

/** The files that lose rows, written anew without them and with the rows that arrive. */
async function changed(
  duckdb: DuckDb,
  table: IcebergTable,
  { files }: ChangedTable,
  there: AttachedTable,
  { winners, lost, losing }: MergeOutcome,
): Promise<FileChange> {
  const id = identifier(ROW_ID);
  const rewritten = `${there.name} to rewrite`;
  await there.viewOf(rewritten, losing);
  const columns = table.schema.fields.map(({ name }) => identifier(name)).join(', ');
  const arriving = `SELECT ${columns} FROM ${identifier(VIEWS.admitted)} SEMI JOIN ${winners} USING (${id})`;
  const staying = `SELECT ${columns} FROM ${identifier(rewritten)} ANTI JOIN ${lost} USING (${id})`;
  const added = await writeRowsOf(duckdb, table, losing.length > 0 ? [arriving, staying] : [arriving]);
  return { removed: losing.map((place) => files[place]), added };
}

/** Of a table without a key: every row is added, but for those that silver has already. */
async function appended(
  duckdb: DuckDb,
  intake: Intake,
  increment: Increment,
  { tables: { silver } }: IncrementWork,
): Promise<IncrementFiles> {
  const repeats = increment.mayRepeat && increment.silver.files.length > 0;
  const there = repeats
    ? await attachTable(duckdb, VIEWS.silver, silver, {
        files: increment.silver.files,
        columns: [lane, position],
      })
    : undefined;
  try {
    const columns = silver.schema.fields.map(({ name }) => identifier(name)).join(', ');
    const origin = [lane, position].map(identifier).join(', ');
    const unless = there ? ` ANTI JOIN ${identifier(VIEWS.silver)} USING (${origin})` : '';
    const added = await writeRowsOf(duckdb, silver, [
      `SELECT ${columns} FROM ${identifier(VIEWS.admitted)}${unless}`,
    ]);
    const upserted = added.reduce((sum, file) => sum + file.recordCount, 0);
    return {
      silver: { removed: [], added },
      rejected: intake.rejected,
      counts: {
        rows: intake.rows,
        rejected: intake.rejectedOrHeld,
        upserted,
        deleted: 0,
        superseded: 0,
        late: intake.admitted - upserted,
        bytesRead: intake.bytesRead + (there?.bytes ?? 0),
        bytesWritten: bytesOf(added),
      },
    };
  } finally {
    await there?.detach();
  }
}

async function writeRowsOf(
  duckdb: DuckDb,
  table: IcebergTable,
  selects: readonly string[],
): Promise<DataFile[]> {
  const keepNegativeZero = await holdsNegativeZero(
    duckdb,
    table.schema,
    selects.map((select) => `(${select})`),
  );
  return writeResult(duckdb, selects.join(' UNION ALL '), table, {
    orderBy: sortedColumns(table),
    keepNegativeZero,
    targetBytes: targetBytesOf(table),
  });
}

/** Columns of the table's sort order as far as they are columns themselves. Files are not said to be sorted by it. */
function sortedColumns(table: IcebergTable): string[] {
  const names: string[] = [];
  for (const field of sortOrder(table.metadata)?.fields ?? []) {
    const column = table.schema.fields.find(({ id }) => id === field['source-id']);
    if (!column || field.transform !== 'identity' || field.direction !== 'asc') break;
    names.push(column.name);
  }
  return names;
}

function attached(
  duckdb: DuckDb,
  name: string,
  table: IcebergTable,
  { files }: ChangedTable,
): Promise<AttachedTable> {
  return attachTable(duckdb, name, table, { files, rowIds: ROW_ID });
}

function rowsOf({ files }: ChangedTable): number {
  return files.reduce((sum, file) => sum + file.recordCount, 0);
}

function bytesOf(files: readonly DataFile[]): number {
  return files.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
}
