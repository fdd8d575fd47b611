import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import { validateTableProperties } from '../../lib/contract/table-properties';
import { commitMetadata } from './commit-metadata';
import type { IcebergTable } from './iceberg-table';
import { successor } from './metadata-update';
import { catalogFor, tableAt, withoutTrailingSlash } from './open-table';
import { partitionType } from './schema';
import { withSortOrder, type SortColumn } from './sort-order';
import { evolvePartitionSpec, evolveSchema, identifierFieldIds } from './schema-evolution';
import { CommitConflict, CommitStateUnknown, type TableCatalog, type TableVersion } from './table-catalog';
import { newTableMetadata, type TableMetadata } from './table-metadata';
import { REAL_PACING } from './table-state';

export interface TableDefinition {
  /** Where the table's files go. Needed for a Glue table whose database has no location; elsewhere the URI is the location. */
  readonly location?: string;
  readonly schema: IcebergSchema;
  readonly partitionSpec: IcebergPartitionSpec;
  /**
   * What compaction sorts rows by; an empty list takes the order away.
   * @default - no order for a new table; that of a table that is there stays
   */
  readonly sortOrder?: readonly SortColumn[];
  readonly properties?: Record<string, string>;
}

export enum TableChange {
  CREATED = 'created',
  EVOLVED = 'evolved',
  UNCHANGED = 'unchanged',
}

export interface CreateOrEvolveResult {
  readonly table: IcebergTable;
  readonly change: TableChange;
  /** What an evolution changed, a sentence each. */
  readonly changes: string[];
}

const DEFAULT_PROPERTIES = {
  'write.format.default': 'parquet',
  // Every commit writes the metadata anew; without this each version would stay forever.
  'write.metadata.delete-after-commit.enabled': 'true',
};

const ATTEMPTS = 10;

/**
 * Makes the table what the definition says: creates it, or adds what is missing (see {@link evolveSchema}). Never drops
 * a table, a column or a property, and does nothing when nothing is missing.
 * @throws Error when a column cannot become what is wanted, naming the column, its type and the wanted one; when the
 * table is there already in another place; for a property whose value writers could not follow
 */
export async function createOrEvolveTable(
  uri: string,
  definition: TableDefinition,
): Promise<CreateOrEvolveResult> {
  validateTableProperties(uri, definition.properties);
  const catalog = await catalogFor(uri);
  const { version, change, changes } = await createOrEvolve(uri, catalog, definition);
  return { table: await tableAt(uri, catalog, version), change, changes };
}

async function createOrEvolve(
  uri: string,
  catalog: TableCatalog,
  definition: TableDefinition,
): Promise<{ version: TableVersion; change: TableChange; changes: string[] }> {
  if (!partitionType(definition.schema, definition.partitionSpec)) {
    throw new Error(`The partition spec of ${uri} names a column that the schema does not have.`);
  }
  // What was done by an attempt whose answer was lost is reported as done, not as found.
  let attempted: { change: TableChange; changes: string[] } | undefined;
  for (let attempt = 1; ; attempt++) {
    const base = await catalog.load();
    try {
      if (!base) {
        attempted = { change: TableChange.CREATED, changes: [] };
        const location = definition.location ?? (await catalog.defaultLocation());
        const properties = { ...DEFAULT_PROPERTIES, ...definition.properties };
        const metadata = newTableMetadata({
          ...definition,
          location: withoutTrailingSlash(location),
          properties,
        });
        return { version: await catalog.create(metadata), ...attempted };
      }
      requireLocation(uri, base.metadata.location, definition.location);
      const { next, changes } = evolved(base, definition);
      if (changes.length === 0) {
        return { version: base, ...(attempted ?? { change: TableChange.UNCHANGED, changes }) };
      }
      attempted = { change: TableChange.EVOLVED, changes };
      return { version: await commitMetadata(catalog, base, next), ...attempted };
    } catch (error) {
      const conflict = error instanceof CommitConflict;
      if (attempt === ATTEMPTS || !(conflict || error instanceof CommitStateUnknown)) throw error;
      if (conflict) attempted = undefined;
      await REAL_PACING.sleep(REAL_PACING.random() * 20 * 2 ** attempt);
    }
  }
}

/** Iceberg metadata holds full paths: a table that is there already stays where its files are. */
function requireLocation(uri: string, location: string, wanted?: string): void {
  if (wanted === undefined || withoutTrailingSlash(wanted) === withoutTrailingSlash(location)) return;
  throw new Error(
    `The table ${uri} has its files at ${location} and cannot be moved to ${withoutTrailingSlash(wanted)}. ` +
      'Give the table another name, or keep its bucket and folder.',
  );
}

function evolved(
  base: TableVersion,
  definition: TableDefinition,
): { next: TableMetadata; changes: string[] } {
  const table = base.metadata;
  const { schema: merged, lastColumnId, changes: columns } = evolveSchema(table, definition.schema);
  const identifiers = identifierFieldIds(merged, definition.schema);
  const schema = { ...merged, 'identifier-field-ids': identifiers };
  const changes = [...columns];
  if (String(merged['identifier-field-ids'] ?? []) !== String(identifiers))
    changes.push('the row key changed');

  const update: { -readonly [K in keyof TableMetadata]?: TableMetadata[K] } = {};
  if (changes.length > 0) {
    const schemaId = Math.max(...table.schemas.map((old) => old['schema-id'] ?? 0)) + 1;
    update.schemas = [...table.schemas, { ...schema, 'schema-id': schemaId }];
    update['current-schema-id'] = schemaId;
    update['last-column-id'] = lastColumnId;
  }
  const partition = evolvePartitionSpec(table, schema, {
    schema: definition.schema,
    spec: definition.partitionSpec,
  });
  if (partition) {
    update['partition-specs'] = [...table['partition-specs'], partition.spec];
    update['default-spec-id'] = partition.spec['spec-id'];
    update['last-partition-id'] = partition.lastPartitionId;
    changes.push('new files are partitioned anew');
  }
  if (definition.sortOrder) {
    const sorted = withSortOrder(table, schema, definition.sortOrder);
    if (sorted['default-sort-order-id'] !== table['default-sort-order-id']) {
      Object.assign(update, sorted);
      changes.push('compaction sorts anew');
    }
  }
  const properties = Object.entries(definition.properties ?? {}).filter(
    ([key, value]) => table.properties[key] !== value,
  );
  if (properties.length > 0) {
    update.properties = { ...table.properties, ...Object.fromEntries(properties) };
    changes.push(...properties.map(([key, value]) => `property ${key} is now ${value}`));
  }
  return { next: successor(base, update), changes };
}
