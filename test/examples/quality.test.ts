import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  DataContract,
  GateDecision,
  QualityGates,
  type QualityMeasurement,
  SqlDialect,
} from '../../lib/contract';
import { openDuckDb } from '../../lib/local/duckdb';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = (await openDuckDb(1))!;
});
afterAll(() => connection.closeSync());

function example(name: string): QualityGates {
  const contract = DataContract.fromFile(join(__dirname, '../../examples/quality', `${name}.odcs.yaml`));
  return QualityGates.of(contract.schema());
}

/** The outcome of each gate over the rows of a query, and what they ask for together. */
async function gatesOver(
  name: string,
  rows: string,
): Promise<{ readonly outcomes: Record<string, string>; readonly decision: GateDecision }> {
  const gates = example(name);
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${rows}`);
  const measurements: QualityMeasurement[] = [];
  for (const { sql, measures } of gates.queries(SqlDialect.DUCKDB, [name])) {
    const [row] = (await connection.runAndReadAll(sql)).getRows();
    measures.forEach((measure, index) => measurements.push({ measure, value: String(row[index]) }));
  }
  const results = gates.evaluate(measurements);
  return {
    outcomes: Object.fromEntries(results.map(({ rule, outcome }) => [rule, outcome])),
    decision: gates.decide(results),
  };
}

/** So many customers, of which the first few have `column` as `value`. */
function customers(rows: number, column = 'none', value = 'NULL', few = 0): string {
  const columns: Record<string, string> = {
    customer_id: "'c' || i",
    age: '18 + i % 103',
    account_status: "['ACTIVE', 'INACTIVE', 'SUSPENDED', 'PENDING'][1 + i % 4]",
    loyalty_points_balance: 'i % 10',
  };
  const list = Object.entries(columns).map(([name, sql]) =>
    name === column ? `CASE WHEN i < ${few} THEN ${value} ELSE ${sql} END AS ${name}` : `${sql} AS ${name}`,
  );
  return `SELECT ${list.join(', ')} FROM range(${rows}) AS r(i)`;
}

describe('customers', () => {
  it('as they should be pass', async () => {
    const { outcomes, decision } = await gatesOver('customers', customers(1000));
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['passed']));
    expect(decision).toBe(GateDecision.PROCEED);
  });

  it.each([
    ['plausible_volume', customers(999), 'failed', GateDecision.HALT],
    ['plausible_volume', customers(1_000_000), 'passed', GateDecision.PROCEED],
    ['plausible_volume', customers(1_000_001), 'failed', GateDecision.HALT],
    ['age_plausible', customers(10_000, 'age', '17', 100), 'passed', GateDecision.PROCEED],
    ['age_plausible', customers(10_000, 'age', '121', 101), 'failed', GateDecision.HALT],
    ['age_plausible', customers(10_000, 'age', 'NULL', 5000), 'passed', GateDecision.PROCEED],
    [
      'account_status_known',
      customers(1000, 'account_status', "'active'", 1),
      'failed',
      GateDecision.QUARANTINE,
    ],
    ['customer_id_unique', customers(1000, 'customer_id', "'c999'", 1), 'failed', GateDecision.HALT],
    ['customer_id_present', customers(1000, 'customer_id', 'NULL', 1), 'failed', GateDecision.QUARANTINE],
    [
      'customer_id_null_rate',
      customers(10_000, 'customer_id', 'NULL', 10),
      'passed',
      GateDecision.QUARANTINE,
    ],
    [
      'customer_id_null_rate',
      customers(10_000, 'customer_id', 'NULL', 11),
      'failed',
      GateDecision.QUARANTINE,
    ],
    [
      'loyalty_points_not_negative',
      customers(1000, 'loyalty_points_balance', '-1', 1),
      'failed',
      GateDecision.PROCEED,
    ],
  ])('%s: %s', async (rule, rows, outcome, decision) => {
    const result = await gatesOver('customers', rows);
    expect([result.outcomes[rule], result.decision]).toEqual([outcome, decision]);
  });

  it('are split without losing one', async () => {
    const failing = example('customers').failingRows('account_status_known', SqlDialect.DUCKDB);
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE customers AS ${customers(1000, 'account_status', "'GONE'", 7)}`,
    );
    const result = await connection.runAndReadAll(
      `SELECT count(*) FILTER (WHERE ${failing}), count(*) FILTER (WHERE NOT ${failing}) FROM customers AS t`,
    );
    expect(result.getRows()).toEqual([[7n, 993n]]);
  });
});

/** Transactions of two hours before 12:00 and one after it; the first few anomalous. */
function transactions({ before = 1000, last = 1000, anomalies = 0, amount = '0.00' }): string {
  return `SELECT 't' || i AS transaction_id, 'c' || i AS customer_id,
    CASE WHEN i < ${anomalies} THEN ${amount} ELSE 12.50 END::DECIMAL(12,2) AS amount,
    TIMESTAMPTZ '2024-05-01 09:00:00+00' AS timestamp,
    CASE WHEN i < ${before} THEN TIMESTAMPTZ '2024-05-01 10:30:00+00'
         WHEN i < ${before + last} THEN TIMESTAMPTZ '2024-05-01 11:30:00+00'
         ELSE TIMESTAMPTZ '2024-05-01 12:00:00+00' END AS _arrived_at
    FROM range(${before + last + 1}) AS r(i)`;
}

describe('transactions', () => {
  it.each([
    [
      'amount_anomalies',
      transactions({ before: 9000, last: 999, anomalies: 200 }),
      'passed',
      GateDecision.PROCEED,
    ],
    [
      'amount_anomalies',
      transactions({ before: 9000, last: 999, anomalies: 201 }),
      'failed',
      GateDecision.HALT,
    ],
    [
      'amount_anomalies',
      transactions({ before: 9000, last: 999, anomalies: 201, amount: '0.01' }),
      'passed',
      GateDecision.PROCEED,
    ],
    ['enough_records', transactions({ before: 500, last: 499 }), 'passed', GateDecision.PROCEED],
    ['enough_records', transactions({ before: 500, last: 498 }), 'failed', GateDecision.HALT],
    ['hourly_volume_keeps_up', transactions({ before: 1000, last: 801 }), 'passed', GateDecision.PROCEED],
    ['hourly_volume_keeps_up', transactions({ before: 1000, last: 800 }), 'failed', GateDecision.PROCEED],
    ['hourly_volume_keeps_up', transactions({ before: 0, last: 1000 }), 'passed', GateDecision.PROCEED],
    ['amount_present', transactions({ anomalies: 1, amount: 'NULL' }), 'failed', GateDecision.PROCEED],
    ['one_transaction_per_customer', transactions({}), 'passed', GateDecision.PROCEED],
  ])('%s: %s', async (rule, rows, outcome, decision) => {
    const result = await gatesOver('transactions', rows);
    expect([result.outcomes[rule], result.decision]).toEqual([outcome, decision]);
  });

  it('in which a customer returns are reported, and nothing more', async () => {
    const twice = `SELECT * REPLACE ('c0' AS customer_id) FROM (${transactions({})})`;
    const { outcomes, decision } = await gatesOver('transactions', twice);
    expect(outcomes).toMatchObject({
      one_transaction_per_customer: 'failed',
      transaction_id_unique: 'passed',
    });
    expect(decision).toBe(GateDecision.PROCEED);
  });
});

it.each(['customers', 'transactions'])(
  'the rules of %s can be said to Glue, but those that ask for truth',
  (name) => {
    const { text, omitted } = example(name).glueRuleset();
    expect(text).toContain('Rules = [');
    expect(omitted.map(({ rule }) => rule)).toEqual(
      name === 'transactions' ? ['hourly_volume_keeps_up'] : [],
    );
  },
);
