import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import { filesOfKeys } from '../../rows/files-of-keys';
import { FileReader } from '../../rows/file-reader';
import { mergeFiles, type KeyedChange, type MergedFiles } from '../../rows/merge-files';
import { PartitionedOutput } from '../../rows/partitioned-output';
import type { TableRow } from '../../rows/read-rows';
import { RowKey } from '../../rows/row-key';
import { sortRows } from '../../rows/sort-rows';
import type { IcebergTable } from '../../tables/iceberg-table';
import { sortOrder } from '../../tables/sort-order';
import type { TableFile } from '../../tables/table-files';
import type { Increment, IncrementEngine, IncrementFiles, IncrementWork } from './increment';
import { RowJudge } from './judge-rows';
import { orderColumns, rowOrder } from './row-order';
import { deletesRow } from './table-columns';

const { lane, position } = TECHNICAL_COLUMNS;

/**
 * Works an increment out row by row. In memory are the latest row of each of its keys (of a gated increment all of its
 * rows) and one file of silver at a time.
 */
export class RowEngine implements IncrementEngine {
  execute(increment: Increment, work: IncrementWork): Promise<IncrementFiles> {
    return work.refinement.key.length > 0 ? merged(increment, work) : appended(increment, work);
  }
}

/** Rows as they come from bronze, judged: part by part, or all at once where a gate wants to see all of them. */
class Intake {
  rows = 0;
  readonly judge: RowJudge;
  private readonly reader: FileReader;

  constructor(
    private readonly increment: Increment,
    private readonly work: IncrementWork,
  ) {
    this.judge = new RowJudge(work);
    this.reader = new FileReader(work.tables.bronze);
  }

  get bytesRead(): number {
    return this.reader.bytesRead;
  }

  async *parts(): AsyncIterable<TableRow[]> {
    const { masks } = this.work.steps;
    for await (const part of this.passed()) yield masks ? part.map((row) => masks.row(row)) : part;
  }

  get counts() {
    return { rows: this.rows, rejected: this.judge.rejected.length + this.judge.held };
  }

  private async *passed(): AsyncIterable<TableRow[]> {
    if (!this.work.steps.gate) return yield* this.admitted();
    const all: TableRow[] = [];
    for await (const part of this.admitted()) for (const row of part) all.push(row);
    yield await this.judge.pass(all);
  }

  private async *admitted(): AsyncIterable<TableRow[]> {
    for (const file of this.increment.bronze) {
      for await (const part of this.reader.rows(file)) {
        this.rows += part.length;
        yield await this.judge.admit(part);
      }
    }
  }
}

/** Of a table with a key: the latest row of each key wins, over the increment, the tombstones and silver. */
async function merged(increment: Increment, work: IncrementWork): Promise<IncrementFiles> {
  const { tables, refinement } = work;
  const { silver, tombstones } = tables;
  const key = new RowKey(silver, refinement.key);
  const compare = rowOrder(refinement);
  const compared = orderColumns(refinement);
  const isLater = (change: KeyedChange, existing: TableRow) => compare(change.row, existing) > 0;

  const intake = new Intake(increment, work);
  const { latest, deletions, superseded } = await latestRows(intake, key, work);
  const buried = new Set<string>();
  let tombstoneFiles: MergedFiles | undefined;
  let bytesRead = 0;
  if (tombstones && increment.tombstones) {
    const graves = await rowsOfKeys(tombstones, increment.tombstones.files, refinement.key, latest, compared);
    bytesRead += graves.bytesRead;
    for (const [text, row] of graves.rows) {
      if (compare(latest.get(text)!.row, row) > 0) continue;
      buried.add(text);
      // Silver may still have the row that the tombstone is for: an attempt died in between.
      latest.set(text, { row, deletes: true });
    }
    if (deletions.size > 0) {
      tombstoneFiles = await mergeFiles(tombstones, {
        key: new RowKey(tombstones, refinement.key),
        changes: deletions,
        files: increment.tombstones.files,
        replaces: isLater,
        compared,
      });
    }
  }
  const silverFiles = await mergeFiles(silver, {
    key,
    changes: latest,
    files: increment.silver.files,
    replaces: isLater,
    compared,
  });
  const fates = { upserted: 0, deleted: 0, late: 0 };
  for (const [text, { deletes }] of latest) {
    if (buried.has(text) || silverFiles.kept.has(text)) fates.late++;
    else if (deletes) fates.deleted++;
    else fates.upserted++;
  }
  const files = [silverFiles, ...(tombstoneFiles ? [tombstoneFiles] : [])];
  return {
    silver: silverFiles,
    ...(tombstoneFiles && { tombstones: tombstoneFiles }),
    rejected: intake.judge.rejected,
    counts: {
      ...intake.counts,
      ...fates,
      superseded,
      bytesRead: files.reduce((sum, one) => sum + one.bytesRead, intake.bytesRead + bytesRead),
      bytesWritten: files.reduce((sum, one) => sum + one.bytesWritten, 0),
    },
  };
}

/** The latest row of each key in the increment; and of those that delete the latest, to be put among the tombstones. */
async function latestRows(intake: Intake, key: RowKey, { refinement }: IncrementWork) {
  const compare = rowOrder(refinement);
  const deletes = deletesRow(refinement);
  const latest = new Map<string, KeyedChange>();
  const deletions = new Map<string, KeyedChange>();
  const put = (rows: Map<string, KeyedChange>, text: string, change: KeyedChange): boolean => {
    const other = rows.get(text);
    if (!other || compare(change.row, other.row) >= 0) rows.set(text, change);
    return other !== undefined;
  };
  let superseded = 0;
  for await (const part of intake.parts()) {
    for (const row of part) {
      const text = key.text(row);
      const isDeletion = deletes(row);
      if (put(latest, text, { row, deletes: isDeletion })) superseded++;
      if (isDeletion) put(deletions, text, { row, deletes: false });
    }
  }
  return { latest, deletions, superseded };
}

/** Rows of a table that have one of the keys: the key's columns and some others. */
async function rowsOfKeys(
  table: IcebergTable,
  files: readonly TableFile[],
  names: readonly string[],
  keys: ReadonlyMap<string, KeyedChange>,
  columns: readonly string[],
): Promise<{ rows: Map<string, TableRow>; bytesRead: number }> {
  const key = new RowKey(table, names);
  const reader = new FileReader(table);
  const rows = new Map<string, TableRow>();
  const given = [...keys.values()].map(({ row }) => row);
  for (const file of filesOfKeys(table, files, key, given)) {
    for await (const part of reader.rows(file, [...new Set([...names, ...columns])])) {
      for (const row of part) {
        const text = key.text(row);
        if (keys.has(text)) rows.set(text, row);
      }
    }
  }
  return { rows, bytesRead: reader.bytesRead };
}

/** Of a table without a key: every row is added, but for those that silver has already. */
async function appended(increment: Increment, work: IncrementWork): Promise<IncrementFiles> {
  const { silver } = work.tables;
  const reader = new FileReader(silver);
  const present = new Set<string>();
  const text = (row: TableRow) => `${row[position]} ${row[lane]}`;
  for (const file of increment.mayRepeat ? increment.silver.files : []) {
    for await (const part of reader.rows(file, [lane, position]))
      for (const row of part) present.add(text(row));
  }
  const intake = new Intake(increment, work);
  const output = new PartitionedOutput(silver);
  const order = sortOrder(silver.metadata);
  const toSort: TableRow[] = [];
  let upserted = 0;
  let late = 0;
  for await (const part of intake.parts()) {
    for (const row of part) {
      if (present.size > 0 && present.has(text(row))) late++;
      else {
        upserted++;
        if (order) toSort.push(row);
        else await output.add(row);
      }
    }
  }
  if (order) for (const row of sortRows(toSort, silver.schema, order)) await output.add(row);
  await output.close(order?.['order-id']);
  return {
    silver: { removed: [], added: output.written },
    rejected: intake.judge.rejected,
    counts: {
      ...intake.counts,
      upserted,
      deleted: 0,
      superseded: 0,
      late,
      bytesRead: intake.bytesRead + reader.bytesRead,
      bytesWritten: output.bytes,
    },
  };
}
