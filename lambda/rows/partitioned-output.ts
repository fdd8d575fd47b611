import type { DataFile, PartitionValue } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { partitionKey } from '../tables/partition-pruning';
import type { TableRow } from './read-rows';
import { RowFile } from './row-file';
import { partitioner, storeFile } from './write-rows';

/** Of files that are rewritten time and again: small enough that a changed row does not cost a large one. */
const TARGET_BYTES = 32 * 1024 * 1024;
const TARGET_SIZE_PROPERTY = 'write.target-file-size-bytes';
/** Rows between two looks at the size. */
const SIZE_CHECK = 1 << 8;

interface OpenFile {
  readonly partition: PartitionValue[];
  readonly file: RowFile;
}

/** Rows on their way into files of a target size, a file at a time for each partition that is open. */
export class PartitionedOutput {
  readonly written: DataFile[] = [];
  private readonly open = new Map<string, OpenFile>();
  private readonly partitionOf: (row: TableRow) => PartitionValue[];
  private readonly specId: number;

  constructor(
    private readonly table: IcebergTable,
    private readonly targetBytes = targetBytesOf(table),
  ) {
    this.specId = table.partitionSpec['spec-id'];
    this.partitionOf = partitioner(table.schema, table.partitionSpec);
  }

  /** @param partition where it is known: that of the table's current spec which the row falls into */
  async add(row: TableRow, partition = this.partitionOf(row)): Promise<void> {
    const key = partitionKey({ specId: this.specId, partition });
    let found = this.open.get(key);
    if (!found) this.open.set(key, (found = { partition, file: RowFile.of(this.table) }));
    found.file.add(row);
    if (found.file.rowCount % SIZE_CHECK === 0 && found.file.size >= this.targetBytes)
      await this.store(key, found);
  }

  /** Stores what is open, so that the next row begins a file. */
  async close(sortOrderId?: number): Promise<void> {
    for (const [key, one] of [...this.open]) await this.store(key, one, sortOrderId);
  }

  get bytes(): number {
    return this.written.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
  }

  private async store(key: string, { partition, file }: OpenFile, sortOrderId?: number): Promise<void> {
    this.open.delete(key);
    this.written.push(await storeFile(this.table, file, this.specId, partition, sortOrderId));
  }
}

/** Size of files that a merge may have to rewrite. */
export function targetBytesOf(table: IcebergTable): number {
  return Math.min(TARGET_BYTES, Number(table.property(TARGET_SIZE_PROPERTY) ?? TARGET_BYTES));
}
