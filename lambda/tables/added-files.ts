import type { ObjectStore } from '../stores/object-store';
import type { DataFile } from './data-file';
import { EntryStatus, manifestContext, toDataFileStruct, writeManifest } from './manifest';
import { fieldSummaries } from './manifest-list';
import { newManifestPath, type UncommittedManifest } from './manifest-merge';
import type { CommitAttempt } from './snapshot-commit';

/** Manifests that add data files, one for each partition spec the files were written with; they serve every attempt. */
export class AddedFiles {
  private written: UncommittedManifest[] | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly files: readonly DataFile[],
  ) {}

  async manifests(attempt: CommitAttempt): Promise<UncommittedManifest[]> {
    this.written ??= await this.write(attempt);
    return this.written;
  }

  private async write({ metadata, snapshotId, wrote }: CommitAttempt): Promise<UncommittedManifest[]> {
    const written: UncommittedManifest[] = [];
    for (const [specId, files] of groupBySpec(this.files)) {
      const context = manifestContext(metadata, specId);
      const entries = files.map((file) => ({
        status: EntryStatus.ADDED,
        snapshot_id: snapshotId,
        sequence_number: null,
        file_sequence_number: null,
        data_file: toDataFileStruct(file, context.partition),
      }));
      const path = newManifestPath(metadata.location);
      const bytes = writeManifest(context, entries);
      await this.store.put(path, bytes);
      wrote(path);
      written.push({
        manifest_path: path,
        manifest_length: bytes.length,
        partition_spec_id: specId,
        content: 0,
        added_files_count: files.length,
        existing_files_count: 0,
        deleted_files_count: 0,
        added_rows_count: files.reduce((rows, file) => rows + file.recordCount, 0),
        existing_rows_count: 0,
        deleted_rows_count: 0,
        partitions: fieldSummaries(context.partition, files),
        key_metadata: null,
      });
    }
    return written;
  }
}

export function groupBySpec(files: readonly DataFile[]): Map<number, DataFile[]> {
  const groups = new Map<number, DataFile[]>();
  for (const file of files) {
    const group = groups.get(file.specId);
    if (group) group.push(file);
    else groups.set(file.specId, [file]);
  }
  return groups;
}
