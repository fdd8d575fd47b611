import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrEvolveTable } from '../../../lambda/tables/create-table';
import { writeRows } from '../../../lambda/rows/write-rows';
import type { IcebergField } from '../../../lib/contract/iceberg-types';
import { DataContract } from '../../../lib/contract';
import { schemasCard, timelineCard } from '../../../lib/local/report/timeline';
import { accountCard } from '../../../lib/local/report/silver';
import { hasChanged } from '../../../lib/local/run/contract-change';
import { LakeSql } from '../../../lib/local/run/lake-sql';
import { TableRole } from '../../../lib/local/run/product-tables';
import { silverAccount } from '../../../lib/local/run/silver-account';
import { contentsOf, tableContents } from '../../../lib/local/run/table-contents';
import { timeTravel } from '../../../lib/local/run/time-travel';
import { ORDERS_CONTRACT } from './contract';

const field = (id: number, name: string, type: string, required = false): IcebergField => ({
  id,
  name,
  required,
  type,
});
const ORIGIN = [field(90, '_lane', 'string', true), field(91, '_position', 'string', true)];

describe('tables of a run', () => {
  let directory: string;
  let sql: LakeSql;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'travel-'));
    sql = (await LakeSql.open())!;
  });
  afterEach(() => {
    sql.close();
    rmSync(directory, { recursive: true });
  });

  const place = (role: TableRole, zone: string, table = 'orders') => {
    const location = join(directory, zone, table);
    return { role, zone, table, directory: location, uri: `file://${location}` };
  };
  async function write(
    uri: string,
    fields: IcebergField[],
    rows: readonly Record<string, unknown>[],
  ): Promise<void> {
    const { table } = await createOrEvolveTable(uri, {
      schema: { type: 'struct', 'schema-id': 0, fields },
      partitionSpec: { 'spec-id': 0, fields: [] },
    });
    await table.append(await writeRows(table, rows as never), []);
  }

  it('are asked what they held before their columns changed, in the columns of that time', async () => {
    const orders = place(TableRole.BRONZE, 'bronze');
    await write(orders.uri, [field(1, 'id', 'int', true)], [{ id: 1 }, { id: 2 }]);
    const first = await tableContents(orders);
    await sql.attach([first]);
    expect(await timeTravel(sql, first)).toBeUndefined();
    await write(
      orders.uri,
      [field(1, 'id', 'long', true), field(2, 'note', 'string')],
      [{ id: 5_000_000_000n, note: 'new' }],
    );
    const table = await tableContents(orders);
    await sql.attach([table]);
    const answer = await timeTravel(sql, table);
    expect(answer?.columns).toEqual(['as_of', 'rows', 'columns', 'with note']);
    expect(answer?.rows).toEqual([
      [`snapshot ${first.snapshotId}`, '2', '1', ''],
      ['now', '3', '2', '1'],
    ]);
    const schemas = String(schemasCard([table]));
    expect(schemas).toContain('note (string) added, id widened from int to long');
    expect(String(timelineCard([table])).match(/class="schema" cx/g)).toHaveLength(1);
    expect(schemasCard([first])).toBe(false);
  });

  it('account for each row of bronze', async () => {
    const contract = DataContract.fromString(ORDERS_CONTRACT);
    const tables = [
      place(TableRole.BRONZE, 'bronze'),
      place(TableRole.SILVER, 'silver'),
      place(TableRole.QUARANTINE, 'quarantine'),
      place(TableRole.TOMBSTONES, 'silver', 'orders_tombstones'),
    ];
    const [bronze, silver, quarantine, tombstones] = tables.map(({ uri }) => uri);
    const row = (position: number, id: number) => ({
      id: BigInt(id),
      _lane: 'l',
      _position: String(position),
    });
    const id = field(1, 'id', 'long', true);
    // 1 twice, 2 deleted, 3 refused, 4 deleted and back again.
    await write(bronze, [id, ...ORIGIN], [row(1, 1), row(2, 1), row(3, 2), row(4, 3), row(5, 4), row(6, 4)]);
    await write(silver, [id, ...ORIGIN], [row(2, 1), row(6, 4)]);
    await write(
      quarantine,
      [...ORIGIN, field(1, 'payload_encoding', 'string')],
      [
        { _lane: 'l', _position: '4', payload_encoding: 'row' },
        { _lane: 'l', _position: '1', payload_encoding: 'bytes' },
      ],
    );
    await write(tombstones, [id, ...ORIGIN], [row(3, 2), row(5, 4)]);
    const account = async () => {
      const contents = await contentsOf(tables);
      await sql.attach(contents);
      return silverAccount(sql, contract.schema(), contents);
    };
    const complete = await account();
    expect(complete).toEqual({
      bronze: 6,
      silver: 2,
      superseded: 2,
      deleted: 1,
      rejected: 1,
      difference: 0,
    });
    expect(String(accountCard({ account: complete } as never))).not.toContain('in neither');
    await write(bronze, [id, ...ORIGIN], [row(7, 9)]);
    expect(await account()).toMatchObject({ bronze: 7, silver: 2, difference: 1 });
  });

  it('say whether a contract has changed them already', async () => {
    const now = DataContract.fromString(ORDERS_CONTRACT);
    const before = DataContract.fromString(ORDERS_CONTRACT.replace(/.*name: note.*\n/, ''));
    const orders = place(TableRole.BRONZE, 'bronze');
    const changed = () => hasChanged(orders, { assembly: '', before }, now);
    expect(await changed()).toBe(false);
    await write(orders.uri, [field(1, 'id', 'long', true)], []);
    expect(await changed()).toBe(false);
    await write(orders.uri, [field(1, 'id', 'long', true), field(2, 'note', 'string')], []);
    expect(await changed()).toBe(true);
  });
});
