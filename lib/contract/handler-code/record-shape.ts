import { columnName } from '../column-name';
import { columnType } from '../column-type';
import type { ContractProperty } from '../contract-property';
import type { RecordField } from './row-runtime';

/** The fields of a record as its contract names and types them, for code that reads records by their contract. */
export function recordFields(
  properties: readonly ContractProperty[],
  demanded: readonly string[] = [],
): RecordField[] {
  return properties.map((property) => recordField(property, demanded));
}

function recordField(property: ContractProperty, demanded: readonly string[]): RecordField {
  const type = columnType(property);
  const names = {
    name: property.name,
    column: columnName(property),
    ...(property.physicalName === undefined || property.physicalName === property.name
      ? {}
      : { alias: property.physicalName }),
    ...(property.required || demanded.includes(property.name) ? { required: true } : {}),
    ...(property.criticalDataElement ? { critical: true } : {}),
  };
  switch (type.kind) {
    case 'struct':
      return { ...names, fields: recordFields(type.fields, property.options.required) };
    case 'list':
      return { ...names, element: recordField(type.element, []) };
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
