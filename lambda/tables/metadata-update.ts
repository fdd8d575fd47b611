import type { Snapshot } from './snapshot';
import type { TableVersion } from './table-catalog';
import type { TableMetadata } from './table-metadata';

const PREVIOUS_VERSIONS_MAX = 'write.metadata.previous-versions-max';
const DELETE_AFTER_COMMIT = 'write.metadata.delete-after-commit.enabled';
const DEFAULT_PREVIOUS_VERSIONS = 100;

/** The metadata that follows `base`: the changes, the time, and `base` in the metadata log, which is kept short. */
export function successor(base: TableVersion, changes: Partial<TableMetadata>): TableMetadata {
  const next = { ...base.metadata, ...changes };
  const previous = {
    'timestamp-ms': base.metadata['last-updated-ms'],
    'metadata-file': base.metadataLocation,
  };
  const log = [...base.metadata['metadata-log'], previous];
  const longest = Math.max(1, Number(next.properties[PREVIOUS_VERSIONS_MAX] ?? DEFAULT_PREVIOUS_VERSIONS));
  return { ...next, 'last-updated-ms': timeAfter(base), 'metadata-log': log.slice(-longest) };
}

/** Metadata files that `next` dropped from the log and that the table's properties allow to delete. */
export function droppedMetadataFiles(base: TableVersion, next: TableMetadata): string[] {
  if (next.properties[DELETE_AFTER_COMMIT] !== 'true') return [];
  const kept = new Set(next['metadata-log'].map((entry) => entry['metadata-file']));
  return base.metadata['metadata-log']
    .map((entry) => entry['metadata-file'])
    .filter((file) => !kept.has(file));
}

/** The changes that make a new snapshot the current one. */
export function withSnapshot(
  base: TableMetadata,
  snapshot: Snapshot,
  properties: Record<string, string>,
): Partial<TableMetadata> {
  const id = snapshot['snapshot-id'];
  const logged = { 'timestamp-ms': snapshot['timestamp-ms'], 'snapshot-id': id };
  return {
    'last-sequence-number': snapshot['sequence-number'],
    'current-snapshot-id': id,
    snapshots: [...base.snapshots, snapshot],
    refs: { ...base.refs, main: { ...(base.refs.main ?? { type: 'branch' }), 'snapshot-id': id } },
    'snapshot-log': [...base['snapshot-log'], logged],
    properties: { ...base.properties, ...properties },
  };
}

/** Now, but never before the version it follows: clocks differ, and logs must not run backwards. */
export function timeAfter(base: TableVersion): number {
  return Math.max(Date.now(), base.metadata['last-updated-ms']);
}
