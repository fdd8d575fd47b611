import type { IcebergField, IcebergStruct, IcebergType } from '../../../lib/contract/iceberg-types';
import { ConvertedType, PhysicalType, Repetition } from './format';

export type LogicalAnnotation =
  | { readonly kind: 'string' | 'list' | 'date' | 'uuid' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly adjustedToUtc: boolean };

/** A node of the schema tree as the footer lists it, parents before children. */
export interface SchemaElement {
  readonly name: string;
  readonly type?: PhysicalType;
  readonly typeLength?: number;
  readonly repetition?: Repetition;
  readonly children?: number;
  readonly converted?: ConvertedType;
  readonly scale?: number;
  readonly precision?: number;
  readonly fieldId?: number;
  readonly logical?: LogicalAnnotation;
}

/** A column that holds values, with what the nesting around it means for its levels. */
export interface Leaf {
  /** Path in the Parquet schema, list wrappers included. */
  readonly path: string[];
  /** What each node on the path is. */
  readonly repetitions: Repetition[];
  /** Dotted names of the Iceberg columns: `device.os`, `tags.element`. */
  readonly column: string;
  readonly fieldId: number;
  /** Iceberg primitive. */
  readonly icebergType: string;
  readonly physicalType: PhysicalType;
  /** Bytes of one FIXED_LEN_BYTE_ARRAY value. */
  readonly typeLength?: number;
  /** How many of the nodes on the path are optional or repeated. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

export interface ParquetSchema {
  readonly elements: SchemaElement[];
  readonly leaves: Leaf[];
}

interface Position {
  readonly path: string[];
  readonly repetitions: Repetition[];
  readonly column: string[];
  readonly definition: number;
  readonly repetition: number;
}

/** Iceberg's mapping onto Parquet (Iceberg specification, appendix A): every column keeps its field id. */
export function parquetSchema(schema: IcebergStruct): ParquetSchema {
  const elements: SchemaElement[] = [{ name: 'table', children: schema.fields.length }];
  const leaves: Leaf[] = [];
  const root: Position = { path: [], repetitions: [], column: [], definition: 0, repetition: 0 };

  const addType = (
    name: string,
    type: IcebergType,
    required: boolean,
    fieldId: number,
    parent: Position,
  ): void => {
    const repetition = required ? Repetition.REQUIRED : Repetition.OPTIONAL;
    const here: Position = {
      path: [...parent.path, name],
      repetitions: [...parent.repetitions, repetition],
      column: [...parent.column, name],
      definition: parent.definition + (required ? 0 : 1),
      repetition: parent.repetition,
    };
    if (typeof type === 'string') {
      const primitive = primitiveMapping(type);
      elements.push({ name, repetition, fieldId, ...primitive });
      leaves.push({
        path: here.path,
        repetitions: here.repetitions,
        column: here.column.join('.'),
        fieldId,
        icebergType: type,
        physicalType: primitive.type,
        typeLength: primitive.typeLength,
        maxDefinition: here.definition,
        maxRepetition: here.repetition,
      });
      return;
    }
    switch (type.type) {
      case 'struct':
        elements.push({ name, repetition, fieldId, children: type.fields.length });
        for (const field of type.fields) addField(field, here);
        return;
      case 'list':
        elements.push({
          name,
          repetition,
          fieldId,
          children: 1,
          converted: ConvertedType.LIST,
          logical: { kind: 'list' },
        });
        elements.push({ name: 'list', repetition: Repetition.REPEATED, children: 1 });
        addType('element', type.element, type['element-required'], type['element-id'], {
          path: [...here.path, 'list'],
          repetitions: [...here.repetitions, Repetition.REPEATED],
          column: here.column,
          definition: here.definition + 1,
          repetition: here.repetition + 1,
        });
        return;
      case 'map':
        throw new Error(
          `Column "${here.column.join('.')}" is a map; maps are not written, use a list of structs.`,
        );
    }
  };
  const addField = (field: IcebergField, parent: Position): void =>
    addType(field.name, field.type, field.required, field.id, parent);

  for (const field of schema.fields) addField(field, root);
  return { elements, leaves };
}

type PrimitiveMapping = Omit<SchemaElement, 'name' | 'type'> & { readonly type: PhysicalType };

function primitiveMapping(type: string): PrimitiveMapping {
  const parameters = /^(decimal|fixed)[([](\d+)(?:\s*,\s*(\d+))?[)\]]$/.exec(type);
  if (parameters?.[1] === 'decimal') return decimalMapping(Number(parameters[2]), Number(parameters[3] ?? 0));
  if (parameters) return { type: PhysicalType.FIXED_LEN_BYTE_ARRAY, typeLength: Number(parameters[2]) };
  switch (type) {
    case 'boolean':
      return { type: PhysicalType.BOOLEAN };
    case 'int':
      return { type: PhysicalType.INT32 };
    case 'long':
      return { type: PhysicalType.INT64 };
    case 'float':
      return { type: PhysicalType.FLOAT };
    case 'double':
      return { type: PhysicalType.DOUBLE };
    case 'date':
      return { type: PhysicalType.INT32, converted: ConvertedType.DATE, logical: { kind: 'date' } };
    case 'time':
      // Iceberg's time has no zone, and TIME_MICROS would say that it is UTC: the logical type alone is right.
      return { type: PhysicalType.INT64, logical: { kind: 'time', adjustedToUtc: false } };
    case 'timestamp':
      return { type: PhysicalType.INT64, logical: { kind: 'timestamp', adjustedToUtc: false } };
    case 'timestamptz':
      return {
        type: PhysicalType.INT64,
        converted: ConvertedType.TIMESTAMP_MICROS,
        logical: { kind: 'timestamp', adjustedToUtc: true },
      };
    case 'string':
      return { type: PhysicalType.BYTE_ARRAY, converted: ConvertedType.UTF8, logical: { kind: 'string' } };
    case 'uuid':
      return { type: PhysicalType.FIXED_LEN_BYTE_ARRAY, typeLength: 16, logical: { kind: 'uuid' } };
    case 'binary':
      return { type: PhysicalType.BYTE_ARRAY };
    default:
      throw new Error(`Type "${type}" is not one of Iceberg's primitive types.`);
  }
}

function decimalMapping(precision: number, scale: number): PrimitiveMapping {
  const common = {
    converted: ConvertedType.DECIMAL,
    precision,
    scale,
    logical: { kind: 'decimal', precision, scale } as const,
  };
  if (precision <= 9) return { type: PhysicalType.INT32, ...common };
  if (precision <= 18) return { type: PhysicalType.INT64, ...common };
  return { type: PhysicalType.FIXED_LEN_BYTE_ARRAY, typeLength: decimalBytes(precision), ...common };
}

/** The fewest bytes of two's complement that hold every decimal of a precision. */
export function decimalBytes(precision: number): number {
  const largest = 10n ** BigInt(precision) - 1n;
  return Math.floor(largest.toString(2).length / 8) + 1;
}
