import { DuckDbIncrementEngine } from '../../../lambda/engines/duckdb/increment-engine';
import { refine } from '../../../lambda/pipeline/refine/refine';
import { RowEngine } from '../../../lambda/pipeline/refine/row-engine';
import type { TableRow } from '../../../lambda/rows/read-rows';
import { partitionKey } from '../../../lambda/tables/partition-pruning';
import type { IcebergField } from '../../../lib/contract/iceberg-types';
import { appendRows, rowsOf } from '../../tables/fixtures/rows';
import { workbench } from './duckdb';
import { EDGE_ROWS, EVERY_TYPE, exactTexts } from './every-type';

const bench = workbench();
const field = (id: number, name: string, type: string): IcebergField => ({ id, name, type, required: true });
const PROVENANCE = [
  field(31, '_lane', 'string'),
  field(32, '_position', 'string'),
  field(33, '_arrived_at', 'timestamptz'),
];
const BRONZE = { ...EVERY_TYPE, fields: [...EVERY_TYPE.fields, ...PROVENANCE] };
/** In another order, and one column wider. */
const SILVER = {
  ...EVERY_TYPE,
  fields: [
    ...PROVENANCE,
    ...EVERY_TYPE.fields.map((one) => (one.name === 'i' ? { ...one, type: 'long' } : one)).toReversed(),
  ],
};
const BY_DAY = {
  'spec-id': 0,
  fields: [{ 'source-id': 9, 'field-id': 1000, name: 'month', transform: 'month' }],
};

/** Rows of every type; those of a key are of other partitions each time. */
function delivery(from: number): TableRow[] {
  return Array.from({ length: 40 }, (_, i) => {
    const edge = EDGE_ROWS[(from + i * 3) % EDGE_ROWS.length];
    return {
      ...edge,
      id: BigInt((i * 7) % 23),
      day: ((from + i) % 5) * 31,
      d: i % 3 ? edge.d : -0,
      _lane: `lane-${i % 2}`,
      _position: String(from + i),
      _arrived_at: BigInt((from * 13 + i * 29) % 17),
    };
  });
}

it('rows of every type, which move between partitions, come to the same as row by row', async () => {
  const engines = [
    new RowEngine(),
    new DuckDbIncrementEngine({ memoryMiB: 128, threads: 2, scratch: bench.directory }, 15),
  ];
  const contents: string[][][] = [];
  for (const engine of engines) {
    const tables = { bronze: await bench.newTable(BRONZE), silver: await bench.newTable(SILVER, BY_DAY) };
    const states: string[][] = [];
    for (const from of [100, 80, 9_999_990]) {
      await appendRows(tables.bronze, delivery(from));
      await refine(tables, {
        refinement: { key: ['id'] },
        engine,
        maxBytes: Infinity,
        contract: { contractId: 'moving', contractVersion: '1.0.0' },
        now: () => 0,
      });
      const partitions = (await tables.silver.dataFiles()).map(partitionKey).sort();
      states.push(exactTexts(await rowsOf(tables.silver)), [...new Set(partitions)]);
    }
    contents.push(states);
  }
  expect(contents[1]).toEqual(contents[0]);
  expect(contents[0][0].length).toBe(23);
});
