import { fileLane } from '../../../lambda/pipeline/files/file-lane';
import { type FileOutcome, FileState } from '../../../lambda/pipeline/files/file-request';
import { rollBack } from '../../../lambda/tables/rollback';
import { Fault, FaultKind, NO_FAULT } from '../../tables/fixtures/faults';
import { BRONZE, expected, FilesLake, lines, QUARANTINE } from './files-lake';

const states = (outcomes: FileOutcome[]): string[] => outcomes.map(({ state }) => state);
/** A commit for every few lines. */
const PARTS = { batchBytes: 60 };
/** Good, bad at both ends, bad throughout: the last leaves bronze nothing of its own to move by. */
const CONTENTS = [
  lines(5, (i) => i === 0 || i === 4, 'mixed'),
  lines(2, () => true, 'bad'),
  lines(1, () => false, 'good'),
];

test.each(Object.values(FaultKind))(
  'files survive at every call to a store, and come again: %s',
  async (kind) => {
    let struck = 0;
    for (let at = 1; ; at++) {
      const lake = await new FilesLake(16).create();
      const requests = CONTENTS.map((content, i) => lake.landing.put(`in/${i}.ndjson`, content));
      const fault = new Fault(at, kind);
      await (await lake.container(fault, PARTS)).take(requests).catch(() => undefined);
      if (!fault.struck) break;
      struck++;
      // Delivered again while a request of the first attempt may still be under way.
      const again = await lake.container(NO_FAULT(), PARTS);
      await fault.arriveLate();
      const outcomes = await again.take(requests);
      expect([at, states(outcomes).filter((state) => !state.includes('done'))]).toEqual([at, []]);
      const parts = requests.map((request, i) => expected(request, CONTENTS[i]));
      expect([at, await lake.rows(BRONZE)]).toEqual([at, parts.flatMap(({ bronze }) => bronze).sort()]);
      expect([at, await lake.rows(QUARANTINE)]).toEqual([
        at,
        parts.flatMap(({ quarantine }) => quarantine).sort(),
      ]);
      expect(lake.markers).toHaveLength(CONTENTS.length);
    }
    expect(struck).toBeGreaterThan(30);
  },
);

test.each(Object.values(FaultKind))(
  'a file that is refused is so once, whatever breaks: %s',
  async (kind) => {
    for (let at = 1; ; at++) {
      const lake = await new FilesLake().create();
      const request = lake.landing.put('in/a.csv', 'id,value\n1,2\n');
      const fault = new Fault(at, kind);
      await (await lake.container(fault)).take([request]).catch(() => undefined);
      if (!fault.struck) break;
      const again = await lake.container();
      await fault.arriveLate();
      await again.take([request]);
      expect([at, await lake.rows(BRONZE)]).toEqual([at, []]);
      expect([at, await lake.rows(QUARANTINE)]).toEqual([at, [`${fileLane(request.file)}:9007199254740991`]]);
    }
  },
);

test.each(Object.values(FaultKind))('a file is moved once it is in, whatever breaks: %s', async (kind) => {
  const move = { disposition: { copyTo: { bucket: 'done', prefix: 'raw/' }, deletes: true } };
  for (let at = 1; ; at++) {
    const lake = await new FilesLake().create();
    const content = lines(2, () => false);
    const request = lake.landing.put('in/a.ndjson', content);
    const fault = new Fault(at, kind);
    await (await lake.container(fault, move)).take([request]).catch(() => undefined);
    if (!fault.struck) break;
    const again = await lake.container(NO_FAULT(), move);
    await fault.arriveLate();
    await again.take([request]);
    expect([at, [...lake.landing.current.keys()]]).toEqual([at, ['s3://done/raw/in/a.ndjson']]);
    expect([at, await lake.rows(BRONZE)]).toEqual([at, expected(request, content).bronze]);
  }
});

test('two workers on one file, step by step, and one who is late with all of it', async () => {
  const lake = await new FilesLake(16).create();
  const content = lines(20, (i) => i % 7 === 0);
  const request = lake.landing.put('in/a.ndjson', content);
  const late = await lake.container(NO_FAULT(), PARTS);
  const [one, other] = [await lake.container(NO_FAULT(), PARTS), await lake.container(NO_FAULT(), PARTS)];
  await Promise.all([one.take([request]), other.take([request])]);
  // The table forgets the lane with the next file.
  await lake.take([
    lake.landing.put(
      'in/b.ndjson',
      lines(1, () => true, 'b'),
    ),
  ]);
  await lake.take([
    lake.landing.put(
      'in/c.ndjson',
      lines(1, () => false, 'c'),
    ),
  ]);
  const lane = fileLane(request.file);
  expect([...(await lake.open(BRONZE)).positions().keys()]).not.toContain(lane);
  // It has not seen the marker: the fault takes the ledger's answer for none.
  const blind = await lake.container(NO_FAULT(), { ...PARTS, ledger: await emptyLedger() });
  for (const worker of [late, blind]) await worker.take([request]);
  const { bronze, quarantine } = expected(request, content);
  const ofLane = (rows: string[]): string[] => rows.filter((row) => row.startsWith(`${lane}:`));
  expect(ofLane(await lake.rows(BRONZE))).toEqual(bronze);
  expect(ofLane(await lake.rows(QUARANTINE))).toEqual(quarantine);
});

async function emptyLedger() {
  const { FileLedger } = await import('../../../lambda/pipeline/files/file-ledger');
  return new FileLedger(new FilesLake().store, 's3://nowhere/');
}

test('a file that one invocation has no time for goes on where it was, by what is left of it', async () => {
  const lake = await new FilesLake(1 << 16).create();
  // Larger than what is read to tell the format.
  const content = lines(5000, (i) => i % 1000 === 999, 'x'.repeat(320));
  let request = lake.landing.put('in/large.ndjson', content);
  const invocations: number[] = [];
  for (let left = 20; left > 0; left--) {
    lake.landing.bytesRead = 0;
    let commits = 0;
    const [outcome] = await lake.take([request], {
      batchBytes: 400_000,
      hasTime: () => commits < 2,
      committed: () => void commits++,
    });
    invocations.push(lake.landing.bytesRead);
    if (outcome.state === FileState.DONE) break;
    expect(outcome.state).toBe(FileState.UNFINISHED);
    request = { ...request, progress: { records: outcome.records } };
  }
  expect(invocations.length).toBeGreaterThan(2);
  const { bronze, quarantine } = expected(request, content);
  expect(await lake.rows(BRONZE)).toEqual(bronze);
  expect(await lake.rows(QUARANTINE)).toEqual(quarantine);
  // Each time the first bytes, for the format, and from the position on; never all of it again.
  const sample = 1024 * 1024;
  expect(Math.max(...invocations.slice(1))).toBeLessThan(sample + 1_000_000);
});

test('what was taken back comes again with its file; what was not does not', async () => {
  const lake = await new FilesLake().create();
  const contents = ['a', 'b'].map((tag) => lines(6, () => false, tag));
  const requests = contents.map((content, i) => lake.landing.put(`in/${i}.ndjson`, content));
  await lake.take([requests[0]]);
  const table = await lake.open(BRONZE);
  const back = table.metadata['current-snapshot-id']!;
  // In parts, so that the table is set back to the middle of it as well.
  await lake.take([requests[1]], { batchBytes: 20 });
  const all = requests.flatMap((request, i) => expected(request, contents[i]).bronze).sort();
  expect(await lake.rows(BRONZE)).toEqual(all);
  const snapshots = (await lake.open(BRONZE)).metadata.snapshots.map((snapshot) => snapshot['snapshot-id']);
  for (const snapshot of [snapshots[2], back]) {
    await rollBack(await lake.open(BRONZE), snapshot);
    expect((await lake.rows(BRONZE)).length).toBeLessThan(all.length);
    expect(states(await lake.take(requests))).toEqual([FileState.ALREADY_DONE, FileState.DONE]);
    expect(await lake.rows(BRONZE)).toEqual(all);
  }
});
