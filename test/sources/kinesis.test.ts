import { kinesisRecords } from '../../lambda/sources/kinesis';
import { UnexpectedEvent } from '../../lambda/sources/unexpected-event';

const SEQUENCE = '49590338271490256608559692538361571095921575989136588898';

function delivered(change: Record<string, unknown> = {}, kinesis: Record<string, unknown> = {}) {
  return {
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000006:${SEQUENCE}`,
    eventName: 'aws:kinesis:record',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'customer-1',
      sequenceNumber: SEQUENCE,
      data: 'eyJhIjoxfQ==',
      approximateArrivalTimestamp: 1545084650.987,
      ...kinesis,
    },
    ...change,
  };
}

test('takes lane, position, bytes, arrival and key from each record', () => {
  expect(kinesisRecords({ Records: [delivered()] })).toEqual([
    {
      lane: 'orders/shardId-000000000006',
      position: SEQUENCE,
      data: 'eyJhIjoxfQ==',
      arrivedAt: 1545084650987,
      key: 'customer-1',
    },
  ]);
});

test.each([
  'arn:aws:kinesis:eu-central-1:123456789012:stream/orders/consumer/lake:1613145600',
  'arn:aws-cn:kinesis:cn-north-1:123456789012:stream/orders',
])('finds the stream in %s', (eventSourceARN) => {
  expect(kinesisRecords({ Records: [delivered({ eventSourceARN })] })[0].lane).toBe(
    'orders/shardId-000000000006',
  );
});

test('records of several shards keep their lanes and their order', () => {
  const records = ['2', '1'].map((shard) =>
    delivered({ eventID: `shardId-00000000000${shard}:${SEQUENCE}` }),
  );
  expect(kinesisRecords({ Records: records }).map(({ lane }) => lane)).toEqual([
    'orders/shardId-000000000002',
    'orders/shardId-000000000001',
  ]);
});

test('does not look at what a record holds', () => {
  expect(kinesisRecords({ Records: [delivered({}, { data: '%%% no base64' })] })[0].data).toBe(
    '%%% no base64',
  );
});

test('an empty batch is no records', () => {
  expect(kinesisRecords({ Records: [] })).toEqual([]);
});

test.each<[unknown, string]>([
  [undefined, 'it has no "Records" list but undefined'],
  ['{}', 'it has no "Records" list but "{}"'],
  [{ detail: 1, source: 'x' }, 'it has no "Records" list but an object with the keys [detail, source]'],
  [{ Records: [null] }, 'the record of record 0 is to be an object but is null'],
  [{ Records: [{ s3: {} }] }, 'kinesis of record 0 is to be an object but is undefined'],
  [
    { Records: [delivered(), delivered({}, { data: 7 })] },
    'kinesis.data of record 1 is to be base64 text but is 7',
  ],
  [
    { Records: [delivered({}, { sequenceNumber: '4e9' })] },
    'kinesis.sequenceNumber of record 0 is to be a decimal integer as text but is "4e9"',
  ],
  [
    { Records: [delivered({}, { approximateArrivalTimestamp: '2020' })] },
    'kinesis.approximateArrivalTimestamp of record 0 is to be seconds since 1970 but is "2020"',
  ],
  [
    { Records: [delivered({ eventID: 'x' })] },
    'eventID of record 0 is to be "<shard>:<sequence number>" but is "x"',
  ],
  [
    { Records: [delivered({ eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:orders' })] },
    'eventSourceARN of record 0 is to be the ARN of a Kinesis stream but is "arn:aws:sqs',
  ],
])('says what is wrong with %j', (event, message) => {
  const read = () => kinesisRecords(event);
  expect(read).toThrow(UnexpectedEvent);
  expect(read).toThrow(message);
});
