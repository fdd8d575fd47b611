import type { DataFile } from '../../lambda/tables/data-file';
import { rollBack } from '../../lambda/tables/rollback';
import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import { incrementalRead } from '../../lambda/tables/incremental-read';
import type { Long } from '../../lambda/tables/json';
import { EntryStatus } from '../../lambda/tables/manifest';
import { Isolation, overwrite, replaceFiles } from '../../lambda/tables/overwrite';
import { WriteConflict } from '../../lambda/tables/replaced-files';
import { AppendOutcome } from '../../lambda/tables/table';
import { TableFiles } from '../../lambda/tables/table-files';
import { changeMetadata } from '../../lambda/tables/metadata-change';
import { Fault, FaultKind } from './fixtures/faults';
import { BY_LANE, ingest, rangeOf, recordsOf, upTo, writeBatch, type Batch } from './fixtures/lanes';
import { CATALOGS, newWorld, type World, type Writer } from './fixtures/worlds';

let world: World;
let writer: Writer;

async function begin(catalog: string): Promise<void> {
  world = await newWorld(CATALOGS[catalog], { 'commit.manifest.min-count-to-merge': '3' });
  await changeMetadata((await world.open()).table.state, () => ({ 'partition-specs': [BY_LANE] }));
  writer = await world.open();
}
const deliver = (lane: string, first: number, last: number) =>
  ingest(writer.table, writer.store, { lane, first, last });
const records = async () => recordsOf((await world.open()).table, world.store);
const write = (batch: Batch, by = writer) => writeBatch(by.table, by.store, batch);
const filesOf = async (lane: string, by = writer): Promise<DataFile[]> =>
  (await by.table.dataFiles()).filter((file) => file.partition[0] === lane);
const currentId = () => writer.table.metadata['current-snapshot-id'] as Long;

// A REST catalog lets nobody exchange a partition spec in its place, as `begin` does.
describe.each(['directory', 'Glue'])('%s catalog', (catalog) => {
  beforeEach(() => begin(catalog));

  test('files in the place of others; the rest keeps its age', async () => {
    for (let i = 0; i < 4; i++) await deliver('a', i, i);
    await deliver('b', 0, 2);
    const before = new Map(
      (await writer.table.dataFiles()).map((file) => [file.filePath, file.sequenceNumber]),
    );
    const removed = (await filesOf('a')).slice(0, 3);
    const added = [await write({ lane: 'a', first: 10, last: 12 })];
    const { outcome } = await overwrite(writer.table, { removed, added });
    expect(outcome).toBe(AppendOutcome.COMMITTED);

    const left = (await records()).a;
    expect(left).toHaveLength(4);
    expect(left).toEqual(expect.arrayContaining([10, 11, 12]));
    const { table } = await world.open();
    for (const file of await table.dataFiles()) {
      const old = before.get(file.filePath);
      expect(file.sequenceNumber).toBe(old ?? 6);
    }
    expect(table.metadata.snapshots.at(-1)!.summary).toMatchObject({
      operation: 'overwrite',
      'added-data-files': '1',
      'deleted-data-files': '3',
      'deleted-records': '3',
      'total-records': '7',
      'total-data-files': '3',
    });
    const files = new TableFiles(world.store, table.metadata);
    const entries = (await files.entries(await files.manifests(table.metadata.snapshots.at(-1)!))).flat();
    const deleted = entries.filter((entry) => entry.status === EntryStatus.DELETED);
    expect(deleted.map((entry) => entry.data_file.file_path).sort()).toEqual(
      removed.map((file) => file.filePath).sort(),
    );
    for (const entry of deleted) {
      expect(entry.snapshot_id).toBe(currentId());
      expect(entry.sequence_number).toBe(before.get(entry.data_file.file_path));
    }
  });

  test('what tells of removed files only is not carried along', async () => {
    for (let i = 0; i < 3; i++) await deliver('a', i, i);
    await overwrite(writer.table, { removed: await filesOf('a'), added: [] });
    expect(await records()).toEqual({});
    expect(writer.table.metadata.snapshots.at(-1)!.summary!.operation).toBe('delete');
    await deliver('b', 0, 0);
    const manifests = await writer.table.state.manifests();
    expect(manifests.map((manifest) => manifest.deleted_files_count)).toEqual([0]);
  });

  test('a file that another commit removed first: a conflict that names it, nothing changes', async () => {
    await deliver('a', 0, 4);
    const other = await world.open();
    const removed = await filesOf('a');
    await overwrite(other.table, {
      removed,
      added: [await write({ lane: 'a', first: 10, last: 14 }, other)],
    });
    const mine = { removed, added: [await write({ lane: 'a', first: 20, last: 24 })] };
    await expect(overwrite(writer.table, { ...mine, isolation: Isolation.SNAPSHOT })).rejects.toThrow(
      `another commit removed ${removed[0].filePath} first`,
    );
    expect((await records()).a).toEqual([10, 11, 12, 13, 14]);
  });

  test('rows added to the same partition: a conflict when serializable, beside it otherwise', async () => {
    await deliver('a', 0, 4);
    const other = await world.open();
    const change = async () => ({
      removed: await filesOf('a'),
      added: [await write({ lane: 'a', first: 10, last: 10 })],
    });
    const mine = await change();
    await ingest(other.table, other.store, { lane: 'a', first: 5, last: 6 });
    await expect(overwrite(writer.table, mine)).rejects.toThrow(WriteConflict);
    expect(await records()).toEqual({ a: upTo(7) });

    const readAt = currentId();
    const again = await change();
    await ingest(other.table, other.store, { lane: 'a', first: 7, last: 8 });
    await overwrite(writer.table, { ...again, readAt, isolation: Isolation.SNAPSHOT });
    expect(await records()).toEqual({ a: [7, 8, 10] });
  });

  test('rows added to another partition are no conflict, unless the whole table was read', async () => {
    await deliver('a', 0, 4);
    const other = await world.open();
    const mine = { removed: await filesOf('a'), added: [await write({ lane: 'a', first: 10, last: 10 })] };
    await ingest(other.table, other.store, { lane: 'b', first: 0, last: 1 });
    await expect(overwrite(writer.table, { ...mine, readAt: null, partitionsRead: 'all' })).rejects.toThrow(
      WriteConflict,
    );
    const stale = writer.table.metadata.snapshots[0]['snapshot-id'];
    await expect(overwrite(writer.table, { ...mine, readAt: stale, partitionsRead: 'all' })).rejects.toThrow(
      /added .* to a partition that was read/,
    );
    await overwrite(writer.table, { ...mine, readAt: stale });
    expect(await records()).toEqual({ a: [10], b: [0, 1] });
  });

  test('what was read is rolled back meanwhile: a conflict', async () => {
    await deliver('a', 0, 4);
    const first = currentId();
    await deliver('a', 5, 9);
    const mine = { removed: await filesOf('a'), added: [], readAt: currentId() };
    await rollBack(writer.table, first);
    await expect(overwrite(writer.table, mine)).rejects.toThrow('rolled back or expired');
  });

  test('with ranges, a replay is recognized', async () => {
    await deliver('a', 0, 4);
    const ranges = [rangeOf({ lane: 'bronze', first: 7, last: 7 })];
    const change = async () => ({
      removed: await filesOf('a'),
      added: [await write({ lane: 'a', first: 10, last: 10 })],
      ranges,
    });
    const [mine, again] = [await change(), await change()];
    expect((await overwrite(writer.table, mine)).outcome).toBe(AppendOutcome.COMMITTED);
    expect((await overwrite(writer.table, again)).outcome).toBe(AppendOutcome.ALREADY_COMMITTED);
    expect(await records()).toEqual({ a: [10] });
  });

  test('a compaction lets appends through, keeps positions, and is passed over by incremental readers', async () => {
    await deliver('a', 0, 2);
    await deliver('a', 3, 4);
    const readAt = currentId();
    const removed = await filesOf('a');
    const other = await world.open();
    await ingest(other.table, other.store, { lane: 'a', first: 5, last: 9 });
    await replaceFiles(writer.table, {
      removed,
      added: [await write({ lane: 'a', first: 0, last: 4 })],
      readAt,
    });
    expect(await records()).toEqual({ a: upTo(10) });
    await deliver('a', 0, 11);
    expect(await records()).toEqual({ a: upTo(12) });
    const { added, rewrites } = await incrementalRead(writer.table, readAt);
    expect([added.length, rewrites]).toEqual([2, []]);
    await overwrite(writer.table, { removed: (await filesOf('a')).slice(0, 1), added: [] });
    expect((await incrementalRead(writer.table, readAt)).rewrites).toEqual([
      { snapshotId: currentId(), operation: 'delete' },
    ]);
  });

  test('after an overwrite and an expiry the removed files are gone, the rest is not', async () => {
    await deliver('a', 0, 4);
    await deliver('b', 0, 4);
    const removed = await filesOf('a');
    await overwrite(writer.table, { removed, added: [await write({ lane: 'a', first: 10, last: 10 })] });
    await expireSnapshots(writer.table, { olderThan: Date.now() + 1000 });
    expect(world.store.objects.has(removed[0].filePath)).toBe(false);
    expect(await records()).toEqual({ a: [10], b: upTo(5) });
    await deliver('b', 0, 9);
    expect(await records()).toEqual({ a: [10], b: upTo(10) });
  });

  test.each(Object.values(FaultKind))(
    'done once or not at all, whichever call is struck: %s',
    async (kind) => {
      for (let call = 1; ; call++) {
        await begin(catalog);
        await deliver('a', 0, 2);
        await deliver('a', 3, 4);
        const fault = new Fault(call, kind, 1 + (call % 4));
        const other = await world.open(fault).catch(() => undefined);
        const run = async ({ table, store }: Writer) => {
          const removed = (await table.dataFiles()).filter((file) => file.recordCount !== 5);
          const added = [await writeBatch(table, store, { lane: 'a', first: 0, last: 4 })];
          return overwrite(table, { removed, added });
        };
        const done = await (other && run(other).catch(() => undefined));
        if (done) expect(await records()).toEqual({ a: upTo(5) });
        await deliver('b', 0, 1);
        await fault.arriveLate();
        expect(await records()).toEqual({ a: upTo(5), b: upTo(2) });
        if (!fault.struck) break;
      }
    },
  );
});
