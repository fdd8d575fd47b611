import { randomBytes } from 'node:crypto';
import type { DataFile } from './data-file';
import type { Long } from './json';

/** A snapshot (Iceberg specification, "Snapshots"). */
export interface Snapshot {
  readonly 'snapshot-id': Long;
  readonly 'parent-snapshot-id'?: Long | null;
  readonly 'sequence-number'?: Long;
  readonly 'timestamp-ms': number;
  readonly 'manifest-list': string;
  readonly 'schema-id'?: number;
  readonly summary?: Record<string, string>;
}

/** Random, and below 2^53: readers that parse JSON numbers as doubles keep it exact. */
export function newSnapshotId(): number {
  return Number(randomBytes(8).readBigUInt64BE() >> 11n) + 1;
}

/** Summary of a snapshot that adds data files: what it added, and the parent's totals moved on. */
export function appendSummary(
  files: readonly DataFile[],
  parent: Snapshot | undefined,
  extra: Record<string, string>,
): Record<string, string> {
  let records = 0;
  let bytes = 0;
  const partitions = new Set<string>();
  for (const file of files) {
    records += file.recordCount;
    bytes += file.fileSizeInBytes;
    partitions.add(`${file.specId}/${file.partition.join('/')}`);
  }
  const total = (name: string, added: number) => String(Number(parent?.summary?.[name] ?? 0) + added);
  return {
    ...extra,
    operation: 'append',
    'added-data-files': String(files.length),
    'added-records': String(records),
    'added-files-size': String(bytes),
    'changed-partition-count': String(partitions.size),
    'total-records': total('total-records', records),
    'total-files-size': total('total-files-size', bytes),
    'total-data-files': total('total-data-files', files.length),
    'total-delete-files': total('total-delete-files', 0),
    'total-position-deletes': total('total-position-deletes', 0),
    'total-equality-deletes': total('total-equality-deletes', 0),
  };
}
