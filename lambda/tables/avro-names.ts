import type { AvroComplexSchema, AvroField, AvroSchema } from './avro-codec';

/**
 * A writer's schema with its fields named as this code knows them, by field id. Engines and versions of the
 * specification name the same field differently (`added_files_count`, once `added_data_files_count`).
 */
export function canonicalNames(schema: AvroSchema, names: ReadonlyMap<number, string>): AvroSchema {
  if (typeof schema === 'string') return schema;
  if (Array.isArray(schema)) return schema.map((branch) => canonicalNames(branch, names));
  const renamed: Record<string, unknown> = { ...schema };
  if (typeof schema.type !== 'string') renamed.type = canonicalNames(schema.type, names);
  if (schema.items !== undefined) renamed.items = canonicalNames(schema.items, names);
  if (schema.fields !== undefined) {
    renamed.fields = schema.fields.map((field): AvroField => ({
      ...field,
      name: names.get(field['field-id'] ?? -1) ?? field.name,
      type: canonicalNames(field.type, names),
    }));
  }
  return renamed as AvroComplexSchema;
}
