import { ingest } from '../../lambda/pipeline/ingest';
import type { IngestTargets } from '../../lambda/pipeline/ingest-targets';
import type { AppendableTable } from '../../lambda/tables/table';
import { DirectoryCatalog } from '../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../lambda/tables/table-metadata';
import { MemoryStore } from '../stores/memory-store';
import { Fault, FaultKind, FaultyStore, NO_FAULT } from '../tables/fixtures/faults';
import { SCHEMA, UNPARTITIONED } from '../tables/fixtures/lanes';
import { miniature, record, type Judge } from './in-memory-lake';

const BATCH = [1, 2, 3, 4, 5].map((position) => record(position));
const refuses =
  (...positions: number[]): Judge =>
  ({ position }) =>
    !positions.includes(Number(position));
const AT_ONCE = { sleep: async () => undefined, random: () => 0 };

/** Two real Iceberg tables, of which every call to the store may break. */
class Lake {
  readonly store = new MemoryStore();

  async create(): Promise<this> {
    for (const location of ['s3://lake/bronze', 's3://lake/quarantine']) {
      await this.catalog(location, NO_FAULT()).create(
        newTableMetadata({ location, schema: SCHEMA, partitionSpec: UNPARTITIONED, properties: {} }),
      );
    }
    return this;
  }

  async container(judge: Judge, fault = NO_FAULT()): Promise<IngestTargets> {
    const store = new FaultyStore(this.store, fault);
    return {
      bronze: { table: await this.open('s3://lake/bronze', fault), store },
      quarantine: { table: await this.open('s3://lake/quarantine', fault), store },
      ...miniature(judge),
    };
  }

  async rows(location: string): Promise<string[]> {
    const files = await (await this.open(location, NO_FAULT())).currentDataFiles();
    const contents = await Promise.all(files.map(({ filePath }) => this.store.get(filePath)));
    return contents.flatMap((bytes) => JSON.parse(Buffer.from(bytes).toString()) as string[]);
  }

  private async open(location: string, fault: Fault): Promise<IcebergTable & AppendableTable> {
    const catalog = this.catalog(location, fault);
    const version = await this.catalog(location, NO_FAULT()).load();
    return new IcebergTable(location, catalog, new FaultyStore(this.store, fault), version!, AT_ONCE);
  }

  private catalog(location: string, fault: Fault): DirectoryCatalog {
    return new DirectoryCatalog(new FaultyStore(this.store, fault), location);
  }
}

const ids = (...positions: number[]) => positions.map((position) => `orders/shard-0:${position}`);

test.each(Object.values(FaultKind))(
  'a batch on Iceberg tables survives at every call to the store: %s',
  async (kind) => {
    let struck = 0;
    for (let at = 1; ; at++) {
      const lake = await new Lake().create();
      const fault = new Fault(at, kind);
      await ingest(BATCH, await lake.container(refuses(2, 5), fault)).catch(() => undefined);
      if (!fault.struck) break;
      struck++;
      // The event is delivered again while the request of the first attempt may still be under way.
      const again = await lake.container(refuses(2, 5));
      await fault.arriveLate();
      await ingest(BATCH, again);
      expect([at, (await lake.rows('s3://lake/bronze')).sort()]).toEqual([at, ids(1, 3, 4)]);
      expect([at, (await lake.rows('s3://lake/quarantine')).sort()]).toEqual([at, ids(2, 5)]);
    }
    // Two data files, and for each table a manifest, a manifest list and the metadata.
    expect(struck).toBeGreaterThanOrEqual(8);
  },
);

test.each(Object.values(FaultKind))(
  'whatever the contract says when the batch comes again, no record is in both tables or in none: %s',
  async (kind) => {
    for (let at = 1; ; at++) {
      const lake = await new Lake().create();
      const fault = new Fault(at, kind);
      await ingest(BATCH, await lake.container(refuses(2, 5), fault)).catch(() => undefined);
      if (!fault.struck) break;
      await fault.arriveLate();
      await ingest(BATCH, await lake.container(refuses(1, 5)));
      const rows = [...(await lake.rows('s3://lake/bronze')), ...(await lake.rows('s3://lake/quarantine'))];
      expect([at, rows.sort()]).toEqual([at, ids(1, 2, 3, 4, 5)]);
    }
  },
);
