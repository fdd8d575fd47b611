// node bench/commits.mjs
// What commits cost on tables in directories: of 1, 8 and 64 writers at once, each committing by itself or all through one
// committer, and of one writer as snapshots add up, beside the plain writing of as many bytes as the metadata has, which no
// commit of a format with one metadata file can do without. Files are written before: commits alone are measured. CPU
// times are those of the process, system included. Run `npm run build` first.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const lambda = (name) => require(`../dist/lambda/${name}.js`);
const { createOrEvolveTable } = lambda('tables/create-table');
const { expireSnapshots } = lambda('tables/expire-snapshots');
const { openTable } = lambda('tables/open-table');
const { writeRows } = lambda('rows/write-rows');
const { commitRequests } = lambda('pipeline/commit/commit-requests');
const { commitRequestText, parseCommitRequest } = lambda('pipeline/commit/commit-request');

const BATCHES = 128;
const ROWS_IN_A_BATCH = 20;
const REQUESTS_AT_ONCE = 10;
const WRITERS = [1, 8, 64];
const SNAPSHOTS = [10, 100, 300, 1000];
/** Commits that one figure is of: manifests are merged once in so many. */
const WINDOW = 32;
/** `write.metadata.previous-versions-max`, as Iceberg has it by default. */
const EARLIER_METADATA_FILES = 100;
const OPENINGS = 8;
const RUNS = 5;

const field = (id, name, type) => ({ id, name, required: true, type });
const definition = {
  schema: {
    type: 'struct',
    fields: [field(1, 'id', 'long'), field(2, '_lane', 'string'), field(3, '_position', 'string')],
  },
  partitionSpec: { 'spec-id': 0, fields: [] },
  // Of any number of writers all are to get through: how often they try is what is measured.
  properties: { 'commit.retry.num-retries': '10000' },
};

const directory = mkdtempSync(path.join(os.tmpdir(), 'commits-'));
let tables = 0;
const newTable = async () => {
  const uri = `file://${directory}/${++tables}`;
  const { table } = await createOrEvolveTable(uri, definition);
  return { uri, table };
};
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function measured(operation) {
  const [cpu, time] = [process.cpuUsage(), performance.now()];
  const result = await operation();
  const { user, system } = process.cpuUsage(cpu);
  const [cpuMs, systemMs] = [user + system, system].map((microseconds) => microseconds / 1000);
  return { result, cpuMs, systemMs, seconds: (performance.now() - time) / 1000 };
}

/** The batches of each writer, each a file of a lane of its own, in order. */
async function batchesOf(table, writers) {
  const lanes = [];
  for (let writer = 0; writer < writers; writer++) {
    const batches = [];
    for (let i = 0; i < BATCHES / writers; i++) {
      const [first, lane] = [i * ROWS_IN_A_BATCH, `shard-${writer}`];
      const row = (_, k) => ({ id: first + k, _lane: lane, _position: String(first + k) });
      const files = await writeRows(table, Array.from({ length: ROWS_IN_A_BATCH }, row));
      batches.push({ files, lane, first: String(first), last: String(first + ROWS_IN_A_BATCH - 1) });
    }
    lanes.push(batches);
  }
  return lanes;
}

async function direct(uri, lanes) {
  const conflicts = await Promise.all(
    lanes.map(async (batches) => {
      const table = await openTable(uri);
      let conflicts = 0;
      for (const { files, ...range } of batches)
        conflicts += (await table.append(files, [range])).attempts - 1;
      return conflicts;
    }),
  );
  return { conflicts: conflicts.reduce((a, b) => a + b), snapshots: BATCHES };
}

async function throughCommitter(uri, lanes) {
  const { uri: quarantine } = await newTable();
  const batches = { bronze: await openTable(uri), quarantine: await openTable(quarantine) };
  const request = ({ files, ...range }, id) =>
    commitRequestText({
      id: String(id),
      bronze: uri,
      quarantine,
      contract: 'orders@1',
      lanes: [{ ...range, rejected: [] }],
      bronzeFiles: files,
      quarantineFiles: [],
    });
  // By turns, as writers at work at the same time send them.
  const inTurns = lanes[0].flatMap((_, i) => lanes.map((lane) => lane[i]));
  const queue = inTurns.map(request);
  let snapshots = 0;
  while (queue.length > 0) {
    const requests = queue.splice(0, REQUESTS_AT_ONCE).map(parseCommitRequest);
    const setAside = ({ reason }) => Promise.reject(reason);
    await commitRequests(requests, batches, { setAside });
    snapshots++;
  }
  return { conflicts: 0, snapshots };
}

async function contention(writers, name, commit) {
  const runs = [];
  for (let run = 0; run < RUNS; run++) {
    const { uri, table } = await newTable();
    const lanes = await batchesOf(table, writers);
    const { result, cpuMs, seconds } = await measured(() => commit(uri, lanes));
    const reader = await openTable(uri);
    const rows = (await reader.dataFiles()).reduce((sum, { recordCount }) => sum + recordCount, 0);
    if (rows !== BATCHES * ROWS_IN_A_BATCH) throw new Error(`${uri} holds ${rows} rows`);
    runs.push({ ...result, cpuMs: cpuMs / BATCHES, perSecond: BATCHES / seconds });
  }
  const of = (name) => median(runs.map((run) => run[name]));
  return {
    writers,
    commits: name,
    'batches a second': Math.round(of('perSecond')),
    'CPU ms a batch': Number(of('cpuMs').toFixed(1)),
    snapshots: of('snapshots'),
    'conflicts a batch': Number((of('conflicts') / BATCHES).toFixed(1)),
  };
}

/**
 * CPU ms of the two things that a format with one metadata file asks of the file system at each commit, whatever the code
 * does: writing the metadata once more, as one buffer that is there already, and emptying the oldest one it names, once it
 * names as many as it keeps.
 */
async function plainWrites(table, count) {
  const bytes = readFileSync(new URL(table.metadataLocation));
  const earlier = table.metadata['metadata-log'];
  const oldest = readFileSync(new URL(earlier[0]['metadata-file']));
  const files = Array.from({ length: count }, (_, i) => `${directory}/plain-${i}`);
  const writing = (content) => async () => {
    for (const file of files) await writeFile(file, content);
  };
  const write = await measured(writing(bytes));
  await writing(oldest)();
  const empty = await measured(writing(''));
  for (const file of files) await rm(file);
  const emptyMs = earlier.length < EARLIER_METADATA_FILES ? 0 : empty.cpuMs / count;
  return { writeMs: write.cpuMs / count, emptyMs, bytes: bytes.length };
}

/** CPU ms of opening the table, as a function does that starts. */
async function openings(uri) {
  const { cpuMs } = await measured(async () => {
    for (let i = 0; i < OPENINGS; i++) await openTable(uri);
  });
  return { openMs: cpuMs / OPENINGS };
}

/** CPU ms of a commit with so many snapshots in the table, none of them expired. */
async function growth() {
  const { uri, table } = await newTable();
  const [file] = await writeRows(table, [{ id: 1, _lane: 'a', _position: '1' }]);
  const commit = (i) =>
    table.append(
      [{ ...file, filePath: table.newDataFilePath([]) }],
      [{ lane: 'a', first: String(i), last: String(i) }],
    );
  const costs = {};
  let committed = 0;
  const commitTo = async (count) => {
    while (committed < count) await commit(committed++);
  };
  const cost = async (count) => {
    const { cpuMs } = await measured(() => commitTo(committed + count));
    return { cpuMs: cpuMs / count, ...(await plainWrites(table, count)), ...(await openings(uri)) };
  };
  for (const snapshots of SNAPSHOTS) {
    const count = Math.min(WINDOW, snapshots / 2);
    await commitTo(snapshots - count);
    costs[snapshots] = await cost(count);
  }
  // Past the next merge of merged manifests, which comes once in 1,024.
  await commitTo(1100);
  await expireSnapshots(table, { olderThan: Date.now() + 1000, keepLast: 10 });
  costs.expired = await cost(WINDOW);
  return costs;
}

try {
  // Growth first, in a small heap: what a collector does with the heap of 64 writers is no cost of these commits.
  await growth();
  const runs = [];
  for (let run = 0; run < RUNS; run++) runs.push(await growth());
  console.table(
    [...SNAPSHOTS, 'expired'].map((key) => {
      const of = (name) => median(runs.map((costs) => costs[key][name]));
      const rest = median(runs.map(({ [key]: costs }) => costs.cpuMs - costs.writeMs - costs.emptyMs));
      return {
        snapshots: key === 'expired' ? '1100, then expired to 10' : key,
        'metadata, KB': Math.round(of('bytes') / 1000),
        'CPU ms a commit': Number(of('cpuMs').toFixed(2)),
        'plain write': Number(of('writeMs').toFixed(2)),
        'plain emptying': Number(of('emptyMs').toFixed(2)),
        'all else': Number(rest.toFixed(2)),
        'CPU ms to open': Number(of('openMs').toFixed(2)),
      };
    }),
  );
  const contentions = [];
  // Warm, so that the first figures are not those of code that is not compiled yet.
  await contention(8, 'warm', direct);
  await contention(8, 'warm', throughCommitter);
  for (const writers of WRITERS) {
    contentions.push(await contention(writers, 'each by itself', direct));
    contentions.push(await contention(writers, 'one committer', throughCommitter));
  }
  console.table(contentions);
} finally {
  rmSync(directory, { recursive: true });
}
