import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { catalogFor } from '../../../lambda/tables/open-table';
import type { ServiceEvent } from '../messaging/event-router';
import { LAPTOP } from '../template/physical-names';
import type { LocalTable } from './embedded-lake';

interface CommitsFile {
  readonly formatVersion: 1;
  /** Version of each table, by its URI in the Glue catalog. */
  readonly settled: Readonly<Record<string, number>>;
}

/** The version a table is created with; what tells of it is no change of the table. */
const FIRST_VERSION = 1;

/**
 * What the Glue catalog tells of its tables: that one was committed to. Commits since the last time somebody asked are
 * one event for each table.
 *
 * The tables themselves say what was committed; which of it has had its effect is kept in a file, written once nothing is
 * left to do. So a run that was killed is made up for by the next: events may come again, none is lost.
 */
export class TableCommits {
  private readonly told: Map<string, number>;

  constructor(
    private readonly tables: ReadonlyMap<string, LocalTable>,
    private readonly file: string,
  ) {
    this.told = new Map(existsSync(file) ? Object.entries(read(file).settled) : []);
  }

  /** An event for each table with commits that were not told of before. */
  async occurred(): Promise<ServiceEvent[]> {
    const events: ServiceEvent[] = [];
    for (const [uri, table] of this.tables) {
      const version = await versionOf(table);
      const known = this.told.get(uri) ?? FIRST_VERSION;
      if (version === known) continue;
      this.told.set(uri, version);
      // A version before the known one is that of another table in the same place.
      if (version > FIRST_VERSION) events.push(stateChange(uri));
    }
    return events;
  }

  /** Every commit that was told of has had its effect. */
  settle(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    const content: CommitsFile = { formatVersion: 1, settled: Object.fromEntries(this.told) };
    writeFileSync(temporary, `${JSON.stringify(content, undefined, 2)}\n`);
    renameSync(temporary, this.file);
  }
}

/** As Glue tells EventBridge of a table that was updated. */
function stateChange(uri: string): ServiceEvent {
  const [database, table] = uri.replace('glue://', '').split('/');
  const { partition, region, account } = LAPTOP;
  return {
    source: 'aws.glue',
    detailType: 'Glue Data Catalog Table State Change',
    resources: [`arn:${partition}:glue:${region}:${account}:table/${database}/${table}`],
    detail: { databaseName: database, tableName: table, typeOfChange: 'UpdateTable', changedPartitions: [] },
    // The snapshot has the time of this machine's clock, which is ahead of the virtual one after a long run.
    time: Date.now(),
  };
}

/** Number of the newest metadata file; 0 for a table that was never made. */
async function versionOf({ uri }: LocalTable): Promise<number> {
  const version = await (await catalogFor(uri)).load();
  return Number(/v(\d+)\.metadata\.json$/.exec(version?.metadataLocation ?? '')?.[1] ?? 0);
}

function read(file: string): CommitsFile {
  return JSON.parse(readFileSync(file, 'utf8')) as CommitsFile;
}
