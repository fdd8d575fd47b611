import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compact } from '../../lambda/rows/compaction';
import { tableRequest } from '../../lambda/sources/table-resource';
import { createOrEvolveTable, TableChange } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { filesThatMayHold } from '../../lambda/tables/partition-pruning';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { Random } from '../random';
import { appendRows } from './fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'day', required: true, type: 'date' },
    { id: 2, name: 'customer_id', required: true, type: 'long' },
    { id: 3, name: 'amount', required: true, type: 'int' },
  ],
};
const DAYS = [19_844, 19_845];
const CUSTOMERS = 5_000;
const ROWS_OF_A_FILE = 2_048;
/** Of a day: its rows fill three row groups of sorted rows, 16,384 each. */
const FILES_OF_A_DAY = 24;
const CUSTOMER = 1_234;

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'clustering-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/** What the custom resource of a table asks for: partitioned by day and, where said so, clustered. */
function definition(columns?: unknown) {
  const { definition } = tableRequest({
    RequestType: 'Create',
    ResourceProperties: {
      TableUri: `file://${directory}/orders`,
      Schema: JSON.stringify(SCHEMA),
      PartitionSpec: JSON.stringify({
        'spec-id': 0,
        fields: [{ 'source-id': 1, 'field-id': 1000, name: 'day', transform: 'identity' }],
      }),
      ...(columns === undefined ? {} : { ClusterBy: columns }),
    },
  });
  return definition;
}

const create = (columns?: unknown) => createOrEvolveTable(`file://${directory}/orders`, definition(columns));

/** Many small files of rows in random order; what a customer spent on the second day. */
async function fill(table: IcebergTable): Promise<{ orders: number; amount: number }> {
  const random = new Random(7);
  const spent = { orders: 0, amount: 0 };
  for (let file = 0; file < FILES_OF_A_DAY; file++) {
    const rows = DAYS.flatMap((day) =>
      Array.from({ length: ROWS_OF_A_FILE }, () => {
        const row = { day, customer_id: random.integer(1, CUSTOMERS), amount: random.integer(1, 100) };
        if (day === DAYS[1] && row.customer_id === CUSTOMER) {
          spent.orders++;
          spent.amount += row.amount;
        }
        return { ...row, customer_id: BigInt(row.customer_id) };
      }),
    );
    await appendRows(table, rows);
  }
  return spent;
}

/** What a reader touches who looks for a customer's orders of the second day, and what it finds. */
async function lookUp(table: IcebergTable) {
  const ofDay = (await table.dataFiles()).filter(({ partition }) => partition[0] === DAYS[1]);
  const files = filesThatMayHold(ofDay, { id: 2, type: 'long' }, [BigInt(CUSTOMER)]);
  const list = files.map(({ filePath }) => `'${filePath.slice('file://'.length)}'`).join(', ');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const [[rowGroups, rows]] = (
    await connection.runAndReadAll(
      `SELECT count(*)::INT, sum(row_group_num_rows)::INT FROM parquet_metadata([${list}])
       WHERE path_in_schema = 'customer_id' AND ${CUSTOMER} BETWEEN stats_min_value::BIGINT AND stats_max_value::BIGINT`,
    )
  ).getRowsJson();
  const [[orders, amount]] = (
    await connection.runAndReadAll(
      `SELECT count(*)::INT, sum(amount)::INT FROM read_parquet([${list}]) WHERE customer_id = ${CUSTOMER}`,
    )
  ).getRowsJson();
  connection.closeSync();
  return { files: files.length, rowGroups, rows, found: { orders, amount } };
}

const ROWS_OF_A_DAY = FILES_OF_A_DAY * ROWS_OF_A_FILE;

test('a lookup touches every row group of a day before and after a compaction, one of three where it clusters', async () => {
  const { table } = await create();
  const found = await fill(table);
  expect(found.orders).toBeGreaterThan(3);
  expect(await lookUp(table)).toEqual({
    files: FILES_OF_A_DAY,
    rowGroups: FILES_OF_A_DAY,
    rows: ROWS_OF_A_DAY,
    found,
  });
  await compact(table);
  expect(await lookUp(table)).toEqual({ files: 1, rowGroups: 1, rows: ROWS_OF_A_DAY, found });
  rmSync(join(directory, 'orders'), { recursive: true });

  const { table: clustered } = await create(['customer_id']);
  expect(await fill(clustered)).toEqual(found);
  await compact(clustered);
  expect(await lookUp(clustered)).toEqual({ files: 1, rowGroups: 1, rows: ROWS_OF_A_DAY / 3, found });
});

test('a table that is there is clustered from then on; nobody asks: it stays; none are asked for: no more', async () => {
  const { table } = await create();
  expect((await create(['customer_id', 'amount'])).changes).toEqual(['compaction sorts anew']);
  expect((await create()).change).toBe(TableChange.UNCHANGED);
  await table.refresh();
  const order = () =>
    table.metadata['sort-orders'].find((one) => one['order-id'] === table.metadata['default-sort-order-id']);
  expect(order()!.fields.map((field) => field['source-id'])).toEqual([2, 3]);
  expect((await create([])).changes).toEqual(['compaction sorts anew']);
  await table.refresh();
  expect(order()!.fields).toEqual([]);
});

test('what is no list of columns is refused', () => {
  expect(() => definition('customer_id')).toThrow(
    'ClusterBy is "customer_id". Allowed: a list of column names.',
  );
});
