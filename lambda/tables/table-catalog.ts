import type { TableMetadata } from './table-metadata';

/** A table's metadata as a catalog pointed to it at one moment. */
export interface TableVersion {
  readonly metadata: TableMetadata;
  readonly metadataLocation: string;
}

/** Points to the current metadata of one table and swaps that pointer atomically. */
export interface TableCatalog {
  /**
   * The current version; `known` itself when it still is the current one. Undefined when there is no such table.
   */
  load(known?: TableVersion): Promise<TableVersion | undefined>;
  /** Where the table's files go when its creator names no place. */
  defaultLocation(): Promise<string>;
  /** @throws CommitConflict when the table exists already */
  create(metadata: TableMetadata): Promise<TableVersion>;
  /**
   * Replaces `base` by `next`, or changes nothing.
   * @throws CommitConflict when `base` is no longer the current version
   * @throws CommitStateUnknown when the answer was lost: `next` may be, or may yet become, the current version
   */
  commit(base: TableVersion, next: TableMetadata): Promise<TableVersion>;
  /** Gives up the content of a metadata file that is no longer current. */
  discard(metadataLocation: string): Promise<void>;
}

export class CommitConflict extends Error {
  constructor(table: string, options?: ErrorOptions) {
    super(`Another writer changed ${table} first.`, options);
    this.name = 'CommitConflict';
  }
}

export class CommitStateUnknown extends Error {
  constructor(table: string, cause: unknown) {
    super(`It is not known whether a commit to ${table} took place: ${(cause as Error).message}`, { cause });
    this.name = 'CommitStateUnknown';
  }
}

export class TableNotFound extends Error {
  constructor(readonly uri: string) {
    super(`No Iceberg table at ${uri}.`);
    this.name = 'TableNotFound';
  }
}
