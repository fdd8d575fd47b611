import { randomUUID } from 'node:crypto';
import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import type { ObjectStore } from '../stores/object-store';
import { AppendedFiles } from './append';
import type { DataFile } from './data-file';
import { requireSnapshot, snapshotAsOf } from './history';
import type { Long } from './json';
import { lanePositions, type LanePositions } from './positions';
import { snapshotOfRef } from './refs';
import { partitionTypeOf } from './schema';
import { SnapshotCommit } from './snapshot-commit';
import type { Snapshot } from './snapshot';
import { TableFiles, type TableFile } from './table-files';
import type { AppendableTable, AppendResult, CommitNotes, LaneRange } from './table';
import type { TableCatalog, TableVersion } from './table-catalog';
import { currentSchema, currentSnapshot, partitionSpec, type TableMetadata } from './table-metadata';
import { TableState, type Pacing } from './table-state';
import { partitionText } from './transforms';

/**
 * A directory's name says roughly which partition it is; the value itself is in the manifest. File systems take names
 * of 255 bytes, object stores keys of 1,024 in all.
 */
const LONGEST_DIRECTORY = 100;

/** An Iceberg table of format version 2, open for appending and for listing what it holds. */
export class IcebergTable implements AppendableTable {
  /** For the operations of this folder. */
  readonly state: TableState;

  constructor(
    readonly uri: string,
    catalog: TableCatalog,
    readonly store: ObjectStore,
    version: TableVersion,
    pacing?: Pacing,
  ) {
    this.state = new TableState(uri, catalog, store, version, pacing);
  }

  get metadata(): TableMetadata {
    return this.state.version.metadata;
  }

  get metadataLocation(): string {
    return this.state.version.metadataLocation;
  }

  get location(): string {
    return this.metadata.location;
  }

  get uuid(): string {
    return this.metadata['table-uuid'];
  }

  get sequenceNumber(): string {
    return String(this.metadata['last-sequence-number']);
  }

  get schema(): IcebergSchema {
    return currentSchema(this.metadata);
  }

  get partitionSpec(): IcebergPartitionSpec {
    return partitionSpec(this.metadata);
  }

  position(lane: string): string | undefined {
    return lanePositions(this.metadata, [lane]).get(lane);
  }

  /** Last committed position of every lane, as of the state last read. */
  positions(): LanePositions {
    return lanePositions(this.metadata);
  }

  refresh(): Promise<void> {
    return this.state.refresh();
  }

  newDataFilePath(partition: DataFile['partition'], specId = this.metadata['default-spec-id']): string {
    const types = partitionTypeOf(this.metadata, partitionSpec(this.metadata, specId));
    const directories = types.map(({ name, transform, type }, i) =>
      // Readers take paths as they are, some decode them first: no character that would make a difference.
      `${name}=${partitionText(transform, type, partition[i])}`
        .slice(0, LONGEST_DIRECTORY)
        .replace(/[^A-Za-z0-9_.=-]/g, '_'),
    );
    const root = this.metadata.properties['write.data.path'] ?? `${this.location}/data`;
    return [root, ...directories, `${randomUUID()}.parquet`].join('/');
  }

  property(name: string): string | undefined {
    return this.metadata.properties[name];
  }

  async append(files: DataFile[], ranges: LaneRange[], notes: CommitNotes = {}): Promise<AppendResult> {
    return new SnapshotCommit(
      this.state,
      this.store,
      new AppendedFiles(this.store, files),
      ranges,
      notes,
    ).run();
  }

  /** The snapshot of an id. @throws SnapshotNotFound */
  snapshot(id: Long): Snapshot {
    return requireSnapshot(this.metadata, id);
  }

  /** The snapshot a branch or tag names. @throws SnapshotNotFound */
  snapshotOf(ref: string): Snapshot {
    return snapshotOfRef(this.metadata, ref);
  }

  /** The snapshot that was current at a time, epoch milliseconds. @throws SnapshotNotFound */
  snapshotAsOf(time: number): Snapshot {
    return snapshotAsOf(this.metadata, time);
  }

  /**
   * Data files of a snapshot, the current one by default: together they are the rows it holds.
   * @throws DeleteFilesPresent when another engine deleted rows by delete files
   */
  async dataFiles(snapshot = currentSnapshot(this.metadata)): Promise<TableFile[]> {
    return snapshot ? new TableFiles(this.store, this.metadata).data(snapshot) : [];
  }

  /** Schema that a snapshot was written with. */
  schemaOf(snapshot: Snapshot): IcebergSchema {
    const id = snapshot['schema-id'];
    return this.metadata.schemas.find((schema) => schema['schema-id'] === id) ?? this.schema;
  }

  /** Live files of the current snapshot; delete files of other engines among them, told apart by `content`. */
  async currentDataFiles(): Promise<DataFile[]> {
    const snapshot = currentSnapshot(this.metadata);
    return snapshot ? new TableFiles(this.store, this.metadata).live(snapshot) : [];
  }
}
