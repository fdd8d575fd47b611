import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isCommitTo, queueMessages, tableCause } from '../../lambda/sources/table-commit';
import { sendTask } from '../../lambda/sources/task-queue';

const COMMIT = {
  'detail-type': 'Glue Data Catalog Table State Change',
  source: 'aws.glue',
  detail: { databaseName: 'bronze', tableName: 'orders', typeOfChange: 'UpdateTable' },
};

test('a commit and a request, as they are or as the text of a message', () => {
  const commit = { kind: 'commit', database: 'bronze', table: 'orders' };
  const told = { ...COMMIT, time: '2026-11-21T06:00:00Z' };
  expect(tableCause(told, 'refine')).toEqual({ ...commit, time: Date.UTC(2026, 10, 21, 6) });
  for (const time of ['soon', 7, null]) expect(tableCause({ ...COMMIT, time }, 'refine')).toEqual(commit);
  const request = { kind: 'request', table: 'glue://silver/orders' };
  for (const given of [COMMIT, JSON.stringify(COMMIT)]) expect(tableCause(given, 'refine')).toEqual(commit);
  const asked = { refine: 'glue://silver/orders' };
  for (const given of [asked, JSON.stringify(asked)]) expect(tableCause(given, 'refine')).toEqual(request);
  expect(tableCause({ transform: 'glue://silver/orders' }, 'transform')).toEqual(request);
});

test.each<[unknown, RegExp]>([
  [null, /Not a request to refine: null\. Allowed: the EventBridge event of a commit/],
  ['', /Not a request to refine: ""/],
  ['null', /Not a request to refine: null/],
  [{ refine: '' }, /an object with the keys \[refine\]/],
  [{ refine: 7 }, /an object with the keys \[refine\]/],
  [{ transform: 'glue://a/b' }, /an object with the keys \[transform\]/],
  [{ ...COMMIT, detail: null }, /is to have databaseName and tableName but is null/],
])('%j is refused', (event, message) => {
  expect(() => tableCause(event, 'refine')).toThrow(message);
});

test('a commit is to the table of its name in any catalog', () => {
  const commit = { kind: 'commit', database: 'bronze', table: 'orders' } as const;
  for (const uri of ['glue://bronze/orders', 's3://lake/bronze/orders', 'file:///lake/bronze/orders'])
    expect(isCommitTo(commit, uri)).toBe(true);
  for (const uri of ['glue://bronze/late_orders', 'glue://old_bronze/orders', 'glue://bronze/orders_2'])
    expect(isCommitTo(commit, uri)).toBe(false);
});

test('messages of a queue, and what is none', () => {
  const message = { messageId: 'm', body: '{}', attributes: { MessageGroupId: 'g' } };
  expect(queueMessages({ Records: [message] })).toEqual([{ messageId: 'm', body: '{}' }]);
  expect(queueMessages({ Records: [] })).toEqual([]);
  expect(queueMessages(COMMIT)).toBeUndefined();
  expect(queueMessages(null)).toBeUndefined();
  expect(() => queueMessages({ Records: [message, { kinesis: {} }] })).toThrow(
    'Not an SQS event: record 1 is to have a messageId and a body but is an object with the keys [kinesis].',
  );
});

test('a queue of the laptop holds a task of one identity once', async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'tasks-'));
  const task = { request: { refine: 'glue://s/t' }, group: 'x'.repeat(200), identity: 'one' };
  await sendTask(`file://${directory}`, task);
  await sendTask(`file://${directory}`, task);
  await sendTask(`file://${directory}`, { ...task, identity: 'two' });
  const files = fs.readdirSync(directory);
  expect(files).toHaveLength(2);
  for (const file of files) {
    const { MessageBody, MessageGroupId } = JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));
    expect([MessageBody, MessageGroupId.length]).toEqual(['{"refine":"glue://s/t"}', 128]);
  }
  fs.rmSync(directory, { recursive: true });
});
