import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Deployment, kinesisEvent, sequence } from './deployment';
import { order, ordersContract } from './orders';
import { readTable } from './read-table';

const orders = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => order(from + i));
const bad = (index: number) => order(index, { quantity: 'many' });

let deployment: Deployment;
let queue: string;
let deadLetters: string;

beforeEach(async () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'table-commit-'));
  [queue, deadLetters] = ['queue', 'dead-letters'].map((name) => path.join(root, name));
  const environment = { LAKEHOUSE_COMMIT_QUEUE: `file://${queue}` };
  deployment = new Deployment(ordersContract(), process.execPath, { files: {}, environment });
  await deployment.provision();
});
afterEach(() => {
  deployment.remove();
  fs.rmSync(path.dirname(queue), { recursive: true, force: true });
});

/** What waits in a queue, in order, as its event source mapping delivers it; the queue is empty then. */
function received(directory: string): { Records: { messageId: string; body: string; attributes: object }[] } {
  const Records = fs
    .readdirSync(directory)
    .sort()
    .map((name) => {
      const { MessageBody: body } = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
      return { messageId: name, body, attributes: { ApproximateReceiveCount: '1' } };
    });
  fs.rmSync(directory, { recursive: true });
  return { Records };
}

const commit = (...events: unknown[]) => deployment.commit(`file://${deadLetters}`, ...events);
const DONE = { response: { batchItemFailures: [] } };
const ids = async () => (await readTable(deployment.bronze, 'order_id')).map(({ order_id }) => order_id);

test('two functions hand over, one commits: a snapshot for both, each record once', async () => {
  const batches = [
    kinesisEvent(1, [...orders(1, 3), bad(4)]),
    kinesisEvent(1, [...orders(1, 3), bad(4), order(5)]),
    kinesisEvent(1, orders(11, 12), 1),
  ];
  const { outcomes } = deployment.ingest(...batches);
  expect(outcomes).toEqual([DONE, DONE, DONE]);
  expect(await ids()).toEqual([]);

  const event = received(queue);
  expect(event.Records).toHaveLength(3);
  const committed = commit(event, event);
  expect(committed.outcomes).toEqual([DONE, DONE]);
  expect(committed.lines.map((line) => [line.committed, line.behind])).toEqual([
    [3, 0],
    [0, 3],
  ]);
  expect((await ids()).sort()).toEqual([1, 11, 12, 2, 3, 5].map((i) => `o-${i}`));
  expect(await readTable(deployment.quarantine, '_position')).toEqual([{ _position: sequence(4) }]);
});

test('a request whose file is gone, and what is none, go to the dead letters; sent back, it comes in', async () => {
  deployment.ingest(kinesisEvent(1, orders(1, 2)), kinesisEvent(1, orders(11, 11), 1));
  const event = received(queue);
  const [{ filePath }] = JSON.parse(event.Records[0].body).bronzeFiles;
  const file = filePath.slice('file://'.length);
  expect(path.basename(file)).toMatch(/^queued-/);
  fs.renameSync(file, `${file}.away`);
  const none = { ...event.Records[0], messageId: 'none', body: '{"lanes":' };
  const { outcomes, lines } = commit({ Records: [none, ...event.Records] });
  expect(outcomes).toEqual([DONE]);
  expect(await ids()).toEqual(['o-11']);
  expect(lines.filter(({ level }) => level === 'ERROR').map(({ reason }) => reason)).toEqual([
    expect.stringContaining('Not a commit request'),
    expect.stringContaining('it is missing'),
  ]);

  fs.renameSync(`${file}.away`, file);
  const [malformed, setAside] = received(deadLetters).Records;
  expect(malformed.body).toBe(none.body);
  // Kept beside the table, so that it outlives the message.
  expect(JSON.parse(setAside.body)).toEqual({
    storedRequest: expect.stringMatching(/\/bronze\/orders\/metadata\/queued-[^/]+\.json$/),
  });
  expect(commit({ Records: [setAside] }).outcomes).toEqual([DONE]);
  expect((await ids()).sort()).toEqual(['o-1', 'o-11', 'o-2']);
});

test('a table that cannot be reached: its requests are to come again', async () => {
  deployment.ingest(kinesisEvent(1, orders(1, 2)));
  const event = received(queue);
  const metadata = path.join(deployment.bronze.slice('file://'.length), 'metadata');
  fs.renameSync(metadata, `${metadata}.away`);
  const { outcomes } = commit(event);
  const batchItemFailures = event.Records.map(({ messageId }) => ({ itemIdentifier: messageId }));
  expect(outcomes).toEqual([{ response: { batchItemFailures } }]);
  fs.renameSync(`${metadata}.away`, metadata);
  expect(commit(event).outcomes).toEqual([DONE]);
  expect((await ids()).sort()).toEqual(['o-1', 'o-2']);
  expect(fs.existsSync(deadLetters)).toBe(false);
});
