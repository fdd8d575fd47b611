import fc from 'fast-check';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbIncrementEngine } from '../../../lambda/engines/duckdb/increment-engine';
import { compact } from '../../../lambda/rows/compaction';
import { expireSnapshots } from '../../../lambda/tables/expire-snapshots';
import { RowEngine } from '../../../lambda/pipeline/refine/row-engine';
import type { RefineOptions } from '../../../lambda/pipeline/refine/refine';
import { KEYED, KEYLESS, SilverLake, TABLES, type Happening } from '../../pipeline/refine/silver-lake';
import { MaskingKey } from '../../../lambda/pipeline/masking/masking-key';
import { rowMasks } from '../../../lambda/pipeline/masking/row-masks';
import { exactTexts } from './every-type';

const scratch = mkdtempSync(join(tmpdir(), 'increment-engine-'));
/** Few keys at a time, so that there are several buckets of them. */
const engine = new DuckDbIncrementEngine({ memoryMiB: 128, threads: 2, scratch }, 4);
afterAll(() => {
  expect(readdirSync(scratch)).toEqual([]);
  rmSync(scratch, { recursive: true });
});

const MASKED_KEY = rowMasks(
  [{ path: ['id'], type: 'long', mask: { kind: 'tokenize' } }],
  new MaskingKey('a key of thirty-two characters...'),
);
const LANES = ['a', 'b', '\u{1f600}'];
const happenings = fc.array(
  fc.record({
    id: fc.option(fc.nat(5), { freq: 8 }),
    at: fc.option(fc.nat(3), { freq: 6 }),
    op: fc.constantFrom('U' as const, 'U' as const, 'D' as const),
    lane: fc.constantFrom(...LANES),
  }),
  { minLength: 1, maxLength: 12 },
);
/** What comes, whether silver follows, and whether bronze's past is gone by then, so that all of it is read again. */
const deliveries = fc.array(fc.tuple(happenings, fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 4 });

async function forgetPast(lake: SilverLake): Promise<void> {
  const bronze = await lake.open('bronze');
  await compact(bronze, { minFiles: 2 });
  await expireSnapshots(bronze, { olderThan: Date.now() + 1000, keepLast: 1 });
}

async function contents(lake: SilverLake) {
  const tables = TABLES.map(async (name) => [name, exactTexts(await lake.rows(name))]);
  return Object.fromEntries(await Promise.all(tables));
}

describe.each([
  ['with a key', KEYED],
  ['without event time', { key: ['id'] }],
  ['without a key', KEYLESS],
])('a table %s', (_, refinement) => {
  it.each<[string, Partial<RefineOptions>]>([
    ['in SQL', {}],
    [
      'with rows that go through code',
      {
        transform: (rows) => ({
          accepted: rows.flatMap((row) => [{ ...row, op: row.op === 'D' ? 'D' : 'X' }, row]),
          rejected: [],
        }),
        gate: () => (rows) => ({ accepted: rows.filter((row) => row.id !== 4n), rejected: [] }),
      },
    ],
    ['with a masked key', { masks: MASKED_KEY }],
  ])('comes to the same rows and counts as row by row, %s', async (_how, options) => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (given) => {
        const lakes = await Promise.all([1, 2].map(() => new SilverLake(refinement).create()));
        const engines = [new RowEngine(), engine];
        let position = 9;
        for (const [delivery, refines, forgets] of given) {
          const rows = delivery.map((one): Happening => ({ ...one, position: position++ }));
          const reports = [];
          for (const [i, lake] of lakes.entries()) {
            await lake.deliver(rows);
            if (forgets) await forgetPast(lake);
            if (refines) reports.push(await lake.refine({ ...options, engine: engines[i] }));
          }
          if (!refines) continue;
          const [byRow, bySql] = reports.map(
            ({ bytesRead: _r, bytesWritten: _w, snapshotId: _s, snapshots, ...report }) => ({
              ...report,
              // Ids are random; how many there are is not.
              snapshots: snapshots.length,
            }),
          );
          expect(bySql).toEqual(byRow);
          expect(await contents(lakes[1])).toEqual(await contents(lakes[0]));
        }
      }),
      { numRuns: 4 },
    );
  });
});
