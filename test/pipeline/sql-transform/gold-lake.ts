import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDbSqlEngine } from '../../../lambda/engines/duckdb';
import type { TransformRequest } from '../../../lambda/pipeline/sql-transform/request';
import {
  runTransform,
  type TransformReport,
  type TransformTargets,
} from '../../../lambda/pipeline/sql-transform/run-transform';
import { createOrEvolveTable } from '../../../lambda/tables/create-table';
import type { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { openTable } from '../../../lambda/tables/open-table';
import type { DataContract, SchemaObject } from '../../../lib/contract';
import { bronzePartitionSpec } from '../../../lib/contract/partition-spec';
import { tableSchema } from '../../../lib/contract/table-schema';
import type { Transformation } from '../../../lib/contract/transform/transformation';

/** Tables in a directory, and transforms over them by DuckDB. */
export class GoldLake {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), 'gold-'));

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  async table(contract: DataContract, schemaName?: string): Promise<IcebergTable> {
    const schema = contract.schema(schemaName);
    const uri = `file://${this.directory}/${schema.tableName}`;
    const definition = { schema: tableSchema(schema), partitionSpec: bronzePartitionSpec(schema) };
    return (await createOrEvolveTable(uri, definition)).table;
  }

  /** A run as a function makes it: with tables opened by their URIs, and an engine of its own. */
  async run(
    transformation: Transformation,
    inputs: readonly IcebergTable[],
    output: IcebergTable,
    request: Partial<TransformRequest> = {},
    gateResults: TransformTargets['gateResults'] = () => undefined,
  ): Promise<TransformReport> {
    const engine = await DuckDbSqlEngine.open({ memoryMiB: 256, threads: 2, scratch: this.directory });
    try {
      return await runTransform(
        transformation,
        {
          id: 'request-1',
          always: false,
          whole: false,
          parameters: {},
          runTime: new Date('2024-06-01T02:00:00Z'),
          ...request,
        },
        {
          inputs: await Promise.all(inputs.map(({ uri }) => openTable(uri))),
          output: await openTable(output.uri),
          engine,
          gateResults,
        },
      );
    } finally {
      await engine.close();
    }
  }

  /** Rows of a table in order, values as text. */
  async rows(table: IcebergTable, columns = '*'): Promise<(string | null)[][]> {
    await table.refresh();
    const engine = await DuckDbSqlEngine.open({ memoryMiB: 256, threads: 2, scratch: this.directory });
    try {
      const files = await table.dataFiles();
      const rows = await engine.read({ table, files });
      return (await engine.query(`SELECT ${columns} FROM (${rows}) ORDER BY ALL`)).map((row) => [...row]);
    } finally {
      await engine.close();
    }
  }

  /** Puts the rows of a query in the place of all rows, or adds them. */
  async write(table: IcebergTable, sql: string): Promise<void> {
    await table.refresh();
    const engine = await DuckDbSqlEngine.open({ memoryMiB: 256, threads: 2, scratch: this.directory });
    try {
      await table.append(await engine.write(table, sql), []);
    } finally {
      await engine.close();
    }
  }
}

/** A transformation with what most have. */
export function transformation(
  output: SchemaObject,
  parts: Pick<Transformation, 'sql'> & Partial<Transformation> & { readonly from: readonly string[] },
): Transformation {
  const { from, ...given } = parts;
  return {
    name: output.tableName,
    inputs: from.map((name) => ({ name, lookup: false })),
    output: {
      columns: tableSchema(output).fields.map(({ name, type, required }) => ({ name, type, required })),
      key: output.primaryKey,
    },
    mode: { kind: 'full' },
    parameters: [],
    gates: [],
    ...given,
  };
}
