import type {
  IcebergPartitionSpec,
  IcebergPrimitive,
  IcebergSchema,
  IcebergType,
} from '../../lib/contract/iceberg-types';
import { partitionTransform } from './transforms';

/** Every field id of a schema with the type it stands for, nested fields, list elements, map keys and values included. */
export function fieldTypes(schema: IcebergSchema): Map<number, IcebergType> {
  const types = new Map<number, IcebergType>();
  const visit = (type: IcebergType): void => {
    if (typeof type === 'string') return;
    const children: [number, IcebergType][] =
      type.type === 'struct'
        ? type.fields.map((field) => [field.id, field.type])
        : type.type === 'list'
          ? [[type['element-id'], type.element]]
          : [
              [type['key-id'], type.key],
              [type['value-id'], type.value],
            ];
    for (const [id, child] of children) {
      types.set(id, child);
      visit(child);
    }
  };
  visit(schema);
  return types;
}

export function highestFieldId(schema: IcebergSchema): number {
  return Math.max(0, ...fieldTypes(schema).keys());
}

export interface PartitionFieldType {
  readonly id: number;
  readonly name: string;
  readonly transform: string;
  /** Type of the column's value after the transform. */
  readonly type: IcebergPrimitive;
}

/** The fields of a partition tuple. Undefined when a column the spec names is no longer in the schema. */
export function partitionType(
  schema: IcebergSchema,
  spec: IcebergPartitionSpec,
): PartitionFieldType[] | undefined {
  const types = fieldTypes(schema);
  const fields: PartitionFieldType[] = [];
  for (const field of spec.fields) {
    const source = types.get(field['source-id']);
    if (typeof source !== 'string') return undefined;
    const { resultType } = partitionTransform(field.transform, source);
    fields.push({ id: field['field-id'], name: field.name, transform: field.transform, type: resultType });
  }
  return fields;
}

/** As {@link partitionType}; a column that was dropped is looked for in the table's earlier schemas. */
export function partitionTypeOf(
  metadata: {
    readonly location: string;
    readonly schemas: IcebergSchema[];
    readonly 'current-schema-id': number;
  },
  spec: IcebergPartitionSpec,
): PartitionFieldType[] {
  const current = metadata.schemas.filter((schema) => schema['schema-id'] === metadata['current-schema-id']);
  for (const schema of [...current, ...metadata.schemas.toReversed()]) {
    const type = partitionType(schema, spec);
    if (type) return type;
  }
  throw new Error(
    `Partition spec ${spec['spec-id']} of ${metadata.location} names a column that none of its schemas has.`,
  );
}
