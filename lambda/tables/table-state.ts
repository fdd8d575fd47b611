import type { ObjectStore } from '../stores/object-store';
import { readManifestList, type ManifestFile } from './manifest-list';
import { commitMetadata } from './commit-metadata';
import { TableNotFound, type TableCatalog, type TableVersion } from './table-catalog';
import { currentSnapshot, type TableMetadata } from './table-metadata';

const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 1_000;
const DEFAULT_CONFLICTS = 40;

/** How a writer waits between attempts; replaced in tests. */
export interface Pacing {
  sleep(milliseconds: number): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

export const REAL_PACING: Pacing = {
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
};

/**
 * The version of a table this process saw last, with its manifest list. Kept between appends, so that a writer nobody
 * interferes with reads nothing at all.
 */
export class TableState {
  private manifestList: { readonly path: string; readonly manifests: readonly ManifestFile[] } | undefined;

  constructor(
    private readonly uri: string,
    private readonly catalog: TableCatalog,
    private readonly store: ObjectStore,
    private current: TableVersion,
    private readonly pacing: Pacing = REAL_PACING,
  ) {}

  get version(): TableVersion {
    return this.current;
  }

  get conflictsAllowed(): number {
    return Number(this.current.metadata.properties['commit.retry.num-retries'] ?? DEFAULT_CONFLICTS);
  }

  async refresh(): Promise<void> {
    const version = await this.catalog.load(this.current);
    if (!version) throw new TableNotFound(this.uri);
    const [was, is] = [this.current, version].map(({ metadata }) => metadata['table-uuid']);
    if (was !== is)
      throw new Error(`${this.uri} was dropped and created anew (${was} is now ${is}): open it again.`);
    this.current = version;
  }

  async commit(base: TableVersion, next: TableMetadata): Promise<void> {
    this.current = await commitMetadata(this.catalog, base, next);
  }

  /** Manifests of the current snapshot. */
  async manifests(): Promise<readonly ManifestFile[]> {
    const snapshot = currentSnapshot(this.current.metadata);
    if (!snapshot) return [];
    const path = snapshot['manifest-list'];
    if (this.manifestList?.path !== path) {
      this.rememberManifests(path, readManifestList(await this.store.get(path), path));
    }
    return this.manifestList!.manifests;
  }

  rememberManifests(path: string, manifests: readonly ManifestFile[]): void {
    this.manifestList = { path, manifests };
  }

  /** Waits a random part of a time that doubles with each attempt: writers that collided once part ways. */
  async backOff(attempt: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 20));
    await this.pacing.sleep(this.pacing.random() * longest);
  }
}
