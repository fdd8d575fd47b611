import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../../lambda/stores/file-store';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { parseJson, stringifyJson } from '../../lambda/tables/json';
import { readManifestList } from '../../lambda/tables/manifest-list';
import { openTable } from '../../lambda/tables/open-table';
import { AppendOutcome } from '../../lambda/tables/table';
import { Fault, FaultKind } from './fixtures/faults';
import {
  ingest,
  position,
  rangeOf,
  recordsOf,
  SCHEMA,
  UNPARTITIONED,
  upTo,
  writeBatch,
} from './fixtures/lanes';
import { CATALOGS, newWorld } from './fixtures/worlds';

let directory: string;
let uri: string;
const store = new FileStore();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'growth-'));
  uri = `file://${directory}/orders`;
});
afterEach(() => rmSync(directory, { recursive: true }));

test('after 300 commits: a short list of manifests, a short metadata log, old metadata emptied', async () => {
  const properties = { 'write.metadata.previous-versions-max': '10' };
  const { table } = await createOrEvolveTable(uri, {
    schema: SCHEMA,
    partitionSpec: UNPARTITIONED,
    properties,
  });
  for (let first = 0; first < 300; first++) await ingest(table, store, { lane: 'a', first, last: first });

  const fresh = await openTable(uri);
  expect(await recordsOf(fresh, store)).toEqual({ a: upTo(300) });
  const list = await store.get(fresh.metadata.snapshots.at(-1)!['manifest-list']);
  expect(readManifestList(list).length).toBeLessThan(2 * 32);
  expect(fresh.metadata['metadata-log']).toHaveLength(10);
  const versions = readdirSync(`${directory}/orders/metadata`).filter((name) =>
    name.endsWith('.metadata.json'),
  );
  expect(versions).toHaveLength(301);
  const full = versions.filter((name) => statSync(`${directory}/orders/metadata/${name}`).size > 0);
  expect(full).toHaveLength(11);
});

test('a writer alone reads nothing: a manifest, a list, the metadata and the hint are all it does', async () => {
  const world = await newWorld(CATALOGS.directory);
  const fault = new Fault(0, FaultKind.LATE);
  const { table, store: faulty } = await world.open(fault);
  await ingest(table, faulty, { lane: 'a', first: 0, last: 9 });
  const file = await writeBatch(table, world.store, { lane: 'a', first: 10, last: 19 });
  const before = fault.calls;
  await table.append([file], [rangeOf({ lane: 'a', first: 10, last: 19 })]);
  expect(fault.calls - before).toBe(4);
});

test('a writer whose base is long gone conflicts, though its next version is emptied', async () => {
  const properties = { 'write.metadata.previous-versions-max': '1' };
  const { table } = await createOrEvolveTable(uri, {
    schema: SCHEMA,
    partitionSpec: UNPARTITIONED,
    properties,
  });
  const asleep = await openTable(uri);
  for (let first = 0; first < 10; first++) await ingest(table, store, { lane: 'a', first, last: first });
  const batch = { lane: 'a', first: 0, last: 4 };
  const late = await asleep.append([await writeBatch(asleep, store, batch)], [rangeOf(batch)]);
  expect(late.outcome).toBe(AppendOutcome.ALREADY_COMMITTED);
  expect(await recordsOf(await openTable(uri), store)).toEqual({ a: upTo(10) });
});

test.each(['', '3', '99', 'x'])('a version hint of "%s" is no more than a hint', async (hint) => {
  const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
  for (let first = 0; first < 5; first++) await ingest(table, store, { lane: 'a', first, last: first });
  const file = `${directory}/orders/metadata/version-hint.text`;
  expect(readFileSync(file, 'utf8')).toBe('6');
  if (hint === '') rmSync(file);
  else writeFileSync(file, hint);
  expect((await openTable(uri)).position('a')).toBe(position(4));
});

test('snapshot ids of other engines beyond 2^53 stay as they are', async () => {
  const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
  await ingest(table, store, { lane: 'a', first: 0, last: 4 });
  // As if a Java engine had made the snapshot.
  const file = `${directory}/orders/metadata/v2.metadata.json`;
  const ours = String(table.metadata['current-snapshot-id']);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replaceAll(new RegExp(`(?<!snap-)${ours}`, 'g'), '8946213759842075648'),
  );

  const opened = await openTable(uri);
  expect(opened.metadata['current-snapshot-id']).toBe(8946213759842075648n);
  await ingest(opened, store, { lane: 'a', first: 2, last: 9 });
  const text = readFileSync(`${directory}/orders/metadata/v3.metadata.json`, 'utf8');
  expect(text).toContain('"parent-snapshot-id":8946213759842075648');
  expect(stringifyJson(parseJson(text))).toBe(text);
  expect(await recordsOf(await openTable(uri), store)).toEqual({ a: upTo(10) });
});

test('a table of format version 1 is refused', async () => {
  const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
  const file = `${directory}/orders/metadata/v1.metadata.json`;
  writeFileSync(file, readFileSync(file, 'utf8').replace('"format-version":2', '"format-version":1'));
  const opened = await openTable(table.uri);
  const batch = { lane: 'a', first: 0, last: 4 };
  await expect(opened.append([await writeBatch(opened, store, batch)], [])).rejects.toThrow(
    'has format version 1. Appending needs 2',
  );
});

test('a table dropped and created anew is not taken for the old one', async () => {
  const definition = { schema: SCHEMA, partitionSpec: UNPARTITIONED };
  const { table } = await createOrEvolveTable(uri, definition);
  rmSync(`${directory}/orders`, { recursive: true });
  const { table: other } = await createOrEvolveTable(uri, definition);
  await ingest(other, store, { lane: 'b', first: 0, last: 4 });
  await expect(ingest(table, store, { lane: 'a', first: 0, last: 4 })).rejects.toThrow(
    'was dropped and created anew',
  );
});
