import { columnType } from './column-type';
import type { ContractProperty } from './contract-property';
import type { IcebergPartitionField, IcebergPartitionSpec } from './iceberg-types';
import type { SchemaObject } from './schema-object';
import { bronzeSchema } from './table-schema';

/** Custom property of a property that overrides the default transform. */
export const PARTITION_TRANSFORM = 'partitionTransform';
/** The specification numbers partition fields from 1000. */
const FIRST_PARTITION_FIELD_ID = 1000;

/** How a property partitions its table: `partitionTransform`, else `day` for dates and timestamps, else `identity`. */
export function partitionTransform(property: ContractProperty): string {
  const custom = property.customProperties.find((entry) => entry.property === PARTITION_TRANSFORM)?.value;
  if (typeof custom === 'string') return custom.toLowerCase().replace(/\s+/g, '');
  const type = columnType(property);
  return type.kind === 'primitive' && /^(date|timestamp|timestamptz)$/.test(type.type) ? 'day' : 'identity';
}

/** The partition spec of the bronze table. */
export function bronzePartitionSpec(schema: SchemaObject): IcebergPartitionSpec {
  const idOf = new Map(bronzeSchema(schema).fields.map((field) => [field.name, field.id]));
  const taken = new Set(idOf.keys());
  const fields = schema.partitionColumns.map(({ column, transform }, index): IcebergPartitionField => {
    const sourceId = idOf.get(column);
    if (sourceId === undefined)
      throw new Error(`Partition column ${column} is not a column of ${schema.name}.`);
    let name = partitionFieldName(column, transform);
    // The specification lets a partition field share a column's name only where it is that column, unchanged.
    while (transform !== 'identity' && taken.has(name)) name = `${name}_partition`;
    taken.add(name);
    return {
      'source-id': sourceId,
      'field-id': FIRST_PARTITION_FIELD_ID + index,
      name,
      transform,
    };
  });
  return { 'spec-id': 0, fields };
}

/** Named as the Iceberg libraries do: `ordered_at_day`, `id_bucket`, `code_trunc`; identity keeps the column's name. */
function partitionFieldName(column: string, transform: string): string {
  if (transform === 'identity') return column;
  const word = transform.replace(/\[.*$/, '');
  return `${column}_${word === 'truncate' ? 'trunc' : word}`;
}
