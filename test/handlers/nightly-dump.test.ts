import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataContract } from '../../lib/contract';
import { fileColumns } from '../../lib/contract/file-columns';
import { Random } from '../random';
import { Deployment } from './deployment';
import { readTable } from './read-table';

const CONTRACT = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: nightly-customers
name: orders
version: 1.0.0
status: active
schema:
  - name: orders
    customProperties:
      - { property: eventTime, value: updated_at }
    properties:
      - { name: customer_id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: name, logicalType: string }
      - { name: balance, logicalType: number, physicalType: 'decimal(12,2)' }
      - { name: updated_at, logicalType: timestamp, required: true }
`);
const HEADER = 'customer_id,name,balance,updated_at';
const NIGHTS = 3;
const CUSTOMERS = 600;
const ROWS = 1500;

interface Customer {
  readonly customer_id: string;
  readonly name: string | null;
  readonly balance: string;
  /** Seconds of the epoch: no two states of a customer have the same. */
  readonly updatedAt: number;
}

const random = new Random(7);
const aCustomer = (): number => random.integer(1, CUSTOMERS);

/** Rows that no lakehouse should believe, and why. */
const DIRTY: [reason: string, row: (id: number, at: string) => string][] = [
  ['missing-required', (_, at) => `,Nobody,1.00,${at}`],
  ['missing-required', (id) => `${id},No time,1.00,`],
  ['wrong-type', (id, at) => `${id},Letters,1O.00,${at}`],
  ['wrong-type', (id) => `${id},Not a time,1.00,yesterday`],
  ['invalid-json', (id, at) => `${id},One field,too many,1.00,${at}`],
];

/** What the dumps hold by the rules of the contract: of each customer the latest state. */
class Model {
  readonly latest = new Map<string, Customer>();
  readonly refused = new Map<string, number>();
  good = 0;
  private states = 0;

  take(customer: Customer): string {
    this.good++;
    const known = this.latest.get(customer.customer_id);
    if (!known || known.updatedAt < customer.updatedAt) this.latest.set(customer.customer_id, customer);
    const { customer_id, name, balance, updatedAt } = customer;
    const text = name === null ? '' : /[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
    return `${customer_id},${text},${balance},${new Date(updatedAt * 1000).toISOString()}`;
  }

  refuse(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }

  /** New states, states that were sent before word for word or come late, and rows in a hundred that are dirty. */
  dump(): string {
    const sent: Customer[] = [...this.latest.values()];
    const rows = Array.from({ length: ROWS }, () => {
      if (random.chance(0.02)) {
        const [reason, row] = random.pick(DIRTY);
        this.refuse(reason);
        return row(aCustomer(), '2026-03-01T00:00:00Z');
      }
      if (sent.length > 0 && random.chance(0.3)) return this.take(random.pick(sent));
      const customer = {
        customer_id: String(aCustomer()),
        name: random.pick([null, 'Ada', 'Łukasz, "the other"', 'two\nlines']),
        balance: (random.integer(0, 1_000_000) / 100).toFixed(2),
        // In no order, and never the same.
        updatedAt: 1_600_000_000 + random.integer(0, 9_999) * NIGHTS * ROWS + this.states++,
      };
      sent.push(customer);
      return this.take(customer);
    });
    return `${HEADER}\n${rows.join('\n')}\n`;
  }
}

test('of three nights of dumps with duplicates, late and dirty rows silver is exactly the latest state of each customer', async () => {
  const columns = `export const columns = ${JSON.stringify(fileColumns(CONTRACT.schema()))};`;
  const deployment = new Deployment(CONTRACT, process.execPath, {
    files: { 'file-columns.mjs': columns },
    environment: {},
  });
  try {
    await deployment.provision();
    await deployment.provisionSilver();
    const landing = path.join(deployment.directory, 'landing');
    fs.mkdirSync(landing);
    const model = new Model();
    const arrivals = Array.from({ length: NIGHTS }, (_, night) => {
      const content = gzipSync(model.dump());
      const key = `night-${night}.csv.gz`;
      fs.writeFileSync(path.join(landing, key), content);
      const etag = createHash('md5').update(content).digest('hex');
      return {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        time: `2026-03-0${night + 1}T02:00:00Z`,
        detail: { bucket: { name: `file://${landing}` }, object: { key, size: content.length, etag } },
      };
    });
    const request = { refine: deployment.silver };
    // Of the first night silver is made before the others come; one of them is told twice.
    const nights = [[arrivals[0]], [arrivals[1], arrivals[2], arrivals[1]]];
    for (const events of nights) {
      const { outcomes } = deployment.takeFiles(...events);
      expect(outcomes.map(({ response }) => response.caughtUp)).toEqual(events.map(() => true));
      const refined = deployment.refine({ LAKEHOUSE_TOMBSTONES_TABLE: deployment.tombstones }, request);
      expect(refined.outcomes[0].response).toMatchObject({ caughtUp: true });
    }

    const silver = await readTable(
      deployment.silver,
      'customer_id, name, balance, epoch(updated_at)::BIGINT AS updated_at',
      'customer_id',
    );
    const expected = [...model.latest.values()]
      .sort((a, b) => Number(a.customer_id) - Number(b.customer_id))
      .map(({ updatedAt, ...rest }) => ({ ...rest, updated_at: String(updatedAt) }));
    expect(expected.length).toBeGreaterThan(CUSTOMERS * 0.99);
    expect(silver).toEqual(expected);

    const bronze = await readTable(deployment.bronze, 'count(*) AS rows', '1');
    expect(bronze).toEqual([{ rows: String(model.good) }]);
    const reasons = await readTable(deployment.quarantine, 'reason_code', 'reason_code');
    const counted = Object.fromEntries(
      [...model.refused].map(([reason]) => [
        reason,
        reasons.filter(({ reason_code }) => reason_code === reason).length,
      ]),
    );
    expect(counted).toEqual(Object.fromEntries(model.refused));
    expect(reasons).toHaveLength(NIGHTS * ROWS - model.good);
  } finally {
    deployment.remove();
  }
});
