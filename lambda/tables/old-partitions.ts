import type { DataFile, PartitionValue } from './data-file';
import type { IcebergTable } from './iceberg-table';
import { partitionTypeOf, type PartitionFieldType } from './schema';
import { partitionSpec } from './table-metadata';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export class NoTimePartition extends Error {
  constructor(uri: string, fields: readonly PartitionFieldType[]) {
    const spec = fields.map(({ name, transform }) => `${transform}(${name})`).join(', ');
    super(
      `${uri} is not partitioned by time (${spec === '' ? 'it has no partitions' : `its partitions: ${spec}`}), so that no partition ` +
        'of it grows old. Partition it by year, month, day or hour of a timestamp, or by a date.',
    );
    this.name = 'NoTimePartition';
  }
}

/**
 * Data files of the current snapshot whose partition ended before a time. Files of partitions by an earlier spec are
 * judged by that spec; delete files of other engines are not among them.
 * @param before epoch milliseconds
 * @throws NoTimePartition where the table's current spec has no field by time
 */
export async function filesOfOldPartitions(table: IcebergTable, before: number): Promise<DataFile[]> {
  const { metadata } = table;
  const current = partitionTypeOf(metadata, partitionSpec(metadata));
  if (!current.some(isByTime)) throw new NoTimePartition(table.uri, current);
  const specs = new Map<number, PartitionFieldType[]>();
  const fieldsOf = (specId: number): PartitionFieldType[] => {
    const known = specs.get(specId) ?? partitionTypeOf(metadata, partitionSpec(metadata, specId));
    specs.set(specId, known);
    return known;
  };
  return (await table.currentDataFiles()).filter(({ content, specId, partition }) => {
    if (content !== 0) return false;
    const ends = fieldsOf(specId).flatMap((field, i) => endOf(field, partition[i]) ?? []);
    return ends.some((end) => end <= before);
  });
}

function isByTime(field: PartitionFieldType): boolean {
  return endOf(field, 0) !== undefined;
}

/** When a partition is over, epoch milliseconds; undefined for one that is not of a time. */
function endOf({ transform, type }: PartitionFieldType, value: PartitionValue): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const count = Number(value);
  if (transform === 'year') return Date.UTC(1970 + count + 1, 0);
  if (transform === 'month') return Date.UTC(1970, count + 1);
  if (transform === 'hour') return (count + 1) * HOUR_MS;
  if (type === 'date') return (count + 1) * DAY_MS;
  if (transform === 'identity' && (type === 'timestamp' || type === 'timestamptz')) return count / 1000;
  return undefined;
}
