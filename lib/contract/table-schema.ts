import { columnName } from './column-name';
import { columnType } from './column-type';
import type { ContractProperty } from './contract-property';
import type { IcebergField, IcebergSchema, IcebergType } from './iceberg-types';
import { refinementOf } from './refinement';
import type { SchemaObject } from './schema-object';
import { TECHNICAL_COLUMNS } from './technical-columns';

/** Hands out field ids. The specification wants them unique in a table; the order is ours: depth first, from 1. */
class FieldIds {
  private last = 0;

  public next(): number {
    this.last += 1;
    return this.last;
  }
}

/** The contract's columns as an Iceberg schema, without technical columns: gold tables. */
export function tableSchema(schema: SchemaObject): IcebergSchema {
  return keyedSchema(schema, columns(schema.properties, new FieldIds()));
}

/**
 * The contract's columns with their primary key, then where each row came from: silver tables. Positions decide
 * between two rows of one key and event time, also when the second comes late.
 */
export function silverSchema(schema: SchemaObject): IcebergSchema {
  const ids = new FieldIds();
  const fields = columns(schema.properties, ids);
  return keyedSchema(schema, [...fields, ...provenance(ids)]);
}

/**
 * The latest deletion of each key: key columns, event time, where it came from. A table of its own beside silver, so that
 * a late row does not bring back what was deleted after it.
 */
export function tombstonesSchema(schema: SchemaObject): IcebergSchema {
  const { key, eventTime } = refinementOf(schema);
  const kept = new Set([...key, ...(eventTime === undefined ? [] : [eventTime])]);
  const properties = schema.properties.filter((property) => kept.has(columnName(property)));
  const ids = new FieldIds();
  return keyedSchema(schema, [...columns(properties, ids), ...provenance(ids)]);
}

function keyedSchema(schema: SchemaObject, fields: IcebergField[]): IcebergSchema {
  const key = schema.properties.filter((property) => property.primaryKey).map(columnName);
  const keyFields = fields.filter((field) => key.includes(field.name));
  // The specification forbids optional and floating-point identifier fields: such a key stays a matter of the merge.
  const identifies =
    keyFields.length > 0 &&
    keyFields.every((field) => field.required && field.type !== 'float' && field.type !== 'double');
  return {
    type: 'struct',
    'schema-id': 0,
    ...(identifies ? { 'identifier-field-ids': keyFields.map((field) => field.id) } : {}),
    fields,
  };
}

/** The contract's columns, then the technical ones: bronze tables. A key may repeat there, so that none is declared. */
export function bronzeSchema(schema: SchemaObject): IcebergSchema {
  const ids = new FieldIds();
  const fields = columns(schema.properties, ids);
  fields.push(
    ...provenance(ids),
    technical(ids, TECHNICAL_COLUMNS.extra, 'string', false, 'Fields the contract does not name, as JSON'),
  );
  return { type: 'struct', 'schema-id': 0, fields };
}

function provenance(ids: FieldIds): IcebergField[] {
  return [
    technical(ids, TECHNICAL_COLUMNS.lane, 'string', true, 'Where the record came from'),
    technical(ids, TECHNICAL_COLUMNS.position, 'string', true, 'Position within the lane, a decimal integer'),
    technical(ids, TECHNICAL_COLUMNS.arrivedAt, 'timestamptz', true, 'When the source received the record'),
  ];
}

function technical(ids: FieldIds, name: string, type: string, required: boolean, doc: string): IcebergField {
  return { id: ids.next(), name, required, type, doc };
}

function columns(properties: ContractProperty[], ids: FieldIds): IcebergField[] {
  return properties.map((property) => {
    const id = ids.next();
    return {
      id,
      name: columnName(property),
      required: property.required,
      type: icebergType(property, ids),
      ...(property.description === undefined ? {} : { doc: property.description }),
    };
  });
}

function icebergType(property: ContractProperty, ids: FieldIds): IcebergType {
  const type = columnType(property);
  switch (type.kind) {
    case 'struct':
      return { type: 'struct', fields: columns(type.fields, ids) };
    case 'list': {
      const elementId = ids.next();
      return {
        type: 'list',
        'element-id': elementId,
        element: icebergType(type.element, ids),
        'element-required': type.element.required,
      };
    }
    default:
      return type.type;
  }
}
