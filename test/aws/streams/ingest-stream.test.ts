import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IngestStream, type IngestStreamProps } from '../../../lib/aws/streams';
import { allowedStatements, role } from '../statements';

const stackIn = (env?: { account: string; region: string }) => new Stack(new App(), 'Stack', { env });
const synth = (props: IngestStreamProps = {}) => {
  const stack = stackIn();
  new IngestStream(stack, 'Events', props);
  return Template.fromStack(stack);
};
const stream = (template: Template, properties: object) =>
  template.hasResourceProperties('AWS::Kinesis::Stream', properties);

test('on demand, kept for seven days, encrypted with a rotated key, staying when the stack goes', () => {
  const template = synth();
  template.hasResource('AWS::Kinesis::Stream', {
    DeletionPolicy: 'Retain',
    Properties: {
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      ShardCount: Match.absent(),
      RetentionPeriodHours: 168,
      StreamEncryption: {
        EncryptionType: 'KMS',
        KeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EventsKey'), 'Arn'] },
      },
    },
  });
  template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
});

describe('provisioned', () => {
  const PROVISIONED = kinesis.StreamMode.PROVISIONED;

  test.each<[string, IngestStreamProps, number]>([
    ['two shards where nothing is known', { mode: PROVISIONED }, 2],
    ['the shards given', { shardCount: 5 }, 5],
    ['the shards a throughput needs', { mode: PROVISIONED, throughput: { recordsPerSecond: 10_000 } }, 10],
    [
      'the shards given, over those of a throughput',
      { shardCount: 3, throughput: { recordsPerSecond: 10_000 } },
      3,
    ],
  ])('%s', (_, props, shards) => {
    stream(synth(props), { ShardCount: shards, StreamModeDetails: { StreamMode: 'PROVISIONED' } });
  });

  test.each<[number, number | undefined, number]>([
    [10_000, 500, 10], // bound by records
    [10_000, undefined, 10],
    [1_000, 10_240, 10], // bound by bytes: 9.8 MiB
    [1_000, 1_048, 1],
    [1_001, 100, 2],
    [0.2, 100, 1],
  ])('%d records a second of %s bytes need %d shards', (recordsPerSecond, averageRecordBytes, shards) => {
    expect(IngestStream.shardsFor({ recordsPerSecond, averageRecordBytes })).toBe(shards);
  });

  test.each([0, -1, NaN, Infinity])('a load of %d is refused', (recordsPerSecond) => {
    expect(() => IngestStream.shardsFor({ recordsPerSecond })).toThrow(
      `recordsPerSecond must be a number above 0, received ${recordsPerSecond}. Give the expected load at its peak.`,
    );
  });

  test.each([0, 1.5])('%d shards are refused', (shardCount) => {
    expect(() => synth({ shardCount })).toThrow(
      `shardCount must be a whole number of 1 or more, received ${shardCount}. See IngestStream.shardsFor.`,
    );
  });

  test('shards of an on-demand stream are refused', () => {
    expect(() => synth({ mode: kinesis.StreamMode.ON_DEMAND, shardCount: 2 })).toThrow(
      'shardCount: 2 given for an on-demand stream, which manages its own shards. ' +
        'Leave it out, or set mode: StreamMode.PROVISIONED.',
    );
  });
});

describe('a throughput that a new on-demand stream does not take', () => {
  const warnings = (recordsPerSecond: number) => {
    const stack = stackIn();
    new IngestStream(stack, 'Events', { throughput: { recordsPerSecond } });
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('needs 10 shards'));
  };

  test('is warned of', () => expect(warnings(10_000)).toHaveLength(1));
  test('is not warned of below', () => expect(warnings(4_000)).toHaveLength(0));
});

describe('retention', () => {
  test.each([
    ['24 hours', Duration.hours(24), 24],
    ['a year', Duration.days(365), 8760],
    ['a whole number of hours in minutes', Duration.minutes(1500), 25],
  ])('%s is accepted', (_, retention, hours) => {
    stream(synth({ retention }), { RetentionPeriodHours: hours });
  });

  test.each<[Duration, string]>([
    [Duration.hours(23), '23'],
    [Duration.days(366), '8784'],
    [Duration.minutes(1501), '25.016666666666666'],
  ])('outside of 24 to 8,760 whole hours it is refused: %s', (retention, received) => {
    expect(() => synth({ retention })).toThrow(
      `Stream retention must be 24 to 8760 whole hours, received ${received}. ` +
        'Use Duration.days(7), or archive to a zone what has to be kept longer than a year.',
    );
  });

  test('known only at deployment it is left to Kinesis', () => {
    stream(synth({ retention: Duration.hours(Token.asNumber({ Ref: 'Hours' })) }), {
      RetentionPeriodHours: { Ref: 'Hours' },
    });
  });
});

describe('grants', () => {
  test('cover the key, and no more than reading and writing', () => {
    const stack = stackIn();
    const events = new IngestStream(stack, 'Events');
    events.grantWrite(role(stack, 'Producer'));
    events.grantRead(role(stack, 'Consumer'));
    const template = Template.fromStack(stack);
    const arn = ['<EventsStreamA348795C.Arn>'];
    const key = ['<EventsKey1BC2C457.Arn>'];
    expect(allowedStatements(template, 'Producer')).toEqual([
      { actions: ['kinesis:ListShards', 'kinesis:PutRecord', 'kinesis:PutRecords'], resources: arn },
      { actions: ['kms:GenerateDataKey'], resources: key },
    ]);
    expect(allowedStatements(template, 'Consumer')).toEqual([
      {
        actions: [
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
          'kinesis:SubscribeToShard',
        ],
        resources: arn,
      },
      { actions: ['kms:Decrypt'], resources: key },
    ]);
  });

  test('on a stream the user owns cover its key, and leave the stream as it is', () => {
    const stack = stackIn();
    const mine = kinesis.Stream.fromStreamAttributes(stack, 'Mine', {
      streamArn: 'arn:aws:kinesis:eu-west-1:111122223333:stream/mine',
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/mine'),
    });
    const events = IngestStream.fromStream(stack, 'Events', mine, { retention: Duration.days(3) });
    events.grantRead(role(stack, 'Consumer'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Kinesis::Stream', 0);
    expect(allowedStatements(template).map(({ resources }) => resources)).toEqual([
      ['arn:aws:kinesis:eu-west-1:111122223333:stream/mine'],
      ['arn:aws:kms:eu-west-1:111122223333:key/mine'],
    ]);
    expect(events.retention.toHours()).toBe(72);
  });

  test('an imported stream is taken to have the retention Kinesis gives by default', () => {
    const stack = stackIn();
    const mine = kinesis.Stream.fromStreamArn(
      stack,
      'Mine',
      'arn:aws:kinesis:eu-west-1:111122223333:stream/mine',
    );
    expect(IngestStream.fromStream(stack, 'Events', mine).retention.toHours()).toBe(24);
  });
});

test('metrics carry the stream as their dimension', () => {
  const stack = stackIn();
  const events = new IngestStream(stack, 'Events');
  const metrics = [
    events.metricIncomingRecords(),
    events.metricIncomingBytes(),
    events.metricWriteThrottled(),
    events.metricReadThrottled(),
    events.metricIteratorAge(),
  ];
  expect(metrics.map(({ metricName, statistic }) => `${metricName} ${statistic}`)).toEqual([
    'IncomingRecords Sum',
    'IncomingBytes Sum',
    'WriteProvisionedThroughputExceeded Sum',
    'ReadProvisionedThroughputExceeded Sum',
    'GetRecords.IteratorAgeMilliseconds Maximum',
  ]);
  for (const metric of metrics) {
    expect(metric.namespace).toBe('AWS/Kinesis');
    expect(stack.resolve(metric.dimensions)).toEqual({ StreamName: { Ref: 'EventsStreamA348795C' } });
  }
});

test('two streams stand in one stack, in an environment known or not', () => {
  for (const env of [undefined, { account: '111122223333', region: 'eu-west-1' }]) {
    const stack = stackIn(env);
    new IngestStream(stack, 'One');
    new IngestStream(stack, 'Two', { streamName: 'two' });
    Template.fromStack(stack).resourceCountIs('AWS::Kinesis::Stream', 2);
  }
});
