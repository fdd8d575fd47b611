import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../stores/object-store';
import type { Long } from './json';
import {
  EntryStatus,
  fromDataFileStruct,
  readManifest,
  writeManifest,
  type ManifestContext,
  type ManifestEntry,
} from './manifest';
import { fieldSummaries, type ManifestFile } from './manifest-list';

const DEFAULT_FILES_TO_MERGE = 32;

/**
 * Keeps the list of manifests short, so that a commit costs the same however many there were: when a size class (up
 * to 32 files, up to 32², …) holds 32 manifests, they become one of the next class. Each entry is thus rewritten once
 * for each class, not once for each merge.
 */
export function manifestsToMerge(
  manifests: readonly ManifestFile[],
  specId: number,
  properties: Record<string, string>,
): ManifestFile[] {
  if (properties['commit.manifest-merge.enabled'] === 'false') return [];
  const enough = Math.max(
    2,
    Number(properties['commit.manifest.min-count-to-merge'] ?? DEFAULT_FILES_TO_MERGE),
  );
  const classes = new Map<number, ManifestFile[]>();
  for (const manifest of manifests) {
    if (manifest.content !== 0 || manifest.partition_spec_id !== specId) continue;
    const files = manifest.added_files_count + manifest.existing_files_count;
    const sizeClass = Math.floor(Math.log(Math.max(1, files)) / Math.log(enough));
    classes.set(sizeClass, [...(classes.get(sizeClass) ?? []), manifest]);
  }
  return [...classes.values()].find((members) => members.length >= enough) ?? [];
}

/** Writes one manifest that holds the live entries of the given ones. */
export async function mergeManifests(
  store: ObjectStore,
  path: string,
  manifests: readonly ManifestFile[],
  context: ManifestContext,
): Promise<MergedManifest> {
  const read = async (manifest: ManifestFile) =>
    readManifest(await store.get(manifest.manifest_path), manifest);
  const entries = (await Promise.all(manifests.map(read))).flat();
  const existing = entries.map((entry): ManifestEntry => ({ ...entry, status: EntryStatus.EXISTING }));
  const bytes = writeManifest(context, existing);
  await store.put(path, bytes);

  const specId = context.spec['spec-id'];
  const files = entries.map((entry) => fromDataFileStruct(entry.data_file, specId, context.partition));
  let minSequence: Long | undefined;
  for (const { sequence_number } of entries) {
    if (sequence_number !== null && (minSequence === undefined || sequence_number < minSequence))
      minSequence = sequence_number;
  }
  return {
    replaced: new Set(manifests.map((manifest) => manifest.manifest_path)),
    manifest: {
      manifest_path: path,
      manifest_length: bytes.length,
      partition_spec_id: specId,
      content: 0,
      min_sequence_number: minSequence ?? 0,
      added_files_count: 0,
      existing_files_count: files.length,
      deleted_files_count: 0,
      added_rows_count: 0,
      existing_rows_count: files.reduce((rows, file) => rows + file.recordCount, 0),
      deleted_rows_count: 0,
      partitions: fieldSummaries(context.partition, files),
      key_metadata: null,
    },
  };
}

/** A manifest of ours, before the commit says which snapshot and sequence number it belongs to. */
export type UncommittedManifest = Omit<
  ManifestFile,
  'sequence_number' | 'added_snapshot_id' | 'min_sequence_number'
> & {
  /** Absent: that of the commit. */
  readonly min_sequence_number?: Long;
};

export interface MergedManifest {
  readonly manifest: UncommittedManifest;
  /** Paths of the manifests it stands for. */
  readonly replaced: ReadonlySet<string>;
}

export function newManifestPath(location: string): string {
  return `${location}/metadata/${randomUUID()}-m0.avro`;
}
