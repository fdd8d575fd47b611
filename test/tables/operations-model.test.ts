import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { alterTable } from '../../lambda/tables/alter-table';
import { compact } from '../../lambda/rows/compaction';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import type { Long } from '../../lambda/tables/json';
import { mergeByKey } from '../../lambda/rows/merge';
import { openTable } from '../../lambda/tables/open-table';
import { removeOrphanFiles } from '../../lambda/tables/orphan-files';
import { overwrite } from '../../lambda/tables/overwrite';
import { rollBack } from '../../lambda/tables/rollback';
import { rowsOfFile } from '../../lambda/rows/rows-of-file';
import { writeRows } from '../../lambda/rows/write-rows';
import { Icebird } from './fixtures/icebird';
import { appendRows, rowsOf, rowTexts } from './fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'part', required: true, type: 'int' },
    { id: 3, name: 'value', required: false, type: 'int' },
  ],
};
const BY_PART = {
  'spec-id': 0,
  fields: [{ 'source-id': 2, 'field-id': 1000, name: 'part', transform: 'identity' }],
};

const id = fc.nat(15);
const part = fc.nat(1);
const value = fc.option(fc.integer({ min: -9, max: 9 }), { freq: 4 });
const rows = fc.array(fc.record({ id, part, value }), { minLength: 1, maxLength: 4 });
const step = <T extends string>(name: T) => fc.constant({ do: name });
const STEPS = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), rows }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('deliver' as const), back: fc.nat(3), rows }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('merge' as const), rows, gone: fc.array(id, { maxLength: 2 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('overwrite' as const), part, rows }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), part }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('evolve' as const), how: fc.nat(4) }) },
    { weight: 2, arbitrary: step('compact' as const) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('expire' as const), keep: fc.integer({ min: 1, max: 3 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('roll back' as const), to: fc.nat(5) }) },
    { weight: 1, arbitrary: step('remove orphans' as const) },
  ),
  { minLength: 1, maxLength: 14 },
);

/** Rows by the ids of their columns, so that a renamed column is the same one. */
type Row = Record<number, unknown>;
interface State {
  readonly rows: Row[];
  /** Records of lane `a` that are in: the next position. */
  readonly delivered: number;
}

let icebird: Icebird;
beforeAll(() => {
  icebird = new Icebird();
});
afterAll(() => icebird.close());

test('random operations on a table and on a model of it agree after every step', async () => {
  await fc.assert(fc.asyncProperty(STEPS, run), { numRuns: 40 });
}, 120_000);

async function run(steps: readonly any[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'operations-'));
  try {
    const properties = { 'commit.manifest.min-count-to-merge': '3' };
    const uri = `file://${directory}/t`;
    await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: BY_PART, properties });
    let state: State = { rows: [], delivered: 0 };
    const history = new Map<Long, State>();
    for (const [i, one] of steps.entries()) {
      // By turns a process of its own and one that has seen nothing of the last steps.
      const table = await openTable(uri);
      state = await apply(table, one, state, history, i);
      const current = (await openTable(uri)).metadata['current-snapshot-id'];
      if (current != null && current !== -1) history.set(current, state);
      await expectAgreement(uri, state, history);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function apply(
  table: IcebergTable,
  step: any,
  state: State,
  history: Map<Long, State>,
  index: number,
): Promise<State> {
  const given = (step.rows ?? []).map((row: any) => byId({ id: row.id, part: row.part, value: row.value }));
  switch (step.do) {
    case 'append':
      await appendRows(
        table,
        given.map((row: Row) => named(table, row)),
      );
      return { ...state, rows: [...state.rows, ...given] };
    case 'deliver': {
      // A delivery reaches back over records that are in already; the handler trims them.
      const first = Math.max(0, state.delivered - step.back);
      const fresh = given.slice(state.delivered - first);
      const position = table.position('a');
      expect(position).toBe(state.delivered === 0 ? undefined : String(state.delivered - 1));
      if (fresh.length === 0) return state;
      const last = state.delivered + fresh.length - 1;
      const ranges = [{ lane: 'a', first: String(state.delivered), last: String(last) }];
      await appendRows(
        table,
        fresh.map((row: Row) => named(table, row)),
        ranges,
      );
      return { rows: [...state.rows, ...fresh], delivered: last + 1 };
    }
    case 'merge': {
      const upserts = new Map<unknown, Row>(given.map((row: Row) => [row[1], row]));
      const deletes = step.gone.filter((key: number) => !upserts.has(key));
      await mergeByKey(table, {
        key: [nameOf(table, 1)!],
        upserts: given.map((row: Row) => named(table, row)),
        deletes: deletes.map((key: number) => named(table, { 1: key })),
      });
      const kept = state.rows.filter((row) => !upserts.has(row[1]) && !deletes.includes(row[1]));
      return { ...state, rows: [...kept, ...upserts.values()] };
    }
    case 'overwrite':
    case 'delete': {
      const fresh = given.map((row: Row) => ({ ...row, 2: step.part }));
      const removed = [];
      for (const file of await table.dataFiles()) {
        let inPart = 0;
        for await (const part of rowsOfFile(table, file))
          inPart += part.filter((row) => row[nameOf(table, 2)!] === step.part).length;
        // Files of another spec may hold rows of both.
        if (inPart === file.recordCount) removed.push(file);
        else if (inPart > 0) return state;
      }
      const added = await writeRows(
        table,
        fresh.map((row: Row) => named(table, row)),
      );
      await overwrite(table, { removed, added });
      return { ...state, rows: [...state.rows.filter((row) => row[2] !== step.part), ...fresh] };
    }
    case 'evolve':
      await evolve(table, step.how, index);
      return state;
    case 'compact':
      await compact(table, { minFiles: 2 });
      return state;
    case 'expire': {
      await expireSnapshots(table, { olderThan: Date.now() + 1000, keepLast: step.keep });
      const left = new Set(table.metadata.snapshots.map((snapshot) => snapshot['snapshot-id']));
      for (const known of [...history.keys()]) if (!left.has(known)) history.delete(known);
      return state;
    }
    case 'roll back': {
      const known = [...history.keys()];
      if (known.length === 0) return state;
      const target = known[step.to % known.length];
      await rollBack(table, target);
      return history.get(target)!;
    }
    default:
      await removeOrphanFiles(table, { olderThanMs: 0, nobodyWrites: true });
      return state;
  }
}

/** How the columns are called does not matter to the model, nor how the rows are laid out. */
async function evolve(table: IcebergTable, how: number, index: number): Promise<void> {
  const key = nameOf(table, 1)!;
  const last = nameOf(table, 3)!;
  if (how === 0) return alterTable(table, [{ do: 'rename', column: last, to: `value_${index}` }]);
  if (how === 1) return alterTable(table, [{ do: 'move', column: last, after: null }]);
  if (how === 2) return alterTable(table, [{ do: 'widen', column: last, to: 'long' }]);
  if (how === 3)
    return alterTable(table, [{ do: 'partition', by: [{ column: key, transform: 'bucket[2]' }] }]);
  return alterTable(table, [
    { do: 'add', column: `extra_${index}`, type: 'string' },
    { do: 'move', column: `extra_${index}`, after: key },
  ]);
}

async function expectAgreement(uri: string, state: State, history: Map<Long, State>): Promise<void> {
  const table = await openTable(uri);
  const position = table.position('a');
  expect(position).toBe(state.delivered === 0 ? undefined : String(state.delivered - 1));
  expect(texts(table, await rowsOf(table))).toEqual(rowTexts(state.rows as any));
  // icebird takes a table without any data file for a broken one.
  if ((await table.dataFiles()).length > 0) {
    const theirs = await icebird.read(uri);
    expect(texts(table, theirs)).toEqual(rowTexts(state.rows as any));
  }
  // Every snapshot that is kept is what it was.
  for (const [id, then] of history) {
    const found = await rowsOf(table, table.snapshot(id));
    expect(texts(table, found)).toEqual(rowTexts(then.rows as any));
  }
}

const nameOf = (table: IcebergTable, fieldId: number) =>
  table.schema.fields.find((field) => field.id === fieldId)?.name;

function byId(row: { id: number; part: number; value: number | null }): Row {
  return { 1: row.id, 2: row.part, 3: row.value };
}

function named(table: IcebergTable, row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([fieldId, given]) => [nameOf(table, Number(fieldId))!, given]),
  );
}

function texts(table: IcebergTable, found: Record<string, unknown>[]): string[] {
  return rowTexts(
    found.map((row) =>
      Object.fromEntries([1, 2, 3].map((fieldId) => [fieldId, row[nameOf(table, fieldId)!] ?? null])),
    ),
  );
}
