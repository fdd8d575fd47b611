import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { changeMetadata } from '../../lambda/tables/metadata-change';
import { createOrReplaceBranch, fastForward, tagSnapshot } from '../../lambda/tables/refs';
import { rollBack } from '../../lambda/tables/rollback';
import { Icebird } from './fixtures/icebird';
import { appendRows, rowsOf } from './fixtures/rows';

let directory: string;
let table: IcebergTable;
const ids: (number | bigint)[] = [];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'branches-'));
  ({ table } = await createOrEvolveTable(`file://${directory}/t`, {
    schema: { type: 'struct', fields: [{ id: 1, name: 'n', required: true, type: 'int' }] },
    partitionSpec: { 'spec-id': 0, fields: [] },
  }));
  ids.length = 0;
  for (let n = 1; n <= 3; n++) {
    await appendRows(table, [{ n }], [{ lane: 'a', first: String(n), last: String(n) }]);
    ids.push(table.metadata['current-snapshot-id'] as number);
  }
});
afterEach(() => rmSync(directory, { recursive: true }));

const branch = async (name: string) => {
  await table.refresh();
  return (await rowsOf(table, table.snapshotOf(name))).map(({ n }) => n).sort();
};
/** As an engine leaves a table that wrote to a branch: main goes back to where it was. */
async function written(name: string, n: number): Promise<void> {
  await table.refresh();
  const { refs, 'current-snapshot-id': main, properties, 'snapshot-log': log } = table.metadata;
  await appendRows(table, [{ n }]);
  await changeMetadata(table.state, (metadata) => ({
    'current-snapshot-id': main,
    refs: { ...refs, [name]: { ...refs[name], 'snapshot-id': metadata['current-snapshot-id'] as number } },
    'snapshot-log': log,
    properties,
  }));
}

test('a branch is at the current snapshot or another, and put elsewhere with other settings', async () => {
  await createOrReplaceBranch(table, { name: 'now', minSnapshotsToKeep: 2 });
  await createOrReplaceBranch(table, { name: 'then', snapshotId: ids[0] as number });
  expect(await branch('now')).toEqual([1, 2, 3]);
  expect(await branch('then')).toEqual([1]);
  await createOrReplaceBranch(table, {
    name: 'now',
    snapshotId: ids[1] as number,
    maxAgeMs: 5,
    maxSnapshotAgeMs: 6,
  });
  expect(await branch('now')).toEqual([1, 2]);
  expect(table.metadata.refs.now).toEqual({
    type: 'branch',
    'snapshot-id': ids[1],
    'max-ref-age-ms': 5,
    'max-snapshot-age-ms': 6,
  });
});

test('what is written to a branch is seen by nobody until the table is moved there; positions stay', async () => {
  await createOrReplaceBranch(table, { name: 'audit' });
  await written('audit', 4);
  expect(await branch('main')).toEqual([1, 2, 3]);
  expect(await branch('audit')).toEqual([1, 2, 3, 4]);
  await fastForward(table, 'audit');
  expect(await branch('main')).toEqual([1, 2, 3, 4]);
  expect(table.position('a')).toBe('3');
  const icebird = new Icebird();
  expect((await icebird.read(table.uri)).map(({ n }) => n).sort()).toEqual([1, 2, 3, 4]);
  await icebird.close();

  await appendRows(table, [{ n: 5 }], [{ lane: 'a', first: '4', last: '4' }]);
  const version = table.metadataLocation;
  await fastForward(table, 'audit');
  expect(table.metadataLocation).toBe(version);
  expect(await branch('main')).toEqual([1, 2, 3, 4, 5]);
});

test('a table that went on is not moved: what came meanwhile would be lost', async () => {
  await createOrReplaceBranch(table, { name: 'audit' });
  await written('audit', 4);
  const tip = table.snapshotOf('audit')['snapshot-id'];
  await appendRows(table, [{ n: 5 }]);
  await expect(fastForward(table, 'audit')).rejects.toThrow(
    `${table.location} cannot be moved to "audit": snapshot ${tip} did not grow from ` +
      `${table.metadata['current-snapshot-id']}, which is current. Make the branch anew from there, and write to it again.`,
  );
  expect(await branch('main')).toEqual([1, 2, 3, 5]);
});

test('expiry keeps of a branch what its settings say', async () => {
  await createOrReplaceBranch(table, { name: 'kept', minSnapshotsToKeep: 2 });
  await rollBack(table, ids[0] as number);
  const { expired } = await expireSnapshots(table, { olderThan: Date.now() + 1000 });
  expect(expired).toEqual([]);
  await createOrReplaceBranch(table, { name: 'kept', minSnapshotsToKeep: 1 });
  await createOrReplaceBranch(table, { name: 'kept', snapshotId: ids[2] as number });
  expect((await expireSnapshots(table, { olderThan: Date.now() + 1000 })).expired).toEqual([ids[1]]);
  expect(await branch('kept')).toEqual([1, 2, 3]);
});

test('what cannot be is refused', async () => {
  const made = (more: object) => createOrReplaceBranch(table, { name: 'x', ...more });
  await tagSnapshot(table, { name: 'tag' });
  await expect(made({ name: 'main' })).rejects.toThrow(
    'The branch main is the table itself: rollBack or fastForward moves it.',
  );
  await expect(made({ name: 'tag' })).rejects.toThrow(
    `"tag" is a tag of ${table.location}: give the branch another name.`,
  );
  await expect(made({ snapshotId: 7 })).rejects.toThrow('has no snapshot 7');
  await expect(made({ minSnapshotsToKeep: 0 })).rejects.toThrow(
    'minSnapshotsToKeep of the branch "x" is 0. Allowed: a whole number of at least 1.',
  );
  await expect(fastForward(table, 'x')).rejects.toThrow('has no branch or tag "x". It has: main, tag.');
});
