import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import { SnapshotNotFound } from '../../lambda/tables/history';
import { incrementalRead } from '../../lambda/tables/incremental-read';
import { changeMetadata } from '../../lambda/tables/metadata-change';
import { removeOrphanFiles } from '../../lambda/tables/orphan-files';
import { queuedPath } from '../../lambda/tables/queued-files';
import { QUEUED_FILES_KEPT_DAYS } from '../../lib/contract/queued-files';
import { rollBack } from '../../lambda/tables/rollback';
import type { Long } from '../../lambda/tables/json';
import { Fault, FaultKind } from './fixtures/faults';
import { ingest, position, recordsOf, upTo, writeBatch, type Batch } from './fixtures/lanes';
import { CATALOGS, newWorld, LOCATION, type World, type Writer } from './fixtures/worlds';

const HOUR = 3_600_000;
let world: World;
let writer: Writer;
const deliver = async (lane: string, first: number, last: number): Promise<Long> => {
  await ingest(writer.table, writer.store, { lane, first, last });
  return writer.table.metadata['current-snapshot-id']!;
};
const records = async () => recordsOf((await world.open()).table, world.store);
const positionsNow = async () => Object.fromEntries((await world.open()).table.positions());
const batchesOf = async (files: readonly { filePath: string }[]) =>
  Promise.all(
    files.map(async ({ filePath }) => {
      const { lane, first, last } = JSON.parse(
        Buffer.from(await world.store.get(filePath)).toString(),
      ) as Batch;
      return `${lane}${first}-${last}`;
    }),
  );

describe.each(Object.keys(CATALOGS))('%s catalog', (catalog) => {
  beforeEach(async () => {
    world = await newWorld(CATALOGS[catalog], { 'commit.manifest.min-count-to-merge': '3' });
    writer = await world.open();
  });

  describe('time travel', () => {
    test('a snapshot by id and as of a time, with its data files', async () => {
      const clock = jest.spyOn(Date, 'now');
      clock.mockReturnValue(Date.parse('2100-01-01T10:00Z'));
      const first = await deliver('a', 0, 4);
      clock.mockReturnValue(Date.parse('2100-01-01T11:00Z'));
      const second = await deliver('a', 5, 9);
      clock.mockRestore();
      const { table } = await world.open();
      expect(await batchesOf(await table.dataFiles(table.snapshot(first)))).toEqual(['a0-4']);
      const at = (time: string) => table.snapshotAsOf(Date.parse(time))['snapshot-id'];
      expect(at('2100-01-01T10:00Z')).toBe(first);
      expect(at('2100-01-01T10:59:59.999Z')).toBe(first);
      expect(at('2100-01-01T11:00Z')).toBe(second);
      expect(() => at('2099-12-31T00:00Z')).toThrow(/had no snapshot at 2099-12-31.* 2 snapshots from 2100/);
      expect(() => table.snapshot(17)).toThrow(SnapshotNotFound);
    });

    test('follows the log through a rollback', async () => {
      const clock = jest.spyOn(Date, 'now');
      clock.mockReturnValue(Date.parse('2100-01-01T10:00Z'));
      const first = await deliver('a', 0, 4);
      clock.mockReturnValue(Date.parse('2100-01-01T11:00Z'));
      const second = await deliver('a', 5, 9);
      clock.mockReturnValue(Date.parse('2100-01-01T12:00Z'));
      await rollBack(writer.table, first);
      clock.mockRestore();
      expect(writer.table.snapshotAsOf(Date.parse('2100-01-01T11:30Z'))['snapshot-id']).toBe(second);
      expect(writer.table.snapshotAsOf(Date.parse('2100-01-01T12:00Z'))['snapshot-id']).toBe(first);
    });
  });

  describe('rollback', () => {
    test('positions go back too, so that a replay brings the records in again, once', async () => {
      const first = await deliver('a', 0, 4);
      await deliver('b', 0, 2);
      await deliver('a', 5, 9);
      await rollBack(writer.table, first);
      expect(await records()).toEqual({ a: upTo(5) });
      expect(await positionsNow()).toEqual({ a: position(4) });
      await deliver('a', 0, 9);
      await deliver('b', 0, 2);
      expect(await records()).toEqual({ a: upTo(10), b: upTo(3) });
    });

    test('what was taken back can be brought back as it was', async () => {
      const first = await deliver('a', 0, 4);
      const second = await deliver('a', 5, 9);
      await rollBack(writer.table, first);
      await rollBack(writer.table, second);
      expect(await records()).toEqual({ a: upTo(10) });
      expect(await positionsNow()).toEqual({ a: position(9) });
    });

    test('a writer whose state is from before it notices', async () => {
      const first = await deliver('a', 0, 4);
      await deliver('a', 5, 9);
      const other = await world.open();
      await rollBack(other.table, first);
      await deliver('a', 5, 14);
      expect(await records()).toEqual({ a: upTo(15) });
    });

    test.each([FaultKind.LOST_ANSWER, FaultKind.LOST_REQUEST, FaultKind.LATE])(
      'goes back once, whichever call is struck: %s',
      async (kind) => {
        for (let call = 1; ; call++) {
          world = await newWorld(CATALOGS[catalog]);
          writer = await world.open();
          const first = await deliver('a', 0, 4);
          await deliver('a', 5, 9);
          const fault = new Fault(call, kind);
          const other = await world.open(fault).catch(() => undefined);
          await (other && rollBack(other.table, first).catch(() => undefined));
          await fault.arriveLate();
          expect([5, 10]).toContain((await records()).a.length);
          await ingest(writer.table, writer.store, { lane: 'a', first: 0, last: 9 });
          await rollBack((await world.open()).table, first);
          await ingest(writer.table, writer.store, { lane: 'a', first: 0, last: 19 });
          expect(await records()).toEqual({ a: upTo(20) });
          if (!fault.struck) break;
        }
      },
    );

    test('to a snapshot that is gone: refused, nothing changes', async () => {
      await deliver('a', 0, 4);
      await expect(rollBack(writer.table, 99)).rejects.toThrow(/has no snapshot 99/);
      expect(await records()).toEqual({ a: upTo(5) });
    });
  });

  describe('incremental read', () => {
    test('the files added between, in order, through merges of manifests', async () => {
      const ids: Long[] = [];
      for (let i = 0; i < 7; i++) ids.push(await deliver('a', i, i));
      const { table } = await world.open();
      const between = await incrementalRead(table, ids[1], ids[4]);
      expect(await batchesOf(between.added)).toEqual(['a2-2', 'a3-3', 'a4-4']);
      expect(between.rewrites).toEqual([]);
      expect(await batchesOf((await incrementalRead(table)).added)).toHaveLength(7);
      expect((await incrementalRead(table, ids[6])).added).toEqual([]);
    });

    test('reads a list and a manifest of each new snapshot, nothing of the old', async () => {
      for (let i = 0; i < 6; i++) await deliver('a', i, i);
      const seen = writer.table.metadata['current-snapshot-id']!;
      await deliver('a', 6, 6);
      await deliver('a', 7, 7);
      const fault = new Fault(0, FaultKind.LATE);
      const { table } = await world.open(fault);
      const before = fault.calls;
      expect((await incrementalRead(table, seen)).added).toHaveLength(2);
      expect(fault.calls - before).toBe(4);
    });

    test('from a snapshot that was rolled back or expired: says so', async () => {
      const first = await deliver('a', 0, 4);
      const second = await deliver('a', 5, 9);
      await rollBack(writer.table, first);
      await deliver('a', 5, 6);
      await expect(incrementalRead(writer.table, second)).rejects.toThrow(/expired or rolled back/);
      await expireSnapshots(writer.table, { olderThan: Date.now() + HOUR });
      await expect(incrementalRead(writer.table, first)).resolves.toMatchObject({ rewrites: [] });
      await deliver('a', 7, 8);
      await expireSnapshots(writer.table, { olderThan: Date.now() + HOUR });
      await expect(incrementalRead(writer.table, first)).rejects.toThrow(SnapshotNotFound);
      await expect(incrementalRead(writer.table)).rejects.toThrow(/first snapshots are expired/);
    });
  });

  describe('expiry', () => {
    test('keeps the newest, deletes what only the others used, loses no record and no position', async () => {
      for (let i = 0; i < 9; i++) await deliver(i % 2 ? 'a' : 'b', i, i);
      const { expired, deleted, failed } = await expireSnapshots(writer.table, {
        olderThan: Date.now() + HOUR,
        keepLast: 2,
      });
      expect(expired).toHaveLength(7);
      expect(failed).toEqual([]);
      expect(deleted).toMatchObject({ dataFiles: 0, manifestLists: 7 });
      expect(deleted.manifests).toBeGreaterThan(0);
      const { table } = await world.open();
      expect(table.metadata.snapshots).toHaveLength(2);
      expect(await positionsNow()).toEqual({ a: position(7), b: position(8) });
      for (const snapshot of table.metadata.snapshots) await table.dataFiles(snapshot);
      expect(Object.values(await records()).flat()).toHaveLength(9);
      await deliver('a', 0, 9);
      expect((await records()).a).toEqual([1, 3, 5, 7, 8, 9]);
    });

    test('by age; and nothing when nothing is old enough', async () => {
      const clock = jest.spyOn(Date, 'now');
      for (const hour of [10, 11, 12]) {
        clock.mockReturnValue(Date.parse(`2100-01-01T${hour}:00Z`));
        await deliver('a', hour, hour);
      }
      const early = await expireSnapshots(writer.table, { olderThan: Date.parse('2100-01-01T09:00Z') });
      expect(early.expired).toEqual([]);
      const { expired } = await expireSnapshots(writer.table, { olderThan: Date.parse('2100-01-01T11:00Z') });
      clock.mockRestore();
      expect(expired).toHaveLength(2);
      await expect(expireSnapshots(writer.table, { keepLast: 0 })).rejects.toThrow('from 1');
    });

    test('honours tags and branches; positions of a tagged snapshot are known after its past is gone', async () => {
      await deliver('a', 0, 4);
      const tagged = await deliver('b', 0, 2);
      await deliver('c', 0, 2);
      await changeMetadata(writer.table.state, (metadata) => ({
        refs: { ...metadata.refs, audit: { type: 'tag', 'snapshot-id': tagged } },
      }));
      await deliver('a', 5, 9);
      await deliver('b', 3, 5);
      await expireSnapshots(writer.table, { olderThan: Date.now() + HOUR });
      expect(writer.table.metadata.snapshots.map((snapshot) => snapshot['snapshot-id'])).toContain(tagged);
      expect(writer.table.metadata.snapshots).toHaveLength(2);

      await rollBack(writer.table, tagged);
      expect(await records()).toEqual({ a: upTo(5), b: upTo(3) });
      expect(await positionsNow()).toEqual({ a: position(4), b: position(2) });
      await deliver('a', 0, 9);
      await deliver('b', 0, 5);
      await deliver('c', 0, 2);
      expect(await records()).toEqual({ a: upTo(10), b: upTo(6), c: upTo(3) });
    });

    test('a snapshot from before the first position is known to have none, though its past is gone', async () => {
      const plain = await writeBatch(writer.table, world.store, { lane: 'plain', first: 0, last: 0 });
      await writer.table.append([plain], []);
      await writer.table.append(
        [await writeBatch(writer.table, world.store, { lane: 'plain', first: 1, last: 1 })],
        [],
      );
      const before = writer.table.metadata['current-snapshot-id']!;
      await expireSnapshots(writer.table, { olderThan: Date.now() + HOUR });
      await deliver('a', 0, 4);
      await deliver('a', 5, 9);
      await rollBack(writer.table, before);
      expect(await positionsNow()).toEqual({});
      await deliver('a', 0, 9);
      expect(await records()).toEqual({ a: upTo(10), plain: [0, 1] });
    });

    test('files of snapshots that were rolled back go, when they are old', async () => {
      const first = await deliver('a', 0, 4);
      await deliver('a', 5, 9);
      await rollBack(writer.table, first);
      expect((await expireSnapshots(writer.table, { olderThan: 0 })).expired).toEqual([]);
      const { deleted } = await expireSnapshots(writer.table, { olderThan: Date.now() + HOUR });
      expect(deleted).toMatchObject({ dataFiles: 1, manifestLists: 1 });
      await deliver('a', 0, 9);
      expect(await records()).toEqual({ a: upTo(10) });
    });

    test('by another engine, which notes no positions, loses none: also not when it compacted before', async () => {
      await deliver('a', 0, 4);
      await deliver('b', 0, 2);
      await writer.table.append(
        [await writeBatch(writer.table, world.store, { lane: 'compacted', first: 0, last: 0 })],
        [],
      );
      await changeMetadata(writer.table.state, (metadata) => ({
        snapshots: metadata.snapshots.filter(
          (snapshot) => snapshot['snapshot-id'] === metadata['current-snapshot-id'],
        ),
      }));
      expect((await world.open()).table.metadata.snapshots).toHaveLength(1);
      expect(await positionsNow()).toEqual({ a: position(4), b: position(2) });
      await deliver('a', 0, 9);
      await deliver('b', 0, 2);
      expect(await records()).toEqual({ a: upTo(10), b: upTo(3), compacted: [0] });
    });

    test('a writer that knows only what was expired meanwhile goes on', async () => {
      const asleep = await world.open();
      await ingest(asleep.table, asleep.store, { lane: 'z', first: 0, last: 0 });
      for (let i = 0; i < 6; i++) await deliver('a', i, i);
      await expireSnapshots(writer.table, { olderThan: Date.now() + HOUR });
      await ingest(asleep.table, asleep.store, { lane: 'z', first: 1, last: 1 });
      expect(await records()).toEqual({ a: upTo(6), z: upTo(2) });
    });

    test.each([FaultKind.DEATH_AFTER, FaultKind.LOST_ANSWER, FaultKind.LATE, FaultKind.LOST_REQUEST])(
      'no record is lost whichever call is struck: %s',
      async (kind) => {
        for (let call = 1; ; call++) {
          world = await newWorld(CATALOGS[catalog], { 'commit.manifest.min-count-to-merge': '2' });
          writer = await world.open();
          for (let i = 0; i < 5; i++) await deliver('a', i, i);
          const fault = new Fault(call, kind);
          const other = await world.open(fault).catch(() => undefined);
          const done = other && expireSnapshots(other.table, { olderThan: Date.now() + HOUR });
          await done?.catch(() => undefined);
          await deliver('a', 0, 5);
          await fault.arriveLate();
          expect(await records()).toEqual({ a: upTo(6) });
          if (!fault.struck) break;
        }
      },
    );

    test('two at a time do not disturb each other', async () => {
      for (let i = 0; i < 6; i++) await deliver('a', i, i);
      const others = await Promise.all([world.open(), world.open()]);
      const results = await Promise.all(
        others.map(({ table }) => expireSnapshots(table, { olderThan: Date.now() + HOUR })),
      );
      expect(Math.max(...results.map(({ expired }) => expired.length))).toBe(5);
      expect(await records()).toEqual({ a: upTo(6) });
    });
  });

  describe('orphans', () => {
    test('only what no snapshot uses and is old enough goes; a dry run deletes nothing', async () => {
      await deliver('a', 0, 4);
      const lost = await writeBatch(writer.table, world.store, { lane: 'a', first: 5, last: 9 });
      await world.store.put(`${LOCATION}/metadata/lost.avro`, Buffer.from('x'));
      await world.store.put(`${LOCATION}/notes.txt`, Buffer.from('not of the table'));
      for (const object of world.store.objects.values()) object.modifiedAt -= 4 * 24 * HOUR;
      const young = await writeBatch(writer.table, world.store, { lane: 'a', first: 5, last: 9 });

      const expected = [lost.filePath, `${LOCATION}/metadata/lost.avro`];
      const count = world.store.objects.size;
      const dry = await removeOrphanFiles(writer.table, { dryRun: true });
      expect(dry.orphans).toEqual(expected.sort());
      expect(dry.bytes).toBe(lost.fileSizeInBytes + 1);
      expect(world.store.objects.size).toBe(count);

      expect((await removeOrphanFiles(writer.table)).orphans).toEqual(expected);
      expect(world.store.objects.size).toBe(count - 2);
      expect(world.store.objects.has(young.filePath)).toBe(true);
      expect(await records()).toEqual({ a: upTo(5) });
      await deliver('a', 5, 9);
      expect(await records()).toEqual({ a: upTo(10) });
    });

    test('files that were handed over, and their requests, stay as long as a queue may keep them', async () => {
      const { filePath } = await writeBatch(writer.table, world.store, { lane: 'a', first: 0, last: 4 });
      const waiting = [queuedPath(filePath), queuedPath(`${LOCATION}/metadata/7c1e.json`)];
      for (const uri of waiting) await world.store.put(uri, Buffer.from('x'));
      world.store.objects.delete(filePath);
      const grow = (days: number) => {
        for (const object of world.store.objects.values()) object.modifiedAt -= days * 24 * HOUR;
      };
      grow(QUEUED_FILES_KEPT_DAYS - 1);
      expect((await removeOrphanFiles(writer.table)).orphans).toEqual([]);
      const nobody = { olderThanMs: 0, nobodyWrites: true };
      expect((await removeOrphanFiles(writer.table, nobody)).orphans).toEqual([]);
      grow(1);
      expect((await removeOrphanFiles(writer.table)).orphans).toEqual(waiting.sort());
    });

    test('an age under an hour is refused unless nobody writes', async () => {
      await expect(removeOrphanFiles(writer.table, { olderThanMs: HOUR - 1 })).rejects.toThrow(
        'younger than an hour',
      );
      await expect(removeOrphanFiles(writer.table, { olderThanMs: NaN })).rejects.toThrow('younger than');
      await writeBatch(writer.table, world.store, { lane: 'a', first: 5, last: 9 });
      const { orphans } = await removeOrphanFiles(writer.table, { olderThanMs: 0, nobodyWrites: true });
      expect(orphans).toHaveLength(1);
    });

    test('every file of every snapshot that is left, and the names of versions, stay', async () => {
      const first = await deliver('a', 0, 4);
      await deliver('a', 5, 9);
      await rollBack(writer.table, first);
      await removeOrphanFiles(writer.table, { olderThanMs: 0, nobodyWrites: true });
      const { table } = await world.open();
      for (const snapshot of table.metadata.snapshots) {
        for (const file of await table.dataFiles(snapshot))
          expect(world.store.objects.has(file.filePath)).toBe(true);
      }
      if (catalog === 'directory')
        expect(world.store.objects.has(`${LOCATION}/metadata/v1.metadata.json`)).toBe(true);
    });
  });
});
