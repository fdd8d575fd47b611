import type { IcebergPartitionSpec, IcebergSchema } from '../../contract/iceberg-types';
import { bronzePartitionSpec } from '../../contract/partition-spec';
import { profileSchema, profileTableName } from '../../contract/profile-schema';
import { qualityResultsSchema, qualityTableName } from '../../contract/quality-results-schema';
import { quarantineSchema } from '../../contract/quarantine-schema';
import type { SchemaObject } from '../../contract/schema-object';
import { bronzeSchema, silverSchema, tableSchema, tombstonesSchema } from '../../contract/table-schema';
import { Zone } from '../../contract/zone';

/** What the rows of a table are. */
export enum TableContent {
  /** What the contract describes, as the zone keeps it. */
  ROWS = 'rows',
  /** The latest deletion of each key, so that a late row does not bring back what was deleted after it. */
  TOMBSTONES = 'tombstones',
  /** The results of quality gates: a row for each gate each time it was evaluated. */
  QUALITY_RESULTS = 'quality-results',
  /** Profiles: a row for each column each time the table was profiled. */
  PROFILES = 'profiles',
}

export function tableNameOf({ tableName }: SchemaObject, content: TableContent): string {
  switch (content) {
    case TableContent.TOMBSTONES:
      return `${tableName}_tombstones`;
    case TableContent.QUALITY_RESULTS:
      return qualityTableName(tableName);
    case TableContent.PROFILES:
      return profileTableName(tableName);
    case TableContent.ROWS:
      return tableName;
  }
}

export function columnsOf(schema: SchemaObject, zone: Zone, content: TableContent): IcebergSchema {
  switch (content) {
    case TableContent.TOMBSTONES:
      return tombstonesSchema(schema);
    case TableContent.QUALITY_RESULTS:
      return qualityResultsSchema();
    case TableContent.PROFILES:
      return profileSchema();
    case TableContent.ROWS:
      return rowColumns(schema, zone);
  }
}

function rowColumns(schema: SchemaObject, zone: Zone): IcebergSchema {
  switch (zone) {
    case Zone.QUARANTINE:
      return quarantineSchema();
    case Zone.BRONZE:
      return bronzeSchema(schema);
    case Zone.SILVER:
      return silverSchema(schema);
    case Zone.GOLD:
      return tableSchema(schema);
  }
}

/** The contract's columns have the same field ids in every zone, so that one spec fits; what is beside them is little. */
export function partitionsOf(schema: SchemaObject, zone: Zone, content: TableContent): IcebergPartitionSpec {
  return zone === Zone.QUARANTINE || content !== TableContent.ROWS
    ? { 'spec-id': 0, fields: [] }
    : bronzePartitionSpec(schema);
}

export function validateContent(content: TableContent, zone: Zone): void {
  if (content === TableContent.ROWS || zone === Zone.SILVER) return;
  throw new Error(
    `A table with the content ${content} is kept beside a silver table. Received the zone ${zone}: pass Zone.SILVER, or ` +
      'leave out content for the rows of the contract.',
  );
}
