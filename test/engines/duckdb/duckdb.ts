import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IcebergPartitionSpec, IcebergSchema } from '../../../lib/contract/iceberg-types';
import { openDuckDb, type DuckDb } from '../../../lambda/engines/duckdb';
import { createOrEvolveTable } from '../../../lambda/tables/create-table';
import type { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { UNPARTITIONED } from './every-type';

/** A directory for tables and scratch files, and an engine; both end with the tests of the file. */
export interface Workbench {
  readonly directory: string;
  readonly duckdb: DuckDb;
  newTable(
    schema: IcebergSchema,
    spec?: IcebergPartitionSpec,
    properties?: Record<string, string>,
  ): Promise<IcebergTable>;
  /** Names of what is in the engine's scratch directory. */
  scratch(): string[];
}

export function workbench(): Workbench {
  const directory = mkdtempSync(join(tmpdir(), 'duckdb-engine-'));
  let duckdb: DuckDb;
  let tables = 0;
  beforeAll(async () => {
    duckdb = await openDuckDb({ memoryMiB: 256, threads: 2, scratch: join(directory, 'scratch') });
  });
  afterAll(() => {
    duckdb.close();
    rmSync(directory, { recursive: true });
  });
  return {
    directory,
    get duckdb() {
      return duckdb;
    },
    async newTable(schema, partitionSpec = UNPARTITIONED, properties = {}) {
      const uri = `file://${directory}/table ${tables++} [a]`;
      return (await createOrEvolveTable(uri, { schema, partitionSpec, properties })).table;
    },
    scratch: () => readdirSync(duckdb.directory).filter((name) => name !== 'spill'),
  };
}
