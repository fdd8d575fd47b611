import { ObjectNotFound, type ObjectStore } from '../../stores/object-store';
import type { FileVersion } from '../../stores/source-files';
import type { SnapshotReference } from '../../tables/finished-lanes';

/** That every record of a file is in a table, and since when. */
export interface FileMarker {
  readonly formatVersion: 1;
  readonly lane: string;
  readonly file: FileVersion;
  /** Identity of the bronze table. */
  readonly table: string;
  /** Snapshot of bronze that holds the end of the file. */
  readonly bronze: SnapshotReference;
  /** Last snapshot of quarantine with records of the file; absent where none was refused. */
  readonly quarantine?: SnapshotReference;
  /** Records that were read by the delivery that finished it: all of them, unless an earlier one was interrupted. */
  readonly records: number;
  /** Why the file was refused as a whole. */
  readonly refused?: string;
  /** ISO 8601. */
  readonly finishedAt: string;
  /** What became of the file in its bucket is done, too. */
  readonly disposed?: boolean;
}

/**
 * Which files are done: a small object for each, outside of any table, named after its lane. The table itself need not
 * remember them then.
 */
export class FileLedger {
  /** @param prefix URI of the folder, with a slash at its end */
  constructor(
    private readonly store: ObjectStore,
    private readonly prefix: string,
  ) {}

  /** Undefined for a file that is not done. */
  async get(lane: string): Promise<FileMarker | undefined> {
    try {
      return JSON.parse(Buffer.from(await this.store.get(this.uri(lane))).toString('utf8')) as FileMarker;
    } catch (error) {
      if (error instanceof ObjectNotFound) return undefined;
      throw error;
    }
  }

  /** Over what is there: of a file that was read again the last word counts. */
  async put(marker: FileMarker): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(marker)}\n`);
    await this.store.put(this.uri(marker.lane), bytes, { contentType: 'application/json' });
  }

  private uri(lane: string): string {
    return `${this.prefix}${lane.replace(/^file\//, '')}.json`;
  }
}
