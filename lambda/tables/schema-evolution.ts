import type {
  IcebergField,
  IcebergPartitionSpec,
  IcebergSchema,
  IcebergStruct,
  IcebergType,
} from '../../lib/contract/iceberg-types';
import { canWiden } from '../../lib/contract/type-promotion';
import { fieldTypes } from './schema';
import type { TableMetadata } from './table-metadata';
import { currentSchema, partitionSpec } from './table-metadata';

export interface SchemaChange {
  readonly schema: IcebergSchema;
  readonly lastColumnId: number;
  /** What changed, a sentence each; empty when the table has all that is wanted. */
  readonly changes: string[];
}

/**
 * The table's schema with what is wanted and missing: columns added, types widened, `required` relaxed. Columns match by
 * name and keep their ids; none is dropped. An added column is optional, whatever is wanted: older rows have no value.
 * @throws Error when a column cannot become what is wanted
 */
export function evolveSchema(table: TableMetadata, wanted: IcebergSchema): SchemaChange {
  const evolution = new SchemaEvolution(table['last-column-id']);
  const present = currentSchema(table);
  const fields = evolution.mergeFields(present.fields, wanted.fields, '');
  if (evolution.problems.length > 0) {
    throw new Error(
      `The table at ${table.location} cannot take this schema:\n${evolution.problems.join('\n')}`,
    );
  }
  const schema = { ...present, fields };
  return { schema, lastColumnId: evolution.lastColumnId, changes: evolution.changes };
}

/** The wanted partition spec in the table's field ids; undefined when the table's spec already says the same. */
export function evolvePartitionSpec(
  table: TableMetadata,
  schema: IcebergSchema,
  wanted: { schema: IcebergSchema; spec: IcebergPartitionSpec },
): { spec: IcebergPartitionSpec; lastPartitionId: number } | undefined {
  const wantedNames = columnPaths(wanted.schema);
  const ids = new Map([...columnPaths(schema)].map(([id, path]) => [path, id]));
  const known = table['partition-specs'].flatMap((spec) => spec.fields);
  let lastPartitionId = Math.max(table['last-partition-id'], ...known.map((field) => field['field-id']));
  const fields = wanted.spec.fields.map((field) => {
    const sourceId = ids.get(wantedNames.get(field['source-id'])!)!;
    // The same source and transform keep the partition field id they had in an earlier spec.
    const same = known.find(
      (other) => other['source-id'] === sourceId && other.transform === field.transform,
    );
    return { ...field, 'source-id': sourceId, 'field-id': same?.['field-id'] ?? ++lastPartitionId };
  });
  const current = partitionSpec(table).fields.filter((field) => field.transform !== 'void');
  const text = (list: typeof fields) =>
    list.map((field) => `${field['source-id']} ${field.transform}`).join();
  if (text(current) === text(fields)) return undefined;
  const specId = Math.max(...table['partition-specs'].map((spec) => spec['spec-id'])) + 1;
  return { spec: { 'spec-id': specId, fields }, lastPartitionId };
}

class SchemaEvolution {
  readonly changes: string[] = [];
  readonly problems: string[] = [];

  constructor(public lastColumnId: number) {}

  mergeFields(
    present: readonly IcebergField[],
    wanted: readonly IcebergField[],
    parent: string,
  ): IcebergField[] {
    const wantedByName = new Map(wanted.map((field) => [field.name, field]));
    const merged = present.map((field) => {
      const path = parent + field.name;
      const want = wantedByName.get(field.name);
      wantedByName.delete(field.name);
      if (field.required && !want?.required) this.changes.push(`${path} is now optional`);
      if (!want) return { ...field, required: false };
      const doc = want.doc ?? field.doc;
      if (doc !== field.doc) this.changes.push(`${path} has a new description`);
      const type = this.mergeType(field.type, want.type, path);
      return {
        ...field,
        type,
        required: field.required && want.required,
        ...(doc === undefined ? {} : { doc }),
      };
    });
    for (const field of wantedByName.values()) {
      this.changes.push(`${parent}${field.name} was added`);
      const id = ++this.lastColumnId;
      const { type, lastColumnId } = withFreshIds(field.type, id);
      this.lastColumnId = lastColumnId;
      merged.push({ ...field, id, required: false, type });
    }
    return merged;
  }

  private mergeType(present: IcebergType, wanted: IcebergType, path: string): IcebergType {
    if (typeof present === 'string' && typeof wanted === 'string') {
      if (present === wanted) return present;
      if (canWiden(present, wanted)) {
        this.changes.push(`${path} was widened from ${present} to ${wanted}`);
        return wanted;
      }
      // What is wanted is narrower than what a wider version of the contract left behind: the table holds it.
      if (canWiden(wanted, present)) return present;
    } else if (typeof present !== 'string' && typeof wanted !== 'string') {
      if (present.type === 'struct' && wanted.type === 'struct') {
        return { ...present, fields: this.mergeFields(present.fields, wanted.fields, `${path}.`) };
      }
      if (present.type === 'list' && wanted.type === 'list') {
        return {
          ...present,
          element: this.mergeType(present.element, wanted.element, `${path}[]`),
          'element-required': this.relax(
            present['element-required'],
            wanted['element-required'],
            `${path}[]`,
          ),
        };
      }
      if (present.type === 'map' && wanted.type === 'map') {
        return {
          ...present,
          key: this.mergeType(present.key, wanted.key, `${path}{key}`),
          value: this.mergeType(present.value, wanted.value, `${path}{}`),
          'value-required': this.relax(present['value-required'], wanted['value-required'], `${path}{}`),
        };
      }
    }
    this.problems.push(
      `  column ${path} is ${typeText(present)} and cannot become ${typeText(wanted)}. Allowed: the same type, int to long, ` +
        `float to double, a decimal of the same scale and more digits. Give the new column another name.`,
    );
    return present;
  }

  private relax(present: boolean, wanted: boolean, path: string): boolean {
    if (present && !wanted) this.changes.push(`${path} is now optional`);
    return present && wanted;
  }
}

/** A type with ids that follow the last one used, as no column of the table ever had. */
export function withFreshIds(
  type: IcebergType,
  lastColumnId: number,
): { type: IcebergType; lastColumnId: number } {
  let last = lastColumnId;
  const visit = (old: IcebergType): IcebergType => {
    if (typeof old === 'string') return old;
    switch (old.type) {
      case 'struct': {
        const ids = old.fields.map(() => ++last);
        return {
          ...old,
          fields: old.fields.map((field, i) => ({ ...field, id: ids[i], type: visit(field.type) })),
        };
      }
      case 'list':
        return { ...old, 'element-id': ++last, element: visit(old.element) };
      case 'map': {
        const [keyId, valueId] = [++last, ++last];
        const [key, value] = [visit(old.key), visit(old.value)];
        return { ...old, 'key-id': keyId, key, 'value-id': valueId, value };
      }
    }
  };
  const fresh = visit(type);
  return { type: fresh, lastColumnId: last };
}

function typeText(type: IcebergType): string {
  if (typeof type === 'string') return type;
  if (type.type === 'struct')
    return `struct<${type.fields.map((field) => `${field.name}: ${typeText(field.type)}`).join(', ')}>`;
  return type.type === 'list'
    ? `list<${typeText(type.element)}>`
    : `map<${typeText(type.key)}, ${typeText(type.value)}>`;
}

/** Field id → dotted path, for the columns a partition may be made of: those in structs, not in lists and maps. */
function columnPaths(schema: IcebergSchema): Map<number, string> {
  const paths = new Map<number, string>();
  const visit = (struct: IcebergStruct, parent: string): void => {
    for (const field of struct.fields) {
      paths.set(field.id, parent + field.name);
      if (typeof field.type !== 'string' && field.type.type === 'struct')
        visit(field.type, `${parent}${field.name}.`);
    }
  };
  visit(schema, '');
  return paths;
}

/** Ids of the row key columns, in the ids of the table. Only required columns can be part of a key. */
export function identifierFieldIds(table: IcebergSchema, wanted: IcebergSchema): number[] {
  const wantedPaths = columnPaths(wanted);
  const names = new Set((wanted['identifier-field-ids'] ?? []).map((id) => wantedPaths.get(id)));
  const required = new Set(table.fields.filter((field) => field.required).map((field) => field.id));
  const ids = [...columnPaths(table)].filter(([, path]) => names.has(path)).map(([id]) => id);
  return ids.length === names.size && ids.every((id) => required.has(id) && fieldTypes(table).has(id))
    ? ids
    : [];
}
