import type { ColumnChunk } from './column-chunk';
import type { RowGroup } from './row-group';
import type { LogicalAnnotation, SchemaElement } from './schema';
import { ThriftWriter } from './thrift-compact';

const CREATED_BY = 'lakehouse-constructs';

export interface FileMetadata {
  readonly elements: readonly SchemaElement[];
  readonly leafCount: number;
  readonly rows: number;
  readonly rowGroups: readonly RowGroup[];
  readonly keyValues: ReadonlyMap<string, string>;
}

/** The footer (FileMetaData of parquet.thrift). */
export function fileMetadata(metadata: FileMetadata): Uint8Array {
  const thrift = new ThriftWriter();
  thrift.structBody(() => {
    thrift.i32(1, 1);
    thrift.structList(2, metadata.elements, (element) => schemaElement(thrift, element));
    thrift.i64(3, metadata.rows);
    thrift.structList(4, metadata.rowGroups, (group) => rowGroup(thrift, group));
    thrift.structList(5, [...metadata.keyValues], ([key, value]) => {
      thrift.binary(1, key);
      thrift.binary(2, value);
    });
    thrift.binary(6, CREATED_BY);
    // TypeDefinedOrder for every column: without it readers must ignore the bounds.
    thrift.structList(7, Array.from({ length: metadata.leafCount }), () => thrift.struct(1, () => {}));
  });
  return thrift.out.bytes();
}

function schemaElement(thrift: ThriftWriter, element: SchemaElement): void {
  thrift.i32(1, element.type);
  thrift.i32(2, element.typeLength);
  thrift.i32(3, element.repetition);
  thrift.binary(4, element.name);
  thrift.i32(5, element.children);
  thrift.i32(6, element.converted);
  thrift.i32(7, element.scale);
  thrift.i32(8, element.precision);
  thrift.i32(9, element.fieldId);
  const { logical } = element;
  thrift.struct(10, logical && (() => logicalType(thrift, logical)));
}

/** LogicalType is a union: a struct with the one field that holds. */
function logicalType(thrift: ThriftWriter, logical: LogicalAnnotation): void {
  const empty = (): void => {};
  switch (logical.kind) {
    case 'string':
      return thrift.struct(1, empty);
    case 'list':
      return thrift.struct(3, empty);
    case 'decimal':
      return thrift.struct(5, () => {
        thrift.i32(1, logical.scale);
        thrift.i32(2, logical.precision);
      });
    case 'date':
      return thrift.struct(6, empty);
    case 'time':
    case 'timestamp':
      return thrift.struct(logical.kind === 'time' ? 7 : 8, () => {
        thrift.bool(1, logical.adjustedToUtc);
        thrift.struct(2, () => thrift.struct(2, empty));
      });
    case 'uuid':
      return thrift.struct(14, empty);
  }
}

function rowGroup(thrift: ThriftWriter, group: RowGroup): void {
  thrift.structList(1, group.columns, (chunk) => {
    thrift.i64(2, chunk.dictionaryPageOffset ?? chunk.dataPageOffset);
    thrift.struct(3, () => columnMetadata(thrift, chunk));
  });
  thrift.i64(2, group.uncompressedSize);
  thrift.i64(3, group.rows);
  thrift.i64(5, group.fileOffset);
  thrift.i64(6, group.compressedSize);
}

function columnMetadata(thrift: ThriftWriter, chunk: ColumnChunk): void {
  thrift.i32(1, chunk.leaf.physicalType);
  thrift.i32List(2, chunk.encodings);
  thrift.stringList(3, chunk.leaf.path);
  thrift.i32(4, chunk.codec);
  thrift.i64(5, chunk.count);
  thrift.i64(6, chunk.uncompressedSize);
  thrift.i64(7, chunk.compressedSize);
  thrift.i64(9, chunk.dataPageOffset);
  thrift.i64(11, chunk.dictionaryPageOffset);
  const { lower, upper } = chunk.bounds;
  thrift.struct(12, () => {
    thrift.i64(3, chunk.nullCount);
    thrift.binary(5, upper?.parquet);
    thrift.binary(6, lower?.parquet);
    thrift.bool(7, upper?.exact);
    thrift.bool(8, lower?.exact);
  });
}
