import type { IcebergTable } from '../../tables/iceberg-table';
import { TableFiles } from '../../tables/table-files';
import type { Subject } from './subject';

/** A column that tells subjects is none of the table any more, and files written before still hold its values. */
export class SubjectDropped extends Error {
  constructor(location: string, column: string, files: number) {
    super(
      `${location} had a column "${column}", which was dropped: ${files} files still hold its values. Have them written anew ` +
        '(lakehouse maintain, or the table optimizer), expire the snapshots before that, and run the request again.',
    );
    this.name = 'SubjectDropped';
  }
}

/** @throws SubjectDropped when files that a snapshot has hold values of a column the table no longer has */
export async function requireNoneDropped(table: IcebergTable, { fields }: Subject): Promise<void> {
  const { metadata, store } = table;
  const present = new Set(table.schema.fields.map(({ id }) => id));
  const files = new TableFiles(store, metadata);
  for (const { column } of fields) {
    const ids = metadata.schemas
      .flatMap((schema) => schema.fields)
      .filter(({ name, id }) => name === column && !present.has(id))
      .map(({ id }) => id);
    if (ids.length === 0) continue;
    const holding = new Set<string>();
    for (const snapshot of metadata.snapshots)
      for (const { filePath, columnSizes, valueCounts } of await files.live(snapshot)) {
        // A writer that counts nothing may have written anything.
        const isUncounted = columnSizes.size + valueCounts.size === 0;
        if (isUncounted || ids.some((id) => columnSizes.has(id) || valueCounts.has(id)))
          holding.add(filePath);
      }
    if (holding.size > 0) throw new SubjectDropped(table.location, column, holding.size);
  }
}
