import fs from 'node:fs';
import path from 'node:path';
import { Deployment, kinesisEvent } from './deployment';
import { order, ordersContract } from './orders';
import { dataFiles, readTable } from './read-table';

const DAY_MS = 24 * 3_600_000;
const COMMITS = 8;
/** Three records each, the second of which quarantine gets. */
const EVENTS = Array.from({ length: COMMITS }, (_, i) =>
  kinesisEvent(3 * i, [order(3 * i), order(3 * i + 1, { quantity: 'many' }), order(3 * i + 2)]),
);
/** Everything but the current state goes. */
const EXPIRE_ALL = { olderThanHours: 0, keepLast: 1 };

let deployment: Deployment;
beforeEach(async () => {
  deployment = new Deployment(ordersContract());
  await deployment.provision();
  deployment.ingest(...EVENTS);
});
afterEach(() => deployment.remove());

const folderOf = (uri: string, folder: string) => path.join(uri.replace('file://', ''), folder);
const parquetIn = (uri: string) =>
  fs
    .readdirSync(folderOf(uri, 'data'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'));

test('small commits become one file with the same rows, and their replay still adds nothing', async () => {
  const { bronze, quarantine } = deployment;
  const before = [await readTable(bronze), await readTable(quarantine)];
  expect([parquetIn(bronze).length, parquetIn(quarantine).length]).toEqual([COMMITS, COMMITS]);

  const { outcomes, lines } = deployment.maintain({ tables: [bronze, quarantine], expire: EXPIRE_ALL });
  const maintained = (table: string) => ({
    table,
    compaction: expect.objectContaining({ filesBefore: COMMITS, filesAfter: 1, conflicts: 0 }),
    expiry: {
      snapshots: COMMITS,
      dataFiles: COMMITS,
      manifests: COMMITS,
      manifestLists: COMMITS,
      notDeleted: 0,
    },
    orphans: { files: 0, bytes: 0, notDeleted: 0, dryRun: false },
  });
  expect(outcomes).toEqual([
    { response: { tables: [maintained(bronze), maintained(quarantine)], failed: 0 } },
  ]);
  expect(lines).toEqual([
    expect.objectContaining({ message: 'Table maintained', ...maintained(bronze) }),
    expect.objectContaining({ message: 'Table maintained', ...maintained(quarantine) }),
  ]);
  expect([parquetIn(bronze).length, parquetIn(quarantine).length]).toEqual([1, 1]);
  expect([await readTable(bronze), await readTable(quarantine)]).toEqual(before);

  deployment.ingest(...EVENTS);
  expect([await readTable(bronze), await readTable(quarantine)]).toEqual(before);
  deployment.ingest(kinesisEvent(3 * COMMITS, [order(100)]));
  expect(await readTable(bronze)).toHaveLength(before[0].length + 1);
});

test('with its defaults it keeps young snapshots, and what they use', () => {
  const { outcomes } = deployment.maintain({ tables: [deployment.bronze] });
  expect(outcomes[0].response.tables[0]).toMatchObject({
    compaction: { filesAfter: 1 },
    expiry: { snapshots: 0, dataFiles: 0 },
  });
  expect(parquetIn(deployment.bronze)).toHaveLength(COMMITS + 1);
});

test('orphans of more than three days go, younger ones stay, and a dry run only counts', () => {
  const orphan = (name: string, ageDays: number) => {
    const file = path.join(folderOf(deployment.bronze, 'data'), name);
    fs.writeFileSync(file, 'left behind');
    const at = new Date(Date.now() - ageDays * DAY_MS);
    fs.utimesSync(file, at, at);
    return file;
  };
  const [old, young] = [orphan('old.parquet', 4), orphan('young.parquet', 2)];
  const orphansOnly = { tables: [deployment.bronze], compact: false, expire: false };

  const dry = deployment.maintain({ ...orphansOnly, orphans: { dryRun: true } });
  expect(dry.outcomes[0].response.tables).toEqual([
    { table: deployment.bronze, orphans: { files: 1, bytes: 11, notDeleted: 0, dryRun: true } },
  ]);
  expect([old, young].map((file) => fs.existsSync(file))).toEqual([true, true]);

  deployment.maintain(orphansOnly);
  expect([old, young].map((file) => fs.existsSync(file))).toEqual([false, true]);
  expect(parquetIn(deployment.bronze)).toHaveLength(COMMITS + 1);
});

test('a table that fails is reported, changed by nothing, and does not stop the others', async () => {
  const { bronze, quarantine, directory } = deployment;
  const [lost] = await dataFiles(bronze);
  fs.rmSync(lost);
  const missing = `file://${directory}/bronze/nothing`;
  const before = fs.readdirSync(folderOf(bronze, 'metadata'));

  const { outcomes, lines } = deployment.maintain({
    tables: [missing, bronze, quarantine],
    expire: EXPIRE_ALL,
  });
  expect(outcomes[0].response).toEqual({
    tables: [
      { table: missing, failure: { step: 'open', error: expect.stringContaining(missing) } },
      { table: bronze, failure: { step: 'compaction', error: expect.stringContaining(lost) } },
      expect.objectContaining({ table: quarantine, compaction: expect.objectContaining({ filesAfter: 1 }) }),
    ],
    failed: 2,
  });
  const levels = Object.fromEntries(lines.map(({ table, level }) => [table, level]));
  expect(levels).toEqual({ [missing]: 'ERROR', [bronze]: 'ERROR', [quarantine]: 'INFO' });
  expect(fs.readdirSync(folderOf(bronze, 'metadata'))).toEqual(before);
});

test('a request that says something else is refused with the reason, before any table is opened', () => {
  const tables = [deployment.bronze];
  const refused: [unknown, RegExp][] = [
    [null, /Not a request for maintenance: null/],
    [{}, /tables is undefined\. Allowed: a list of at least one table URI/],
    [{ tables: [] }, /tables is a list/],
    [{ tables: deployment.bronze }, /tables is "file:/],
    [{ tables: [1] }, /tables is a list/],
    [{ tables, orphan: {} }, /orphan is not an option. Allowed: tables, compact, expire, orphans/],
    [
      { tables, orphans: { dryrun: true } },
      /orphans\.dryrun is not an option. Allowed: olderThanHours, dryRun/,
    ],
    [{ tables, orphans: { dryRun: 'yes' } }, /orphans\.dryRun is "yes"\. Allowed: true, false/],
    [{ tables, orphans: { olderThanHours: 0.5 } }, /a number of hours from 1/],
    [{ tables, expire: { olderThanHours: '24' } }, /expire\.olderThanHours is "24"/],
    [{ tables, expire: { keepLast: 0 } }, /expire\.keepLast is 0\. Allowed: a whole number from 1/],
    [{ tables, expire: true }, /expire is true\. Allowed: an object of its options, or false/],
    [{ tables, compact: { minFiles: 1 } }, /compact\.minFiles is 1\. Allowed: a whole number from 2/],
  ];
  const { outcomes, lines } = deployment.maintain(...refused.map(([event]) => event));
  outcomes.forEach(({ error }, i) => expect(error).toMatch(refused[i][1]));
  expect(outcomes).toHaveLength(refused.length);
  expect(lines).toEqual([]);
  expect(parquetIn(deployment.bronze)).toHaveLength(COMMITS);
});
