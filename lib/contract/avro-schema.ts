import { columnType, decimalDigits } from './column-type';
import type { ContractProperty } from './contract-property';
import type { IcebergPrimitive } from './iceberg-types';
import type { SchemaObject } from './schema-object';

type Json = { [key: string]: unknown };
type AvroType = string | Json | AvroType[];

const PRIMITIVES: Record<IcebergPrimitive, AvroType> = {
  boolean: 'boolean',
  int: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  string: 'string',
  binary: 'bytes',
  date: { type: 'int', logicalType: 'date' },
  time: { type: 'long', logicalType: 'time-micros' },
  timestamp: { type: 'long', logicalType: 'local-timestamp-micros' },
  timestamptz: { type: 'long', logicalType: 'timestamp-micros' },
  uuid: { type: 'string', logicalType: 'uuid' },
};

/**
 * The Avro schema of a record (Avro 1.11). A key that is no legal Avro name is respelled, and its original stands in
 * `doc`; a field that is not required may be null, and is when absent.
 */
export function avroSchema(schema: SchemaObject): { [key: string]: unknown } {
  const recordNames = new Set<string>();
  return {
    ...record(unused(legalName(schema.name), recordNames), schema.properties, recordNames),
    ...docOf(schema.name, legalName(schema.name), schema.description),
  };
}

function record(name: string, properties: ContractProperty[], recordNames: Set<string>): Json {
  const taken = new Set<string>();
  const named = properties.map((property) => ({ property, field: unused(legalName(property.name), taken) }));
  const fields = named.map(({ property, field }) => {
    const type = avroType(property, `${name}_${field}`, recordNames);
    return {
      name: field,
      ...docOf(property.name, field, property.description),
      ...aliasOf(property, taken),
      ...(property.required ? { type } : { type: ['null', type], default: null }),
    };
  });
  return { type: 'record', name, fields };
}

/** Records share one name space in a schema, so that each is named after its whole path. */
function avroType(property: ContractProperty, recordName: string, recordNames: Set<string>): AvroType {
  const type = columnType(property);
  switch (type.kind) {
    case 'struct':
      return record(unused(recordName, recordNames), type.fields, recordNames);
    case 'list': {
      const element = avroType(type.element, `${recordName}_${legalName(type.element.name)}`, recordNames);
      return { type: 'array', items: type.element.required ? element : ['null', element] };
    }
    default:
      return primitive(type.type);
  }
}

function primitive(type: IcebergPrimitive): AvroType {
  const decimal = decimalDigits(type);
  if (decimal !== undefined) return { type: 'bytes', logicalType: 'decimal', ...decimal };
  return PRIMITIVES[type];
}

/** Avro names hold letters, digits and underscores, and start with no digit. */
function legalName(name: string): string {
  const legal = name.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z_]/.test(legal) ? legal : `_${legal}`;
}

/** The name, numbered where another one was respelled into it. */
function unused(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}_${number}`;
  taken.add(candidate);
  return candidate;
}

function docOf(original: string, name: string, description: string | undefined): { doc?: string } {
  const respelled = original === name ? undefined : `"${original}" in the contract.`;
  const doc = [description, respelled].filter((part) => part !== undefined).join(' ');
  return doc === '' ? {} : { doc };
}

/** Readers that know the column's name find the field by it. Aliases have to be legal names too. */
function aliasOf({ physicalName }: ContractProperty, taken: Set<string>): { aliases?: string[] } {
  if (physicalName === undefined || legalName(physicalName) !== physicalName || taken.has(physicalName))
    return {};
  taken.add(physicalName);
  return { aliases: [physicalName] };
}
