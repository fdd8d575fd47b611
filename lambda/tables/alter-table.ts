import type { IcebergPartitionSpec, IcebergSchema, IcebergType } from '../../lib/contract/iceberg-types';
import { addColumn, dropColumn, findColumn, moveColumn, replaceColumn } from './alter-columns';
import type { IcebergTable } from './iceberg-table';
import { stringifyJson } from './json';
import { changeMetadata } from './metadata-change';
import { partitionType } from './schema';
import { sortOrder, withSortOrder, type SortColumn } from './sort-order';
import { canWiden } from '../../lib/contract/type-promotion';
import { currentSchema, partitionSpec, type TableMetadata } from './table-metadata';

/**
 * One change of a table's columns or layout. Columns are named by their path, `device.os`; inside a list the elements
 * have the name `element`. Data files stay as they are: readers match columns by field id.
 */
export type TableAlteration =
  | { readonly do: 'add'; readonly column: string; readonly type: IcebergType; readonly doc?: string }
  | { readonly do: 'drop' | 'make optional'; readonly column: string }
  | { readonly do: 'rename' | 'widen'; readonly column: string; readonly to: string }
  /** To the first place among its siblings, or behind one of them. */
  | { readonly do: 'move'; readonly column: string; readonly after: string | null }
  /** New files are partitioned so; those there are keep their partitions. */
  | {
      readonly do: 'partition';
      readonly by: readonly { readonly column: string; readonly transform: string }[];
    }
  /** What engines that sort shall sort by; no file is written anew. */
  | { readonly do: 'sort'; readonly by: readonly SortColumn[] };

type Draft = { -readonly [K in keyof TableMetadata]: TableMetadata[K] };

/**
 * Changes a table, all of the changes in one swap or none.
 * @throws Error that says which change is not possible, and why
 */
export async function alterTable(
  table: IcebergTable,
  alterations: readonly TableAlteration[],
): Promise<void> {
  let attempted: string | undefined;
  await changeMetadata(table.state, (metadata) => {
    // What an attempt made of it whose answer was lost.
    if (attempted !== undefined && layoutOf(metadata) === attempted) return undefined;
    const draft: Draft = { ...metadata };
    let schema = currentSchema(metadata);
    for (const alteration of alterations) schema = altered(draft, schema, alteration);
    const changes = withSchema(draft, metadata, schema);
    attempted = layoutOf({ ...metadata, ...changes });
    return attempted === layoutOf(metadata) ? undefined : changes;
  });
}

function altered(draft: Draft, schema: IcebergSchema, alteration: TableAlteration): IcebergSchema {
  switch (alteration.do) {
    case 'add': {
      const { schema: next, lastColumnId } = addColumn(schema, alteration, draft['last-column-id']);
      draft['last-column-id'] = lastColumnId;
      return next;
    }
    case 'drop':
      refuseDropOfUsed(draft, schema, alteration.column);
      return dropColumn(schema, alteration.column);
    case 'make optional':
      return replaceColumn(schema, alteration.column, (field) => {
        if ((schema['identifier-field-ids'] ?? []).includes(field.id))
          throw new Error(`Column ${alteration.column} is part of the row key, which is never null.`);
        return { ...field, required: false };
      });
    case 'rename':
      if (!/^[^.]+$/.test(alteration.to))
        throw new Error(`A column is renamed to a name, not to a path. Received "${alteration.to}".`);
      return replaceColumn(schema, alteration.column, (field) => ({ ...field, name: alteration.to }));
    case 'widen':
      return replaceColumn(schema, alteration.column, (field) => {
        const { type } = field;
        if (typeof type === 'string' && (type === alteration.to || canWiden(type, alteration.to)))
          return { ...field, type: alteration.to };
        const given = typeof type === 'string' ? type : type.type;
        throw new Error(
          `Column ${alteration.column} is ${given} and cannot become ${alteration.to}. Allowed: int to long, float to double, a decimal of the same scale and more digits.`,
        );
      });
    case 'move':
      return moveColumn(schema, alteration.column, alteration.after);
    case 'partition':
      partitionBy(draft, schema, alteration.by);
      return schema;
    case 'sort':
      Object.assign(draft, withSortOrder(draft, schema, alteration.by));
      return schema;
  }
}

function refuseDropOfUsed(draft: Draft, schema: IcebergSchema, column: string): void {
  const { id } = findColumn(schema, column);
  const uses = {
    'the partition spec': partitionSpec(draft).fields.map((field) => field['source-id']),
    'the sort order': (sortOrder(draft)?.fields ?? []).map((field) => field['source-id']),
    'the row key': schema['identifier-field-ids'] ?? [],
  };
  for (const [what, ids] of Object.entries(uses)) {
    if (ids.includes(id))
      throw new Error(`Column ${column} cannot be dropped: ${what} uses it. Change that first.`);
  }
}

function partitionBy(
  draft: Draft,
  schema: IcebergSchema,
  by: readonly { readonly column: string; readonly transform: string }[],
): void {
  const known = draft['partition-specs'].flatMap((spec) => spec.fields);
  let last = Math.max(draft['last-partition-id'], ...known.map((field) => field['field-id']));
  const fields = by.map(({ column, transform }) => {
    const sourceId = findColumn(schema, column).id;
    // The same source and transform keep the partition field id they had in an earlier spec.
    const same = known.find((other) => other['source-id'] === sourceId && other.transform === transform);
    const suffix = transform === 'identity' ? '' : `_${transform.replace(/\[.*/, '')}`;
    const name = same?.name ?? `${column.replaceAll('.', '_')}${suffix}`;
    return { 'source-id': sourceId, 'field-id': same?.['field-id'] ?? ++last, name, transform };
  });
  const highest = Math.max(...draft['partition-specs'].map((spec) => spec['spec-id']));
  const wanted: IcebergPartitionSpec = { 'spec-id': highest + 1, fields };
  if (!partitionType(schema, wanted))
    throw new Error('A table is partitioned by columns of primitive types.');
  const present = draft['partition-specs'].find(
    (spec) => stringifyJson(spec.fields) === stringifyJson(fields),
  );
  draft['partition-specs'] = present ? draft['partition-specs'] : [...draft['partition-specs'], wanted];
  draft['default-spec-id'] = (present ?? wanted)['spec-id'];
  draft['last-partition-id'] = last;
}

function withSchema(draft: Draft, before: TableMetadata, schema: IcebergSchema): Partial<TableMetadata> {
  if (schema === currentSchema(before)) return draft;
  const same = draft.schemas.find((old) => contentOf(old) === contentOf(schema));
  const id = same?.['schema-id'] ?? Math.max(...draft.schemas.map((old) => old['schema-id'] ?? 0)) + 1;
  return {
    ...draft,
    schemas: same ? draft.schemas : [...draft.schemas, { ...schema, 'schema-id': id }],
    'current-schema-id': id,
  };
}

function contentOf(schema: IcebergSchema): string {
  return stringifyJson({ fields: schema.fields, key: schema['identifier-field-ids'] ?? [] });
}

function layoutOf(metadata: TableMetadata): string {
  const order = metadata['default-sort-order-id'];
  return stringifyJson([contentOf(currentSchema(metadata)), partitionSpec(metadata).fields, order]);
}
