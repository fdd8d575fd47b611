import type { ContractProperty } from './contract-property';
import type { SchemaObject } from './schema-object';

/** A column that holds a value itself, and how the contract classifies it. */
export interface ClassifiedColumn {
  /** Dotted path of the property; `[]` for the elements of a list. */
  readonly path: string;
  /** The property's own, or that of what it is in; absent where the contract gives none. */
  readonly classification?: string;
}

/** The columns of a schema object at whatever depth, in the order of the contract. */
export function classifiedColumns(schema: SchemaObject): ClassifiedColumn[] {
  return schema.properties.flatMap((property) => columnsIn(property, undefined));
}

function columnsIn(property: ContractProperty, inherited: string | undefined): ClassifiedColumn[] {
  const classification = property.classification ?? inherited;
  const inside = property.items ? [property.items] : property.properties;
  if (inside.length > 0) return inside.flatMap((one) => columnsIn(one, classification));
  return [{ path: property.path, ...(classification !== undefined && { classification }) }];
}
