import { mergeByKey } from '../../../lambda/rows/merge';
import { compact } from '../../../lambda/rows/compaction';
import { expireSnapshots } from '../../../lambda/tables/expire-snapshots';
import type { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { rollBack } from '../../../lambda/tables/rollback';
import { DataContract, QualityGates } from '../../../lib/contract';
import type { Transformation } from '../../../lib/contract/transform/transformation';
import { GoldLake, transformation } from './gold-lake';

const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: gold
version: 1.0.0
status: active
schema:
  - name: sales
    properties:
      - { name: id, logicalType: integer, required: true, primaryKey: true }
      - { name: day, logicalType: date, partitioned: true }
      - { name: product, logicalType: string }
      - name: amount
        logicalType: number
        physicalType: decimal(12,2)
        quality: [{ id: amount_present, metric: nullValues, mustBe: 0, severity: error }]
  - name: products
    properties:
      - { name: product, logicalType: string }
      - { name: category, logicalType: string }
  - name: revenue
    properties:
      - { name: day, logicalType: date, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: product, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 2 }
      - { name: revenue, logicalType: number, physicalType: 'decimal(14,2)' }
      - { name: sales, logicalType: integer }
  - name: totals
    properties:
      - { name: product, logicalType: string }
      - { name: sales, logicalType: integer }
`);

const REVENUE =
  'SELECT day, product, sum(amount) AS revenue, count(*) AS sales FROM sales GROUP BY day, product';
const revenueBy = (mode: Transformation['mode'], parts: Partial<Transformation> = {}): Transformation =>
  transformation(contract.schema('revenue'), { sql: REVENUE, from: ['sales'], mode, ...parts });
const incremental = revenueBy({ kind: 'incremental', column: 'day' });

let lake: GoldLake;
let sales: IcebergTable;
let revenue: IcebergTable;
beforeEach(async () => {
  lake = new GoldLake();
  sales = await lake.table(contract, 'sales');
  revenue = await lake.table(contract, 'revenue');
});
afterEach(() => lake.remove());

const values = (...rows: [id: number, day: number, product: string, amount: string | null][]): string =>
  `SELECT * FROM (VALUES ${rows
    .map(([id, day, product, amount]) => `(${id}, DATE '2024-05-0${day}', '${product}', ${amount ?? 'NULL'})`)
    .join(', ')}) AS v(id, day, product, amount)`;
const sell = (...rows: Parameters<typeof values>) => lake.write(sales, values(...rows));
/** What SQL alone would make of the sales as they are. */
async function expected(): Promise<(string | null)[][]> {
  const fresh = new GoldLake();
  try {
    const output = await fresh.table(contract, 'revenue');
    await fresh.run(revenueBy({ kind: 'full' }), [sales], output);
    return await fresh.rows(output);
  } finally {
    fresh.remove();
  }
}
const fileNames = async (table: IcebergTable) => {
  await table.refresh();
  return (await table.dataFiles()).map(({ filePath }) => filePath).sort();
};

describe('full', () => {
  const full = revenueBy({ kind: 'full' });

  it('replaces all rows, and does nothing where nothing has changed', async () => {
    await sell([1, 1, 'a', '2.50'], [2, 1, 'a', '1.00']);
    expect(await lake.run(full, [sales], revenue)).toMatchObject({ scope: 'whole', writtenRows: 1 });
    expect(await lake.rows(revenue)).toEqual([['2024-05-01', 'a', '3.50', '2']]);
    expect(await lake.run(full, [sales], revenue)).toMatchObject({ scope: 'nothing' });

    await sell([3, 2, 'b', '9.99']);
    await lake.run(full, [sales], revenue);
    expect(await lake.rows(revenue)).toEqual([
      ['2024-05-01', 'a', '3.50', '2'],
      ['2024-05-02', 'b', '9.99', '1'],
    ]);
  });

  it('runs where nothing has changed when its time has come, with the same rows', async () => {
    await sell([1, 1, 'a', '2.50']);
    await lake.run(full, [sales], revenue);
    const before = await lake.rows(revenue);
    expect(await lake.run(full, [sales], revenue, { always: true })).toMatchObject({ scope: 'whole' });
    expect(await lake.rows(revenue)).toEqual(before);
  });

  it('makes an empty table of empty inputs, and again when all rows are gone', async () => {
    await lake.run(full, [sales], revenue, { always: true });
    expect(await lake.rows(revenue)).toEqual([]);
    await sell([1, 1, 'a', '1.00']);
    await lake.run(full, [sales], revenue);
    await mergeByKey(sales, { key: ['id'], upserts: [], deletes: [{ id: 1n }] });
    await lake.run(full, [sales], revenue);
    expect(await lake.rows(revenue)).toEqual([]);
  });

  it('serves an output without a key', async () => {
    const totals = await lake.table(contract, 'totals');
    const sql = 'SELECT product, count(*) AS sales FROM sales GROUP BY product';
    const keyless = transformation(contract.schema('totals'), { sql, from: ['sales'] });
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '1.00']);
    await lake.run(keyless, [sales], totals);
    await sell([3, 2, 'a', '1.00']);
    await lake.run(keyless, [sales], totals);
    expect(await lake.rows(totals)).toEqual([['a', '3']]);
  });
});

describe('incremental', () => {
  it('works out anew the values whose rows changed, and leaves the files of the others alone', async () => {
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00'], [3, 3, 'a', '3.00']);
    await lake.run(incremental, [sales], revenue);
    const before = await lake.rows(revenue);
    await sell([4, 2, 'b', '5.00']);
    expect(await lake.run(incremental, [sales], revenue)).toMatchObject({ scope: 'values', values: 1 });
    const after = await lake.rows(revenue);
    expect(after).toEqual(await expected());
    expect(after.filter(([day]) => day !== '2024-05-02')).toEqual(
      before.filter(([day]) => day !== '2024-05-02'),
    );
  });

  it('reads the files only that may hold the values', async () => {
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00']);
    await lake.run(incremental, [sales], revenue);
    await sales.refresh();
    const [other] = (await sales.dataFiles()).filter(({ filePath }) => filePath.includes('2024-05-01'));
    await sell([3, 2, 'b', '5.00']);
    // A file of another day that is not there does not matter.
    await sales.store.delete(other.filePath);
    await lake.run(incremental, [sales], revenue);
    expect((await lake.rows(revenue)).map(([day, , sum]) => [day, sum])).toEqual([
      ['2024-05-01', '1.00'],
      ['2024-05-02', '2.00'],
      ['2024-05-02', '5.00'],
    ]);
  });

  it('follows rows that move to another value, and that go', async () => {
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00'], [3, 3, 'a', '3.00']);
    await lake.run(incremental, [sales], revenue);
    const day = (n: number) => 19_843 + n;
    await mergeByKey(sales, {
      key: ['id'],
      upserts: [{ id: 1n, day: day(2), product: 'a', amount: 700n }],
      deletes: [{ id: 3n }],
    });
    expect(await lake.run(incremental, [sales], revenue)).toMatchObject({ scope: 'values', values: 3 });
    expect(await lake.rows(revenue)).toEqual(await expected());
    expect((await lake.rows(revenue)).map(([first]) => first)).toEqual(['2024-05-02']);
  });

  it('takes null for a value like any other', async () => {
    const totals = await lake.table(contract, 'totals');
    const sql = 'SELECT product, count(*) AS sales FROM sales GROUP BY product';
    const byProduct = transformation(contract.schema('totals'), {
      sql,
      from: ['sales'],
      mode: { kind: 'incremental', column: 'product' },
    });
    await lake.write(sales, "SELECT 1 AS id, CAST(NULL AS VARCHAR) AS product UNION ALL SELECT 2, 'a'");
    await lake.run(byProduct, [sales], totals);
    await lake.write(sales, 'SELECT 3 AS id, CAST(NULL AS VARCHAR) AS product');
    expect(await lake.run(byProduct, [sales], totals)).toMatchObject({ scope: 'values', values: 1 });
    expect(await lake.rows(totals)).toEqual([
      ['a', '1'],
      [null, '2'],
    ]);
  });

  it('finds nothing to do after a compaction, and after it what came since', async () => {
    for (let id = 1; id <= 4; id++) await sell([id, 1, 'a', '1.00']);
    await lake.run(incremental, [sales], revenue);
    await sales.refresh();
    await compact(sales, { minFiles: 2 });
    expect(await lake.run(incremental, [sales], revenue)).toMatchObject({ scope: 'nothing' });
    await sell([5, 2, 'a', '1.00'], [6, 2, 'a', '1.00']);
    await sales.refresh();
    await sell([7, 2, 'a', '1.00']);
    await compact(sales, { minFiles: 2 });
    expect(await lake.run(incremental, [sales], revenue)).toMatchObject({ scope: 'values', values: 1 });
    expect(await lake.rows(revenue)).toEqual(await expected());
  });

  it('reads all rows where the history is gone', async () => {
    await sell([1, 1, 'a', '1.00']);
    await lake.run(incremental, [sales], revenue);
    await sell([2, 1, 'a', '1.00']);
    await sales.refresh();
    await expireSnapshots(sales, { olderThan: Date.now() + 1000, keepLast: 1 });
    expect(await lake.run(incremental, [sales], revenue)).toMatchObject({
      scope: 'whole',
      reason: 'sales: the snapshot read last was expired or rolled back',
    });
    expect(await lake.rows(revenue)).toEqual(await expected());
  });

  it('follows a rollback of its input', async () => {
    await sell([1, 1, 'a', '1.00']);
    await sales.refresh();
    const first = sales.metadata['current-snapshot-id']!;
    await sell([2, 2, 'a', '1.00']);
    await lake.run(incremental, [sales], revenue);
    await rollBack(sales, first);
    await lake.run(incremental, [sales], revenue);
    expect(await lake.rows(revenue)).toEqual(await expected());
    await sell([3, 3, 'a', '1.00']);
    await lake.run(incremental, [sales], revenue);
    expect(await lake.rows(revenue)).toEqual(await expected());
  });

  it('works out values that are asked for, and only these, without taking that for progress', async () => {
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00']);
    await lake.run(incremental, [sales], revenue);
    await sell([3, 1, 'a', '10.00'], [4, 2, 'a', '20.00']);
    await lake.run(incremental, [sales], revenue, { values: ['2024-05-01'] });
    expect((await lake.rows(revenue)).map(([, , sum]) => sum)).toEqual(['11.00', '2.00']);
    await lake.run(incremental, [sales], revenue);
    expect(await lake.rows(revenue)).toEqual(await expected());
    await expect(lake.run(incremental, [sales], revenue, { values: ["'; DROP"] })).rejects.toThrow(
      `"'; DROP" is no value of day, a column of type date`,
    );
  });

  it('is made anew by another SQL', async () => {
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00']);
    await lake.run(incremental, [sales], revenue);
    const other = { ...incremental, sql: REVENUE.replace('sum(amount)', 'max(amount) * 2') };
    expect(await lake.run(other, [sales], revenue)).toMatchObject({ scope: 'whole' });
    expect((await lake.rows(revenue)).map(([, , sum]) => sum)).toEqual(['2.00', '4.00']);
    expect(await lake.run(other, [sales], revenue)).toMatchObject({ scope: 'nothing' });
  });

  it('takes an expression over an input for the value, and leaves lookups out of it', async () => {
    const products = await lake.table(contract, 'products');
    const totals = await lake.table(contract, 'totals');
    await lake.write(products, "SELECT 'a' AS product, 'x' AS category UNION ALL SELECT 'b', 'x'");
    await sell([1, 1, 'a', '1.00'], [2, 1, 'b', '1.00']);
    const byCategory = transformation(contract.schema('totals'), {
      from: [],
      sql: 'SELECT upper(s.product) AS product, count(p.category) AS sales FROM sales AS s LEFT JOIN products AS p ON p.product = s.product GROUP BY s.product',
      inputs: [
        { name: 'sales', lookup: false, changedValue: 'upper("product")' },
        { name: 'products', lookup: true },
      ],
      mode: { kind: 'incremental', column: 'product' },
    });
    await lake.run(byCategory, [sales, products], totals);
    await lake.write(products, "SELECT 'a' AS product, 'y' AS category");
    expect(await lake.run(byCategory, [sales, products], totals)).toMatchObject({ scope: 'nothing' });
    await sell([3, 1, 'b', '1.00']);
    expect(await lake.run(byCategory, [sales, products], totals)).toMatchObject({ values: 1 });
    expect(await lake.rows(totals)).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
  });
});

test.each<Transformation['mode']>([
  { kind: 'full' },
  { kind: 'incremental', column: 'day' },
  { kind: 'merge', driver: 'sales' },
])('runs that meet leave what one would have made: $kind', async (mode) => {
  const meeting = revenueBy(mode);
  await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00']);
  const run = () => lake.run(meeting, [sales], revenue);
  await Promise.all([run(), run(), run()]);
  expect(await lake.rows(revenue)).toEqual(await expected());
  await sell([3, 3, 'a', '5.00']);
  const reports = await Promise.all([run(), run(), run()]);
  expect(await lake.rows(revenue)).toEqual(await expected());
  expect(reports.filter(({ scope }) => scope !== 'nothing')).toHaveLength(1);
});

describe('merge', () => {
  it('puts rows in the place of those of their key, and keeps the others', async () => {
    const merge = revenueBy({ kind: 'merge' });
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00']);
    await lake.run(merge, [sales], revenue);
    await mergeByKey(sales, { key: ['id'], upserts: [], deletes: [{ id: 2n }] });
    await sell([3, 1, 'a', '1.00']);
    await lake.run(merge, [sales], revenue);
    expect(await lake.rows(revenue)).toEqual([
      ['2024-05-01', 'a', '2.00', '2'],
      ['2024-05-02', 'a', '2.00', '1'],
    ]);
  });

  it('sees only the new rows of the input that drives it', async () => {
    const driven = revenueBy({ kind: 'merge', driver: 'sales' });
    await sell([1, 1, 'a', '1.00'], [2, 2, 'a', '2.00']);
    await lake.run(driven, [sales], revenue);
    await sell([3, 1, 'a', '5.00']);
    expect(await lake.run(driven, [sales], revenue)).toMatchObject({ scope: 'changes', changedFiles: 1 });
    expect(await lake.rows(revenue)).toEqual([
      ['2024-05-01', 'a', '5.00', '1'],
      ['2024-05-02', 'a', '2.00', '1'],
    ]);
  });

  it.each([
    [
      'two rows of one key',
      'SELECT day, product, amount AS revenue, 1 AS sales FROM sales',
      'Several rows have the primary key (day, product) = (2024-05-01, a)',
    ],
    [
      'a key without a value',
      `SELECT day, nullif(product, 'a') AS product, 1 AS revenue, 1 AS sales FROM sales GROUP BY 1, 2`,
      'rows have no value in the primary key',
    ],
    ['SQL that is wrong', 'SELECT nothing FROM sales', 'Binder Error'],
  ])('refuses %s, and writes nothing', async (_, sql, message) => {
    await sell([1, 1, 'a', '1.00'], [2, 1, 'a', '2.00']);
    const wrong = revenueBy({ kind: 'merge' }, { sql });
    await expect(lake.run(wrong, [sales], revenue)).rejects.toMatchObject({
      name: 'SqlRefused',
      message: expect.stringContaining(message),
    });
    expect(await fileNames(revenue)).toEqual([]);
  });
});

describe('gates', () => {
  const gated: Transformation = {
    ...incremental,
    gates: [
      {
        input: 'sales',
        plan: QualityGates.of(contract.schema('sales'))._plan,
        contractId: contract.id,
        contractVersion: contract.version,
      },
    ],
  };

  it('are measured before anything is written; a shut one leaves the table as it is', async () => {
    const told: string[] = [];
    const tell = ({ input }: { input: string }, results: readonly { rule: string; outcome: string }[]) =>
      void told.push(...results.map(({ rule, outcome }) => `${input}: ${rule} ${outcome}`));
    await sell([1, 1, 'a', '1.00']);
    await lake.run(gated, [sales], revenue, {}, tell);
    const before = await fileNames(revenue);
    await sell([2, 2, 'a', null]);
    await expect(lake.run(gated, [sales], revenue, {}, tell)).rejects.toMatchObject({ name: 'GateHalted' });
    expect(told).toEqual(['sales: amount_present passed', 'sales: amount_present failed']);
    expect(await fileNames(revenue)).toEqual(before);

    await mergeByKey(sales, { key: ['id'], upserts: [], deletes: [{ id: 2n }] });
    await lake.run(gated, [sales], revenue, {}, tell);
    expect(await lake.rows(revenue)).toEqual(await expected());
  });
});
