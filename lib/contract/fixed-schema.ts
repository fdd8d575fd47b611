import type { IcebergSchema } from './iceberg-types';

/** A column of a table whose shape no contract decides: its name, Iceberg type, whether it is required, and meaning. */
export type FixedColumn = readonly [name: string, type: string, required: boolean, doc: string];

/** The schema of such a table. Field ids follow the order: new columns go to the end. */
export function fixedSchema(columns: readonly FixedColumn[]): IcebergSchema {
  return {
    type: 'struct',
    'schema-id': 0,
    fields: columns.map(([name, type, required, doc], index) => ({
      id: index + 1,
      name,
      required,
      type,
      doc,
    })),
  };
}
