import type { IcebergField, IcebergPartitionSpec, IcebergSchema } from '../../../lib/contract/iceberg-types';
import { quarantineSchema } from '../../../lib/contract/quarantine-schema';
import type { Refinement } from '../../../lib/contract/refinement';
import type { RefineTables } from '../../../lambda/pipeline/refine/increment';
import { refine, type RefineOptions, type RefineReport } from '../../../lambda/pipeline/refine/refine';
import { RowEngine } from '../../../lambda/pipeline/refine/row-engine';
import type { TableRow } from '../../../lambda/rows/read-rows';
import { DirectoryCatalog } from '../../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../../lambda/tables/table-metadata';
import { MemoryStore } from '../../stores/memory-store';
import { FaultyStore, NO_FAULT, type Fault } from '../../tables/fixtures/faults';
import { appendRows, rowsOf } from '../../tables/fixtures/rows';

const AT_ONCE = { sleep: async () => undefined, random: () => 0 };
const UNPARTITIONED: IcebergPartitionSpec = { 'spec-id': 0, fields: [] };

/** A record of a source: an id (null where the producer forgot it), when it happened, what it did. */
export interface Happening {
  readonly id: number | null;
  readonly at: number | null;
  readonly op: 'U' | 'D';
  readonly lane: string;
  readonly position: number;
}

export const KEYED: Refinement = { key: ['id'], eventTime: 'at', deletion: { column: 'op', values: ['D'] } };
export const KEYLESS: Refinement = { key: [] };

const fields = (...columns: [name: string, type: string, required: boolean][]): IcebergField[] =>
  columns.map(([name, type, required], i) => ({ id: i + 1, name, type, required }));
const PROVENANCE: [string, string, boolean][] = [
  ['_lane', 'string', true],
  ['_position', 'string', true],
  ['_arrived_at', 'timestamptz', true],
];
const schema = (...columns: [string, string, boolean][]): IcebergSchema => ({
  type: 'struct',
  fields: fields(...columns),
});

export const BRONZE = schema(
  ['id', 'long', false],
  ['at', 'timestamptz', false],
  ['op', 'string', false],
  ...PROVENANCE,
  ['_extra', 'string', false],
);
const silverOf = (keyed: boolean) =>
  schema(['id', 'long', keyed], ['at', 'timestamptz', false], ['op', 'string', false], ...PROVENANCE);
const TOMBSTONES = schema(['id', 'long', true], ['at', 'timestamptz', false], ...PROVENANCE);
const BY_BUCKET: IcebergPartitionSpec = {
  'spec-id': 0,
  fields: [{ 'source-id': 1, 'field-id': 1000, name: 'id_bucket', transform: 'bucket[2]' }],
};

export const rowOf = ({ id, at, op, lane, position }: Happening): TableRow => ({
  id: id === null ? null : BigInt(id),
  at: at === null ? null : BigInt(at) * 1000n,
  op,
  _lane: lane,
  _position: String(position),
  _arrived_at: BigInt(position),
  _extra: '{}',
});

export const TABLES = ['bronze', 'silver', 'tombstones', 'quarantine'] as const;
export type TableName = (typeof TABLES)[number];

/** Bronze, silver and what stands beside them, in a store in memory whose every call may break. */
export class SilverLake {
  constructor(
    readonly refinement: Refinement,
    readonly store = new MemoryStore(),
    private readonly root = 's3://lake',
  ) {}

  /** Another one that is the same now. */
  copy(): SilverLake {
    const store = new MemoryStore();
    for (const [uri, object] of this.store.objects) store.objects.set(uri, object);
    return new SilverLake(this.refinement, store);
  }

  async create(): Promise<this> {
    const keyed = this.refinement.key.length > 0;
    const schemas = {
      bronze: BRONZE,
      silver: silverOf(keyed),
      tombstones: TOMBSTONES,
      quarantine: quarantineSchema(),
    };
    for (const name of TABLES) {
      const partitionSpec = name === 'silver' && keyed ? BY_BUCKET : UNPARTITIONED;
      const metadata = newTableMetadata({
        location: this.location(name),
        schema: schemas[name],
        partitionSpec,
        properties: {},
      });
      await this.catalog(name, NO_FAULT()).create(metadata);
    }
    return this;
  }

  async open(name: TableName, fault: Fault = NO_FAULT()): Promise<IcebergTable> {
    const catalog = this.catalog(name, fault);
    const version = (await this.catalog(name, NO_FAULT()).load())!;
    return new IcebergTable(`test://${name}`, catalog, new FaultyStore(this.store, fault), version, AT_ONCE);
  }

  async deliver(happenings: readonly Happening[]): Promise<void> {
    const bronze = await this.open('bronze');
    const lanes = new Map<string, number[]>();
    for (const { lane, position } of happenings) lanes.set(lane, [...(lanes.get(lane) ?? []), position]);
    const ranges = [...lanes].map(([lane, positions]) => ({
      lane,
      first: String(Math.min(...positions)),
      last: String(Math.max(...positions)),
    }));
    await appendRows(bronze, happenings.map(rowOf), ranges);
  }

  /** The tables as a process of its own opens them. */
  async tables(fault: Fault = NO_FAULT()): Promise<RefineTables> {
    const [bronze, silver, tombstones, quarantine] = await Promise.all(
      TABLES.map((name) => this.open(name, fault)),
    );
    return { bronze, silver, quarantine, ...(this.refinement.deletion && { tombstones }) };
  }

  async refine(options: Partial<RefineOptions> = {}): Promise<RefineReport> {
    return this.refineTables(await this.tables(), options);
  }

  async refineTables(tables: RefineTables, options: Partial<RefineOptions> = {}): Promise<RefineReport> {
    return refine(tables, {
      refinement: this.refinement,
      engine: new RowEngine(),
      maxBytes: Infinity,
      contract: { contractId: 'happenings', contractVersion: '1.0.0' },
      now: () => 1_700_000_000_000,
      ...options,
    });
  }

  async rows(name: TableName): Promise<TableRow[]> {
    return rowsOf(await this.open(name));
  }

  /** `lane:position` of each row, in order: what a table holds, and how often. */
  async positions(name: TableName): Promise<string[]> {
    return (await this.rows(name)).map((row) => `${row._lane}:${row._position}`).sort();
  }

  private catalog(name: TableName, fault: Fault): DirectoryCatalog {
    return new DirectoryCatalog(new FaultyStore(this.store, fault), this.location(name));
  }

  private location(name: TableName): string {
    return `${this.root}/${name}`;
  }
}

export const nameOf = ({ lane, position }: Happening): string => `${lane}:${position}`;
const byName = (happenings: Iterable<Happening>) => [...happenings].map(nameOf).sort();

/** What the tables are to hold after some happenings, worked out the plain way. */
export function expected(seen: readonly Happening[], { key, deletion }: Refinement) {
  if (key.length === 0) return { silver: byName(seen), tombstones: [], quarantine: [] };
  const deletes = (one: Happening) => deletion !== undefined && one.op === 'D';
  const latest = new Map<number, Happening>();
  const deleted = new Map<number, Happening>();
  for (const one of [...seen].sort(inOrder)) {
    if (one.id === null) continue;
    latest.set(one.id, one);
    if (deletes(one)) deleted.set(one.id, one);
  }
  return {
    silver: byName([...latest.values()].filter((one) => !deletes(one))),
    tombstones: byName(deleted.values()),
    quarantine: byName(seen.filter(({ id }) => id === null)),
  };
}

function inOrder(a: Happening, b: Happening): number {
  const time = (one: Happening) => (one.at === null ? -Infinity : one.at);
  if (time(a) !== time(b)) return time(a) < time(b) ? -1 : 1;
  return a.position - b.position || (a.lane < b.lane ? -1 : 1);
}

export async function found(lake: SilverLake) {
  const [silver, tombstones, quarantine] = await Promise.all([
    lake.positions('silver'),
    lake.positions('tombstones'),
    lake.positions('quarantine'),
  ]);
  return { silver, tombstones, quarantine };
}
