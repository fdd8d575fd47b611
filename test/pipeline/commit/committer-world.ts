import { RejectionHandling } from '../../../lib/contract/rejection-handling';
import { DriftCounts } from '../../../lambda/pipeline/drift/drift-counts';
import { encodeRows } from '../../../lambda/pipeline/encoding';
import { commitRequests } from '../../../lambda/pipeline/commit/commit-requests';
import { RequestOutcome, type Settlement } from '../../../lambda/pipeline/commit/commit-plan';
import {
  commitRequestText,
  parseCommitRequest,
  type CommitQueue,
} from '../../../lambda/pipeline/commit/commit-request';
import type { IngestTargets } from '../../../lambda/pipeline/ingest-targets';
import { RejectionCode, type SourceRecord } from '../../../lambda/pipeline/record';
import { rowsOfFile } from '../../../lambda/rows/rows-of-file';
import { DirectoryCatalog } from '../../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../../lambda/tables/table-metadata';
import { MemoryStore } from '../../stores/memory-store';
import { FaultyStore, NO_FAULT, type Strikes } from '../../tables/fixtures/faults';
import { UNPARTITIONED } from '../../tables/fixtures/lanes';
import type { Judge } from '../in-memory-lake';

const AT_ONCE = { sleep: async () => undefined, random: () => 0 };
const column = (id: number, name: string) => ({ id, name, required: true, type: 'string' });
const SCHEMA = { type: 'struct' as const, fields: [column(1, '_lane'), column(2, '_position')] };
const [BRONZE, QUARANTINE] = ['s3://lake/bronze', 's3://lake/quarantine'];

/** Two real Iceberg tables with Parquet files, a queue in memory that keeps its order, writers and committers. */
export class CommitterWorld {
  readonly store = new MemoryStore();
  readonly queue: string[] = [];
  readonly deadLetters: string[] = [];

  async create(): Promise<this> {
    for (const location of [BRONZE, QUARANTINE]) {
      const definition = { location, schema: SCHEMA, partitionSpec: UNPARTITIONED, properties: {} };
      await new DirectoryCatalog(this.store, location).create(newTableMetadata(definition));
    }
    return this;
  }

  async open(location: string, fault: Strikes = NO_FAULT()): Promise<IcebergTable> {
    const store = new FaultyStore(this.store, fault);
    const version = await new DirectoryCatalog(this.store, location).load();
    return new IcebergTable(location, new DirectoryCatalog(store, location), store, version!, AT_ONCE);
  }

  /** A function that judges and hands over, or commits itself. */
  async writer(judge: Judge, fault: Strikes = NO_FAULT(), handsOver = true): Promise<IngestTargets> {
    const [bronze, quarantine] = [await this.open(BRONZE, fault), await this.open(QUARANTINE, fault)];
    const commits: CommitQueue = {
      send: (request) => fault.call(async () => void this.queue.push(commitRequestText(request))),
    };
    return {
      bronze: { table: bronze, store: bronze.store },
      quarantine: { table: quarantine, store: quarantine.store },
      contract: {
        contractId: 'orders',
        contractVersion: '1',
        schemaHash: 'none',
        hasCriticalFields: false,
      },
      newEncoder: () => {
        const rows: SourceRecord[] = [];
        return {
          unknownFields: 0,
          drift: new DriftCounts(),
          get accepted() {
            return rows.length;
          },
          add(record) {
            if (!judge(record)) return { code: RejectionCode.WRONG_TYPE, message: 'not good' };
            rows.push(record);
            return undefined;
          },
          addRows() {
            throw new Error('Nothing is transformed here.');
          },
          finish: () => (rows.length === 0 ? [] : encodeRows(rows.map(rowOf), bronze)),
        };
      },
      encodeRows: (rows, target) => encodeRows(rows, target),
      rejections: RejectionHandling.QUARANTINE,
      ...(handsOver && { commits }),
      now: () => 0,
    };
  }

  /** One batch of the queue to one committer: what it settles is gone, everything else comes again. */
  async commit(fault: Strikes = NO_FAULT(), size = 10): Promise<Settlement[]> {
    const batch = this.queue.slice(0, size);
    const tables = { bronze: await this.open(BRONZE, fault), quarantine: await this.open(QUARANTINE, fault) };
    const settlements = await commitRequests(batch.map(parseCommitRequest), tables, {
      setAside: ({ request }) =>
        fault.call(async () => void this.deadLetters.push(commitRequestText(request))),
    });
    this.settle(batch);
    return settlements;
  }

  private settle(batch: readonly string[]): void {
    for (const text of batch) {
      const at = this.queue.indexOf(text);
      if (at >= 0) this.queue.splice(at, 1);
    }
  }

  async drain(): Promise<RequestOutcome[]> {
    const outcomes: RequestOutcome[] = [];
    while (this.queue.length > 0) outcomes.push(...(await this.commit()).map(({ outcome }) => outcome));
    return outcomes;
  }

  /** As an operator sends dead letters back: in their order. */
  redrive(): void {
    this.queue.push(...this.deadLetters.splice(0));
  }

  /** `<lane>:<position>` of each row, sorted; one that is there twice shows twice. */
  async rows(location: string): Promise<string[]> {
    const table = await this.open(location);
    const found: string[] = [];
    for (const file of await table.dataFiles()) {
      for await (const rows of rowsOfFile(table, file))
        found.push(...rows.map(({ _lane, _position }) => `${_lane}:${_position}`));
    }
    return found.sort();
  }

  bronze = () => this.rows(BRONZE);
  quarantine = () => this.rows(QUARANTINE);
  snapshots = async () => (await this.open(BRONZE)).metadata.snapshots;
}

const rowOf = ({ lane, position }: SourceRecord) => ({ _lane: lane, _position: position });
