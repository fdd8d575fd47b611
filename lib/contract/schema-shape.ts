import { columnType } from './column-type';
import type { ContractProperty } from './contract-property';
import { shapeHash } from './shape-hash';
import { withNested } from './table-facts';

/** The hash of what records are to look like: names, types and what is required, whatever the order. */
export function schemaHash(properties: readonly ContractProperty[]): string {
  return shapeHash(properties.flatMap((property) => lines(property, [])));
}

/** Paths of the fields that the contract calls critical (`device.serial`, `items[].sku`), in its order. */
export function criticalFields(properties: readonly ContractProperty[]): string[] {
  return properties
    .flatMap(withNested)
    .filter(({ criticalDataElement }) => criticalDataElement)
    .map(({ path }) => path);
}

function lines(property: ContractProperty, demanded: readonly string[]): string[][] {
  const { path, required, options, logicalType } = property;
  const type = columnType(property);
  const line = [
    path,
    type.kind === 'primitive' ? type.type : type.kind === 'json' ? `${logicalType} as text` : type.kind,
    required || demanded.includes(property.name) ? 'required' : 'optional',
  ];
  switch (type.kind) {
    case 'struct':
      return [line, ...type.fields.flatMap((field) => lines(field, options.required ?? []))];
    case 'list':
      return [line, ...lines(type.element, [])];
    default:
      return [line];
  }
}
