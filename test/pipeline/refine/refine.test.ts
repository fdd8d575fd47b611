import { alterTable } from '../../../lambda/tables/alter-table';
import type { IncrementEngine } from '../../../lambda/pipeline/refine/increment';
import { RowEngine } from '../../../lambda/pipeline/refine/row-engine';
import { RejectionCode } from '../../../lambda/pipeline/record';
import { appendRows } from '../../tables/fixtures/rows';
import { expected, found, KEYED, KEYLESS, rowOf, SilverLake, type Happening } from './silver-lake';

const happening = (position: number, id: number | null, at: number | null = position): Happening => ({
  id,
  at,
  op: 'U',
  lane: 'a',
  position,
});

/** Data files that are fetched while something runs, as `<table>/<file>`. */
async function filesRead(lake: SilverLake, run: () => Promise<unknown>): Promise<string[]> {
  const get = jest.spyOn(lake.store, 'get');
  await run();
  const read = get.mock.calls.map(([uri]) => uri).filter((uri) => uri.endsWith('.parquet'));
  get.mockRestore();
  return read.map((uri) => uri.replace(/^s3:\/\/lake\/(\w+)\/.*$/, '$1'));
}

describe('an increment touches what changed and nothing else', () => {
  test('of bronze the files that are new, of silver those that may hold one of the keys', async () => {
    const lake = await new SilverLake(KEYED).create();
    for (let i = 0; i < 20; i++) {
      await lake.deliver([0, 1, 2, 3].map((j) => happening(4 * i + j, 100 * i + j)));
      await lake.refine();
    }
    const silverFiles = (await (await lake.open('silver')).dataFiles()).length;
    expect(silverFiles).toBeGreaterThanOrEqual(20);
    await lake.deliver([happening(80, 702), happening(81, 5_000)]);
    const before = new Set((await (await lake.open('silver')).dataFiles()).map(({ filePath }) => filePath));
    const read = await filesRead(lake, () => lake.refine());
    expect(read.filter((table) => table === 'bronze')).toHaveLength(1);
    // Of the one bucket that 702 falls into the one file whose bounds allow it.
    expect(read.filter((table) => table === 'silver')).toHaveLength(1);
    const after = (await (await lake.open('silver')).dataFiles()).map(({ filePath }) => filePath);
    expect([...before].filter((path) => !after.includes(path))).toHaveLength(1);
  });

  test('a report counts the bytes that were read and written, and a second run touches none', async () => {
    const lake = await new SilverLake(KEYED).create();
    for (let i = 0; i < 10; i++) {
      await lake.deliver(Array.from({ length: 50 }, (_, j) => happening(50 * i + j, 1000 * i + j)));
      await lake.refine();
    }
    await lake.deliver([happening(500, 3_007)]);
    const [bronzeFile] = (await (await lake.open('bronze')).dataFiles()).sort(
      (a, b) => a.fileSizeInBytes - b.fileSizeInBytes,
    );
    const silver = await (await lake.open('silver')).dataFiles();
    const total = silver.reduce((sum, { fileSizeInBytes }) => sum + fileSizeInBytes, 0);
    const report = await lake.refine();
    expect(report).toMatchObject({ mode: 'incremental', rows: 1, upserted: 1, commits: 1 });
    const read = report.bytesRead - bronzeFile.fileSizeInBytes;
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(total / 5);
    expect(report.bytesWritten).toBeLessThan(total / 5);
    expect(await lake.refine()).toMatchObject({ rows: 0, bytesRead: 0, bytesWritten: 0, commits: 0 });
  });

  test('rows without a key are added, and silver is not read', async () => {
    const lake = await new SilverLake(KEYLESS).create();
    for (let i = 0; i < 5; i++) {
      await lake.deliver([happening(i, 1)]);
      expect(await filesRead(lake, () => lake.refine())).toEqual(['bronze']);
    }
  });

  test('a compaction of bronze brings nothing, and is not taken for something new later on', async () => {
    const lake = await new SilverLake(KEYED).create();
    for (let i = 0; i < 6; i++) await lake.deliver([happening(i, i)]);
    await lake.refine();
    const { compact } = await import('../../../lambda/rows/compaction');
    await compact(await lake.open('bronze'), { minFiles: 2 });
    expect(await filesRead(lake, () => lake.refine())).toEqual([]);
    await lake.deliver([happening(6, 600)]);
    expect(await filesRead(lake, () => lake.refine())).toEqual(['bronze']);
  });
});

describe('tables that have grown apart', () => {
  test('columns that silver lacks are left out and reported, those that bronze lacks are null', async () => {
    const lake = await new SilverLake(KEYED).create();
    await lake.deliver([happening(0, 1)]);
    const bronze = await lake.open('bronze');
    await alterTable(bronze, [
      { do: 'add', column: 'colour', type: 'string' },
      { do: 'move', column: 'colour', after: null },
    ]);
    await alterTable(await lake.open('silver'), [{ do: 'add', column: 'weight', type: 'double' }]);
    await appendRows(await lake.open('bronze'), [{ ...rowOf(happening(1, 2)), colour: 'red' }]);
    expect(await lake.refine()).toMatchObject({ upserted: 2, leftOut: ['colour'] });
    const rows = await lake.rows('silver');
    expect(rows.map(({ id, weight }) => [Number(id), weight]).sort()).toEqual([
      [1, null],
      [2, null],
    ]);
    // Once silver has it, it comes along with every new row.
    await alterTable(await lake.open('silver'), [{ do: 'add', column: 'colour', type: 'string' }]);
    await appendRows(await lake.open('bronze'), [{ ...rowOf(happening(2, 2)), colour: 'blue' }]);
    expect((await lake.refine()).leftOut).toEqual([]);
    const colours = (await lake.rows('silver')).map(({ id, colour }) => [Number(id), colour]).sort();
    expect(colours).toEqual([
      [1, null],
      [2, 'blue'],
    ]);
  });

  test('a type that does not fit is refused, and nothing is changed', async () => {
    const lake = await new SilverLake(KEYED).create();
    await alterTable(await lake.open('bronze'), [{ do: 'drop', column: 'at' }]);
    await expect(lake.refine()).rejects.toThrow(/^bronze .* lacks at\. It has: id, op, _lane/);
    await alterTable(await lake.open('bronze'), [{ do: 'add', column: 'at', type: 'string' }]);
    await expect(lake.refine()).rejects.toThrow(
      'Column at is string in bronze and timestamptz in silver. Allowed in silver: the same type or a wider one.',
    );
    expect(await found(lake)).toEqual({ silver: [], tombstones: [], quarantine: [] });
  });
});

describe('the steps between bronze and silver', () => {
  const double: NonNullable<Parameters<SilverLake['refine']>[0]>['transform'] = (rows) => ({
    accepted: rows
      .filter(({ id }) => id !== 3n)
      .map((row) => ({ ...row, id: BigInt(row.id as bigint) * 2n })),
    rejected: rows
      .filter(({ id }) => id === 3n)
      .map((row) => ({ row, reason: { code: RejectionCode.WRONG_TYPE, message: 'Three is not allowed.' } })),
  });

  test('a transform may change keys: rows of silver are found by the new ones', async () => {
    const lake = await new SilverLake(KEYED).create();
    await lake.deliver([happening(0, 1), happening(1, 2), happening(2, 3)]);
    await lake.refine({ transform: double });
    await lake.deliver([happening(3, 2)]);
    await lake.refine({ transform: double });
    expect((await lake.rows('silver')).map(({ id, _position }) => [Number(id), _position]).sort()).toEqual([
      [2, '0'],
      [4, '3'],
    ]);
    expect(await lake.positions('quarantine')).toEqual(['a:2']);
  });

  test('a gate sees all rows of an increment at once, and halts it by throwing', async () => {
    const lake = await new SilverLake(KEYED).create();
    for (let i = 0; i < 3; i++) await lake.deliver([happening(2 * i, i), happening(2 * i + 1, null)]);
    const seen: [bigint, number][] = [];
    const gate = (upTo: bigint) => (rows: readonly object[]) => {
      seen.push([upTo, rows.length]);
      throw new Error('The gate is shut.');
    };
    await expect(lake.refine({ gate })).rejects.toThrow('The gate is shut.');
    expect(seen).toEqual([[3n, 3]]);
    expect(await found(lake)).toEqual({ silver: [], tombstones: [], quarantine: [] });
  });

  test('what quarantine got before a crash stays there, also when it would be accepted by now', async () => {
    const lake = await new SilverLake(KEYED).create();
    await lake.deliver([happening(0, 1), happening(1, 2)]);
    const strict = () => (rows: readonly any[]) => ({
      accepted: rows.filter(({ id }) => id === 1n),
      rejected: rows
        .filter(({ id }) => id !== 1n)
        .map((row) => ({ row, reason: { code: RejectionCode.QUALITY_GATE, message: 'No.' } })),
    });
    const tables = await lake.tables();
    jest.spyOn(tables.silver.state, 'commit').mockRejectedValue(new Error('dead'));
    await expect(lake.refineTables(tables, { gate: strict })).rejects.toThrow('dead');
    await lake.deliver([happening(2, 3)]);
    await lake.refine();
    expect(await lake.positions('quarantine')).toEqual(['a:1']);
    expect(await lake.positions('silver')).toEqual(['a:0', 'a:2']);
  });

  test('without a quarantine a row that cannot enter fails the increment', async () => {
    const lake = await new SilverLake(KEYED).create();
    await lake.deliver([happening(0, null)]);
    const { quarantine: _, ...tables } = await lake.tables();
    await expect(lake.refineTables(tables)).rejects.toThrow(
      '1 rows cannot enter s3://lake/silver, and there is no quarantine table. The first: null-key at id.',
    );
  });
});

test('time is up between two parts: what is done stays, the rest is found', async () => {
  const lake = await new SilverLake(KEYED).create();
  const all = [0, 1, 2].map((position) => happening(position, position));
  for (const one of all) await lake.deliver([one]);
  await lake.refine({ maxBytes: Infinity });
  const more = [3, 4, 5].map((position) => happening(position, position));
  for (const one of more) await lake.deliver([one]);
  const first = await lake.refine({ maxBytes: 1, hasTime: () => false });
  expect(first).toMatchObject({ rows: 1, commits: 1, caughtUp: false });
  expect(await lake.refine({ maxBytes: 1 })).toMatchObject({ rows: 2, commits: 2, caughtUp: true });
  expect(await found(lake)).toEqual(expected([...all, ...more], KEYED));
});

test('an engine gets what is planned, and what it makes of it is committed', async () => {
  const lake = await new SilverLake(KEYED).create();
  await lake.deliver([happening(0, 1)]);
  const engine: IncrementEngine = { execute: jest.fn((...given) => new RowEngine().execute(...given)) };
  await lake.refine({ engine });
  const [[increment]] = (engine.execute as jest.Mock).mock.calls;
  expect(increment).toMatchObject({
    mode: 'full',
    range: { first: '0', last: '1' },
    silver: { files: [], readAt: null },
  });
  expect(increment.bronzeBytes).toBe(increment.bronze[0].fileSizeInBytes);
});

test('a table that deletes needs its tombstones', async () => {
  const lake = await new SilverLake(KEYED).create();
  const { tombstones: _, ...tables } = await lake.tables();
  await expect(lake.refineTables(tables)).rejects.toThrow('there is no table of tombstones');
});
