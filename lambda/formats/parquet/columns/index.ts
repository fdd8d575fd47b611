import { PhysicalType } from '../format';
import type { Leaf } from '../schema';
import { BinaryColumn } from './binary-column';
import { BooleanColumn } from './boolean-column';
import { FixedColumn, WideDecimalColumn } from './fixed-column';
import { DoubleColumn, FloatColumn } from './floating-column';
import { Int32Column } from './int32-column';
import { Int64Column } from './int64-column';
import { StringColumn } from './string-column';

export type Column =
  | BinaryColumn
  | BooleanColumn
  | DoubleColumn
  | FixedColumn
  | FloatColumn
  | Int32Column
  | Int64Column
  | StringColumn
  | WideDecimalColumn;

export function columnOf(leaf: Leaf, levelOf?: Uint8Array): Column {
  switch (leaf.physicalType) {
    case PhysicalType.BOOLEAN:
      return new BooleanColumn(leaf, levelOf);
    case PhysicalType.INT32:
      return new Int32Column(leaf, levelOf);
    case PhysicalType.INT64:
      return new Int64Column(leaf, levelOf);
    case PhysicalType.FLOAT:
      return new FloatColumn(leaf, levelOf);
    case PhysicalType.DOUBLE:
      return new DoubleColumn(leaf, levelOf);
    case PhysicalType.FIXED_LEN_BYTE_ARRAY:
      return leaf.icebergType.startsWith('decimal')
        ? new WideDecimalColumn(leaf, levelOf)
        : new FixedColumn(leaf, levelOf);
    case PhysicalType.BYTE_ARRAY:
      return leaf.icebergType === 'string'
        ? new StringColumn(leaf, levelOf)
        : new BinaryColumn(leaf, levelOf);
  }
}
