import { columnName } from '../column-name';
import type { ContractProperty } from '../contract-property';
import type { SchemaObject } from '../schema-object';
import { TECHNICAL_COLUMNS } from '../technical-columns';
import type { Fields } from './fields';

/** Reports schema objects that share a name or a table. */
export function checkSchemaNames(contract: Fields, schemas: SchemaObject[]): void {
  const entries = contract.maps('schema');
  const names = new Map<string, number>();
  const tables = new Map<string, number>();
  schemas.forEach((schema, index) => {
    const node = entries[index].entry('name') ?? entries[index].node;
    const sameName = names.get(schema.name);
    const sameTable = tables.get(schema.tableName);
    if (schema.name.trim() === '') return;
    if (sameName !== undefined) {
      contract.problems.report(
        node,
        `is the name of schema[${sameName}] too. Give each schema object its own name.`,
      );
    } else if (sameTable !== undefined) {
      contract.problems.report(
        entries[index].entry('physicalName') ?? node,
        `gives the table ${schema.tableName}, and so does schema[${sameTable}] (names are folded to [a-z0-9_]). Set another physicalName.`,
      );
    }
    names.set(schema.name, sameName ?? index);
    tables.set(schema.tableName, sameTable ?? index);
  });
}

/**
 * Reports siblings that share a name or a column, and columns that this library adds itself. Glue and most query
 * engines fold column names to lower case, so that two which differ in case alone are one.
 */
export function checkColumnNames(entries: Fields[], properties: ContractProperty[], topLevel: boolean): void {
  const names = new Map<string, string>();
  const columns = new Map<string, string>();
  const technical: string[] = Object.values(TECHNICAL_COLUMNS);
  properties.forEach((property, index) => {
    const entry = entries[index];
    if (property.name === '') return;
    const node = entry.entry('name') ?? entry.node;
    const columnNode = entry.entry('physicalName') ?? node;
    const column = columnName(property).toLowerCase();
    const sameName = names.get(property.name);
    const sameColumn = columns.get(column);
    if (sameName !== undefined) {
      entry.problems.report(node, `is the name of ${sameName} too. Rename or remove one of them.`);
    } else if (sameColumn !== undefined) {
      entry.problems.report(
        columnNode,
        `gives the column ${column}, and so does ${sameColumn} (columns are folded to lower case). Set another physicalName.`,
      );
    } else if (topLevel && technical.includes(column)) {
      entry.problems.report(
        columnNode,
        `is a column this library adds to every bronze table (${technical.join(', ')}). Set another physicalName.`,
      );
    }
    names.set(property.name, sameName ?? entry.node.path);
    columns.set(column, sameColumn ?? entry.node.path);
  });
}
