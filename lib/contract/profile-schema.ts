import { fixedSchema } from './fixed-schema';
import type { IcebergSchema } from './iceberg-types';

/** Name of the table that keeps the profiles of another's columns. */
export function profileTableName(tableName: string): string {
  return `${tableName}_profile`;
}

/** The columns of a table of profiles: one row for each column each time the table was profiled. */
export function profileSchema(): IcebergSchema {
  return fixedSchema([
    ['profiled_at', 'timestamptz', true, 'When the table was profiled'],
    ['table_name', 'string', true, 'Table whose rows were looked at'],
    ['snapshot_sequence', 'long', false, 'Sequence number of the snapshot that was profiled'],
    ['column_name', 'string', true, 'Dotted path of the property'],
    ['column_type', 'string', true, 'Iceberg type; struct or list for a nested one'],
    ['schema_hash', 'string', true, 'Changes when the name, the type or the requirement of the column does'],
    ['row_count', 'long', true, 'Rows of the table'],
    ['nulls', 'long', true, 'Rows without a value'],
    ['distincts', 'long', false, 'Distinct values; null for a nested column'],
    ['duplicates', 'long', false, 'Values that repeat another; null for a nested column'],
    [
      'minimum',
      'string',
      false,
      'Smallest value; null where there is none, no order, or the column is classified',
    ],
    [
      'maximum',
      'string',
      false,
      'Largest value; null where there is none, no order, or the column is classified',
    ],
    ['contract_id', 'string', true, 'Contract that describes the table'],
    ['contract_version', 'string', true, 'Version of that contract'],
  ]);
}
