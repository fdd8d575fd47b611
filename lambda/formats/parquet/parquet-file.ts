import type { DataFileMetrics } from '../../tables/data-file';
import type { IcebergStruct } from '../../../lib/contract/iceberg-types';
import type { ParquetCompression } from '../../../lib/contract/table-properties';
import { type Column, columnOf } from './columns';
import { dataFileMetrics } from './data-file-metrics';
import { fileMetadata } from './file-metadata';
import { MAGIC } from './format';
import { type RowGroup, writeRowGroup } from './row-group';
import { type Leaf, type ParquetSchema, parquetSchema } from './schema';

/** Bytes of values after which a row group is closed, and rows whatever they weigh. */
const ROW_GROUP_SIZE = 128 * 1024 * 1024;
const ROW_GROUP_ROWS = 1 << 20;
/** Rows between two looks at the size. */
const SIZE_CHECK = 1 << 8;

export interface ParquetFileOptions {
  /** Rows in a row group at most. @default 1048576 */
  readonly rowGroupRows?: number;
  /** For leaves whose entries come with definition levels of another schema: see `LevelBuffer`. @default none */
  readonly levels?: ReadonlyMap<number, Uint8Array>;
  /** @default ParquetCompression.SNAPPY */
  readonly compression?: ParquetCompression;
}

export interface FinishedFile {
  readonly bytes: Uint8Array;
  readonly metrics: DataFileMetrics;
}

/**
 * A Parquet file in the making: push one entry into every leaf's column, call `endRow`, and `finish` at the end.
 * Follows the Apache Parquet format 2.x with data pages of version 1, which every reader knows.
 */
export class ParquetFile {
  readonly columns: readonly Column[];
  private readonly schema: ParquetSchema;
  private readonly parts: Uint8Array[] = [MAGIC];
  private readonly rowGroups: RowGroup[] = [];
  private readonly rowGroupRows: number;
  private readonly compression: ParquetCompression | undefined;
  private offset = MAGIC.length;
  private rows = 0;
  private rowsInGroup = 0;

  constructor(
    private readonly iceberg: IcebergStruct,
    options: ParquetFileOptions = {},
  ) {
    this.schema = parquetSchema(iceberg);
    this.columns = this.schema.leaves.map((leaf, i) => columnOf(leaf, options.levels?.get(i)));
    this.rowGroupRows = options.rowGroupRows ?? ROW_GROUP_ROWS;
    this.compression = options.compression;
  }

  get leaves(): readonly Leaf[] {
    return this.schema.leaves;
  }

  get rowCount(): number {
    return this.rows;
  }

  /** Bytes of the row groups closed, and of the values in the open one as they are: at least what it comes to. */
  get size(): number {
    return this.offset + this.plainSize();
  }

  endRow(): void {
    this.rows++;
    this.rowsInGroup++;
    if (this.rowsInGroup >= this.rowGroupRows || (this.rowsInGroup % SIZE_CHECK === 0 && this.isFull())) {
      this.endRowGroup();
    }
  }

  finish(): FinishedFile {
    if (this.rowsInGroup > 0) this.endRowGroup();
    const footer = fileMetadata({
      elements: this.schema.elements,
      leafCount: this.schema.leaves.length,
      rows: this.rows,
      rowGroups: this.rowGroups,
      // As the Java implementation does: readers that match columns by name look up the names of the time here.
      keyValues: new Map([['iceberg.schema', JSON.stringify(this.iceberg)]]),
    });
    const footerLength = Buffer.alloc(4);
    footerLength.writeUInt32LE(footer.length);
    const bytes = Buffer.concat([...this.parts, footer, footerLength, MAGIC]);
    return { bytes, metrics: dataFileMetrics(this.rowGroups, this.rows, bytes.length) };
  }

  private isFull(): boolean {
    return this.plainSize() >= ROW_GROUP_SIZE;
  }

  private plainSize(): number {
    let size = 0;
    for (const column of this.columns) size += column.plainSize;
    return size;
  }

  private endRowGroup(): void {
    const { group, bytes } = writeRowGroup(this.columns, this.rowsInGroup, this.offset, this.compression);
    this.rowGroups.push(group);
    this.parts.push(bytes);
    this.offset += bytes.length;
    this.rowsInGroup = 0;
  }
}
