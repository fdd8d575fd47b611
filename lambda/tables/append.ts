import type { ObjectStore } from '../stores/object-store';
import { AddedFiles } from './added-files';
import type { DataFile } from './data-file';
import { manifestContext } from './manifest';
import type { ManifestFile } from './manifest-list';
import {
  manifestsToMerge,
  mergeManifests,
  newManifestPath,
  type MergedManifest,
  type UncommittedManifest,
} from './manifest-merge';
import { snapshotSummary, type Snapshot } from './snapshot';
import type { CommitAttempt, SnapshotContent, SnapshotManifests } from './snapshot-commit';

/** Data files that are added to whatever the table holds. */
export class AppendedFiles implements SnapshotContent {
  private readonly added: AddedFiles;
  private merged: MergedManifest | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly files: readonly DataFile[],
  ) {
    this.added = new AddedFiles(store, files);
  }

  get isEmpty(): boolean {
    return this.files.length === 0;
  }

  async manifests(attempt: CommitAttempt): Promise<SnapshotManifests> {
    const added = await this.added.manifests(attempt);
    const { kept, rewritten } = await this.mergeWhenMany(attempt);
    return { own: [...added, ...rewritten], kept };
  }

  summary(parent: Snapshot | undefined): Record<string, string> {
    return snapshotSummary('append', parent, { added: this.files });
  }

  private async mergeWhenMany({
    metadata,
    previous,
    wrote,
  }: CommitAttempt): Promise<{ kept: readonly ManifestFile[]; rewritten: UncommittedManifest[] }> {
    const present = new Set(previous.map((manifest) => manifest.manifest_path));
    const usable = this.merged && [...this.merged.replaced].every((path) => present.has(path));
    if (!usable) {
      this.merged = undefined;
      const specId = metadata['default-spec-id'];
      const many = manifestsToMerge(previous, specId, metadata.properties);
      if (many.length > 0) {
        const path = newManifestPath(metadata.location);
        this.merged = await mergeManifests(this.store, path, many, manifestContext(metadata, specId));
        wrote(path);
      }
    }
    if (!this.merged) return { kept: previous, rewritten: [] };
    const { manifest, replaced } = this.merged;
    return {
      kept: previous.filter(({ manifest_path }) => !replaced.has(manifest_path)),
      rewritten: [manifest],
    };
  }
}
