import type { IcebergPartitionSpec, IcebergSchema, IcebergStruct } from '../../lib/contract/iceberg-types';
import type { DataFile, PartitionValue } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { partitionKey } from '../tables/partition-pruning';
import { partitionTransform } from '../tables/transforms';
import type { TableRow } from './read-rows';
import { RowFile } from './row-file';

/** Writes rows as data files of the table, one for each partition they fall into. They are not in the table yet. */
export async function writeRows(table: IcebergTable, rows: Iterable<TableRow>): Promise<DataFile[]> {
  const { schema, partitionSpec } = table;
  const specId = partitionSpec['spec-id'];
  const partitionOf = partitioner(schema, partitionSpec);
  const files = new Map<string, { partition: PartitionValue[]; file: RowFile }>();
  for (const row of rows) {
    const partition = partitionOf(row);
    const key = partitionKey({ specId, partition });
    let found = files.get(key);
    if (!found) files.set(key, (found = { partition, file: RowFile.of(table) }));
    found.file.add(row);
  }
  const written: DataFile[] = [];
  for (const { partition, file } of files.values())
    written.push(await storeFile(table, file, specId, partition));
  return written;
}

/** Stores a finished file under a name never used before. */
export async function storeFile(
  table: IcebergTable,
  file: RowFile,
  specId: number,
  partition: PartitionValue[],
  sortOrderId?: number,
): Promise<DataFile> {
  const { bytes, metrics } = file.finish();
  const filePath = table.newDataFilePath(partition, specId);
  await table.store.put(filePath, bytes);
  return { ...metrics, content: 0, filePath, fileFormat: 'PARQUET', specId, partition, sortOrderId };
}

/** Partition of a row, by the transforms of a spec. */
export function partitioner(
  schema: IcebergSchema,
  spec: IcebergPartitionSpec,
): (row: TableRow) => PartitionValue[] {
  const fields = spec.fields.map((field) => transformed(schema, field));
  return (row) => fields.map((field) => field(row));
}

/** A column's value of a row after a transform. */
export function transformed(
  schema: IcebergSchema,
  field: { readonly 'source-id': number; readonly transform: string },
): (row: TableRow) => PartitionValue {
  const { names, type } = columnOf(schema, field['source-id']);
  const transform = partitionTransform(field.transform, type);
  const isLong = /^(long|time|timestamp|timestamptz|decimal.*)$/.test(type);
  return (row) => {
    let value: unknown = row;
    for (const name of names) value = (value as TableRow | null)?.[name] ?? null;
    return transform.apply(isLong && typeof value === 'number' ? BigInt(value) : (value as PartitionValue));
  };
}

function columnOf(schema: IcebergSchema, id: number): { names: string[]; type: string } {
  const search = (struct: IcebergStruct): { names: string[]; type: string } | undefined => {
    for (const { id: fieldId, name, type } of struct.fields) {
      if (typeof type === 'string') {
        if (fieldId === id) return { names: [name], type };
      } else if (type.type === 'struct') {
        const found = search(type);
        if (found) return { ...found, names: [name, ...found.names] };
      }
    }
    return undefined;
  };
  const found = search(schema);
  if (!found)
    throw new Error(
      `Field ${id}, to partition or sort by, is not a primitive column of the table outside lists.`,
    );
  return found;
}
