import {
  parquetMetadata,
  parquetReadObjects,
  parquetSchema,
  type FileMetaData,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { IcebergSchema, IcebergStruct, IcebergType } from '../../lib/contract/iceberg-types';
import { CorruptFile } from '../tables/corrupt-file';
import { baseType, fromBigEndianTwosComplement } from '../tables/single-value';

/**
 * A row by the names of the table's columns, exact: int, date, float and double as number; long, time, timestamps
 * (microseconds) and unscaled decimals as number or bigint; uuid, fixed and binary as bytes; null where there is no
 * value; a struct as an object, a list as an array.
 */
export type TableRow = Record<string, unknown>;

interface FileNode {
  readonly element: SchemaElement;
  readonly children: FileNode[];
}

type Convert = (value: unknown) => unknown;

/**
 * Rows of a Parquet file as a table has them now: columns are matched by field id, whatever they were called when the
 * file was written; narrower types are widened, and columns the file has none of are null.
 * @throws CorruptFile naming the file
 */
export async function* readRows(
  uri: string,
  bytes: Uint8Array,
  schema: IcebergSchema,
): AsyncIterable<TableRow[]> {
  try {
    const file = arrayBuffer(bytes);
    const metadata = parquetMetadata(file, { geoparquet: false });
    const plan = rowPlan(schema, parquetSchema(metadata) as FileNode);
    const physical = { ...metadata, schema: metadata.schema.map(withoutInterpretation) } as FileMetaData;
    let rowStart = 0;
    for (const { num_rows: rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(rows);
      const options = {
        file,
        metadata: physical,
        compressors,
        utf8: false,
        rowStart,
        rowEnd,
        columns: plan.columns,
      };
      const read =
        plan.columns.length > 0
          ? await parquetReadObjects({ ...options, parsers: PARSERS })
          : emptyRows(Number(rows));
      yield read.map(plan.convert);
      rowStart = rowEnd;
    }
  } catch (error) {
    throw error instanceof CorruptFile ? error : new CorruptFile(uri, error);
  }
}

const PARSERS = {
  // INT96, which is what old engines write timestamps as.
  timestampFromNanoseconds: (nanos: bigint) => nanos / 1000n,
};

/** Values as they are stored: what they mean is the table's business, and readers round decimals and microseconds. */
function withoutInterpretation(element: SchemaElement): SchemaElement {
  if (element.num_children || element.converted_type === 'UTF8') return element;
  return { ...element, converted_type: undefined, logical_type: undefined };
}

function rowPlan(
  schema: IcebergStruct,
  root: FileNode,
): { columns: string[]; convert: (row: Record<string, unknown>) => TableRow } {
  if (root.children.length > 0 && root.children.every((child) => child.element.field_id === undefined)) {
    throw new Error('its columns have no field ids, so that they cannot be told apart.');
  }
  const { used, convert } = structPlan(schema, root, '');
  return { columns: used, convert: convert as (row: Record<string, unknown>) => TableRow };
}

function structPlan(
  struct: IcebergStruct,
  node: FileNode,
  parent: string,
): { used: string[]; convert: Convert } {
  const plan = struct.fields.map(({ id, name, type, required }) => {
    const column = node.children.find((child) => child.element.field_id === id);
    if (!column && required)
      throw new Error(`it has no column of field id ${id} (${parent}${name}), which is required.`);
    const source = column?.element.name;
    return { name, source, convert: column ? converter(type, column, parent + name) : () => null };
  });
  return {
    used: plan.flatMap(({ source }) => source ?? []),
    convert: (value) => {
      const row: TableRow = {};
      for (const { name, source, convert } of plan) {
        const found = source === undefined ? null : (value as Record<string, unknown>)[source];
        row[name] = found === null || found === undefined ? null : convert(found);
      }
      return row;
    },
  };
}

/** For values that are not null. */
function converter(type: IcebergType, node: FileNode, path: string): Convert {
  if (typeof type === 'string') return primitive(type, node.element, path);
  switch (type.type) {
    case 'struct':
      return structPlan(type, node, `${path}.`).convert;
    case 'list': {
      const repeated = node.children[0];
      const element = repeated.children.length === 1 ? repeated.children[0] : repeated;
      const convert = converter(type.element, element, `${path}[]`);
      return (value) =>
        (value as unknown[]).map((item) => (item === null || item === undefined ? null : convert(item)));
    }
    case 'map':
      throw new Error(`column ${path} is a map, which this code does not rewrite.`);
  }
}

function primitive(type: string, element: SchemaElement, path: string): Convert {
  const unit = timeUnit(element);
  switch (baseType(type)) {
    case 'boolean':
    case 'int':
    case 'date':
    case 'float':
    case 'double':
    case 'long':
    case 'string':
      return (value) => value;
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      if (unit === 'NANOS') throw new Error(`column ${path} has nanoseconds, a type of format version 3.`);
      return unit === 'MILLIS' ? (value) => BigInt(value as number | bigint) * 1000n : (value) => value;
    case 'decimal':
      return (value) => (value instanceof Uint8Array ? fromBigEndianTwosComplement(value) : value);
    case 'uuid':
    case 'fixed':
    case 'binary':
      return (value) => value;
    default:
      throw new Error(`column ${path} is of type ${type}, which this code does not know.`);
  }
}

function timeUnit({ converted_type: converted, logical_type: logical }: SchemaElement): string | undefined {
  if (logical && 'unit' in logical) return logical.unit;
  return converted === 'TIMESTAMP_MILLIS' || converted === 'TIME_MILLIS' ? 'MILLIS' : undefined;
}

function emptyRows(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, () => ({}));
}

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset === 0 && byteLength === buffer.byteLength
    ? (buffer as ArrayBuffer)
    : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}
