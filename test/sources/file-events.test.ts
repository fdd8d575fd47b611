import { fileMessage, fileRequests } from '../../lambda/sources/file-events';

const s3 = (key: string, eventName = 'ObjectCreated:Put', size = 5) => ({
  eventSource: 'aws:s3',
  eventTime: '2026-03-01T02:00:00.000Z',
  eventName,
  s3: { bucket: { name: 'landing' }, object: { key, size, eTag: 'abc', versionId: 'v1' } },
});
const bridge = (key: string, detailType = 'Object Created') => ({
  source: 'aws.s3',
  'detail-type': detailType,
  time: '2026-03-01T02:00:00Z',
  detail: { bucket: { name: 'landing' }, object: { key, size: 5, etag: 'abc', 'version-id': 'v1' } },
});
const request = (key: string) => ({
  file: { bucket: 'landing', key, versionId: 'v1', etag: 'abc', size: 5 },
  arrivedAt: Date.parse('2026-03-01T02:00:00Z'),
});

test('keys of S3’s own events are encoded as forms are, those of EventBridge are as they are', () => {
  expect(fileRequests({ Records: [s3('in/a+b%2B%C3%A9.csv'), s3('in/c.csv')] })).toEqual([
    request('in/a b+é.csv'),
    request('in/c.csv'),
  ]);
  expect(fileRequests(JSON.stringify(bridge('in/a+b%2B.csv')))).toEqual([request('in/a+b%2B.csv')]);
});

test('a file to be gone on with comes out as it went in', () => {
  const given = { ...request('in/a.csv'), progress: { records: 7 } };
  expect(fileRequests(JSON.stringify(fileMessage(given)))).toEqual([given]);
});

test('tries of a queue, deletions and folders are no files', () => {
  expect(fileRequests({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'landing' })).toEqual([]);
  expect(
    fileRequests({ Records: [s3('in/a.csv', 'ObjectRemoved:Delete'), s3('in/', 'ObjectCreated:Put', 0)] }),
  ).toEqual([]);
  expect(fileRequests(bridge('in/a.csv', 'Object Deleted'))).toEqual([]);
});

test.each([
  ['text', '"text"'],
  [{ Records: [{ eventSource: 'aws:kinesis' }] }, 'an object with the keys [eventSource]'],
  [{ refine: 'x' }, 'an object with the keys [refine]'],
])('%j is refused, saying what was found', (event, found) => {
  expect(() => fileRequests(event)).toThrow(
    `Not an event of a file: ${found}. Allowed: the event of a new object`,
  );
});

test('a key that is not encoded is refused', () => {
  expect(() => fileRequests({ Records: [s3('in/100%.csv')] })).toThrow('which is not encoded as a URL is');
});
