import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { DataContract } from '../../contract/data-contract';
import type { SchemaObject } from '../../contract/schema-object';
import type { Zone } from '../../contract/zone';
import { requireSamePlace } from '../same-environment';
import { type ILakeTable, LakeTable } from './lake-table';
import { TableContent } from './table-content';

/** What a table has to be for whoever works with it. What an imported table holds is its owner's word. */
export interface TablePurpose {
  /** @default - any zone */
  readonly zone?: Zone;
  /** @default TableContent.ROWS */
  readonly content?: TableContent;
}

/**
 * Refuses a table with other columns than those it is worked with by, and one that cannot be found: handlers know tables
 * by database and name, in the catalog of their own account and region.
 * @param property what the user called it
 * @throws Error naming the property, the table, and what to pass instead
 */
export function requireTable(
  construct: IConstruct,
  property: string,
  table: ILakeTable,
  { zone, content = TableContent.ROWS }: TablePurpose = {},
): void {
  const { account, region } = Stack.of(table);
  requireSamePlace(
    construct,
    table,
    { account, region },
    'Tables are found in the Glue catalog of the account and region of what works with them: move one of both.',
  );
  if (!(table instanceof LakeTable)) return;
  if (table._content !== content) {
    refuse(property, table, `a table with the content ${table._content}`, [
      'content',
      `TableContent.${key(content)}`,
    ]);
  }
  if (zone !== undefined && table.zone !== zone) {
    refuse(property, table, `a table of the zone ${table.zone}`, ['zone', `Zone.${key(zone)}`]);
  }
}

/**
 * Refuses one table for accepted and rejected records.
 * @throws Error naming the table, and what to make
 */
export function requireTwoTables(bronze: ILakeTable, quarantine: ILakeTable): void {
  if (Token.isUnresolved(bronze.uri) || bronze.uri !== quarantine.uri) return;
  throw new Error(
    `bronze and quarantine are the same table, ${bronze.uri}. Accepted and rejected records need a table each: ` +
      'make a LakeTable with zone Zone.QUARANTINE.',
  );
}

/**
 * Refuses a table whose rows another contract, or another schema object of it, describes. A version may differ: the
 * columns follow it. What an imported table holds is its owner's word.
 * @param property what the user called the table
 * @throws Error naming the property, the table, both descriptions, and what to pass instead
 */
export function requireDescribedBy(
  property: string,
  table: ILakeTable,
  contract: DataContract,
  schema: SchemaObject,
): void {
  if (!(table instanceof LakeTable)) return;
  const [has, wants] = [nameOf(table._contract, table.schema), nameOf(contract, schema)];
  if (has === wants) return;
  throw new Error(
    `${property} is "${table.node.path}", whose rows are described by ${has}, not by ${wants}. Pass a LakeTable with that ` +
      'contract and schemaName, or give the contract and schemaName of the table.',
  );
}

function nameOf(contract: DataContract, schema: SchemaObject): string {
  return `"${schema.name}" of contract ${contract.id}`;
}

function refuse(property: string, table: LakeTable, what: string, [option, value]: [string, string]): never {
  throw new Error(
    `${property} is "${table.node.path}", ${what}, which has other columns. Pass a LakeTable with ${option}: ${value}.`,
  );
}

/** The name of an enum's member, as the user writes it. */
function key(value: string): string {
  return value.toUpperCase().replace(/-/g, '_');
}
