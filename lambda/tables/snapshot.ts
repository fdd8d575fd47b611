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

export type SnapshotOperation = 'append' | 'overwrite' | 'replace' | 'delete';

/** Summary of a snapshot: what it added and removed, and the parent's totals moved on. */
export function snapshotSummary(
  operation: SnapshotOperation,
  parent: Snapshot | undefined,
  change: { readonly added: readonly DataFile[]; readonly removed?: readonly DataFile[] },
): Record<string, string> {
  const { added, removed = [] } = change;
  const partitions = new Set(
    [...added, ...removed].map((file) => `${file.specId}/${file.partition.join('/')}`),
  );
  const counts = (files: readonly DataFile[]) => ({
    files: files.length,
    records: files.reduce((sum, file) => sum + file.recordCount, 0),
    bytes: files.reduce((sum, file) => sum + file.fileSizeInBytes, 0),
  });
  const [more, less] = [counts(added), counts(removed)];
  const total = (name: string, difference: number) =>
    String(Math.max(0, Number(parent?.summary?.[name] ?? 0) + difference));
  return {
    operation,
    'added-data-files': String(more.files),
    'added-records': String(more.records),
    'added-files-size': String(more.bytes),
    ...(less.files > 0 && {
      'deleted-data-files': String(less.files),
      'deleted-records': String(less.records),
      'removed-files-size': String(less.bytes),
    }),
    'changed-partition-count': String(partitions.size),
    'total-records': total('total-records', more.records - less.records),
    'total-files-size': total('total-files-size', more.bytes - less.bytes),
    'total-data-files': total('total-data-files', more.files - less.files),
    'total-delete-files': total('total-delete-files', 0),
    'total-position-deletes': total('total-position-deletes', 0),
    'total-equality-deletes': total('total-equality-deletes', 0),
  };
}
