import type { ContractProperty } from './contract-property';

/** The table column of a property: its physical name where it has one. */
export function columnName(property: ContractProperty): string {
  return property.physicalName ?? property.name;
}

/** A name every catalog takes: lower case letters, digits and underscores (Glue folds to lower case anyway). */
export function catalogName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9_]+/g, '_');
}
