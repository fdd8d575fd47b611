import { columnName } from '../column-name';
import { columnType } from '../column-type';
import type { ContractProperty } from '../contract-property';
import type { RecordField } from './row-runtime';

/** The fields of a record as its contract names and types them, for code that reads records by their contract. */
export function recordFields(properties: readonly ContractProperty[]): RecordField[] {
  return properties.map(recordField);
}

function recordField(property: ContractProperty): RecordField {
  const type = columnType(property);
  const names = {
    name: property.name,
    column: columnName(property),
    ...(property.physicalName === undefined || property.physicalName === property.name
      ? {}
      : { alias: property.physicalName }),
  };
  switch (type.kind) {
    case 'struct':
      return { ...names, fields: recordFields(type.fields) };
    case 'list':
      return { ...names, element: recordField(type.element) };
    case 'json':
      return { ...names, type: property.logicalType === 'array' ? 'json-array' : 'json-object' };
    case 'primitive': {
      const { format, defaultTimezone } = property.options;
      return {
        ...names,
        type: type.type,
        ...(format === undefined ? {} : { format }),
        ...(defaultTimezone === undefined ? {} : { zone: defaultTimezone }),
      };
    }
  }
}
