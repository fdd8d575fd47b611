import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { MedallionLake, TieringProfile } from '../../../lib/aws/storage';
import { IngestStream, StreamArchive, type StreamArchiveProps } from '../../../lib/aws/streams';
import { nagFindings } from '../../../lib/testing';
import { allowedStatements } from '../statements';

function archived(props: Partial<StreamArchiveProps> = {}): { stack: Stack; archive: StreamArchive } {
  const stack = new Stack(new App(), 'Test');
  const stream = new IngestStream(stack, 'Events');
  return { stack, archive: new StreamArchive(stack, 'Archive', { stream, ...props }) };
}

test('a stream of seven days, and an archive in Glacier from then on', () => {
  const { stack } = archived();
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Kinesis::Stream', { RetentionPeriodHours: 168 });
  template.hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        Match.objectLike({ Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 7 }] }),
      ]),
    },
  });
  const hour = 'year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/';
  template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration: {
      KinesisStreamARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Events'), 'Arn'] },
    },
    ExtendedS3DestinationConfiguration: {
      BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 64 },
      CompressionFormat: 'GZIP',
      Prefix: `archive/${hour}`,
      ErrorOutputPrefix: `archive-errors/!{firehose:error-output-type}/${hour}`,
      EncryptionConfiguration: {
        KMSEncryptionConfig: {
          AWSKMSKeyARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ArchiveZoneKey'), 'Arn'] },
        },
      },
      CloudWatchLoggingOptions: { Enabled: true },
      ProcessingConfiguration: {
        Processors: [
          {
            Type: 'AppendDelimiterToRecord',
            Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
          },
        ],
      },
    },
  });
});

test('the role reads this stream and writes to the two folders, and nothing else', () => {
  const statements = allowedStatements(Template.fromStack(archived().stack), 'ArchiveRole');
  const writes = statements.filter(({ actions }) => actions.includes('s3:PutObject'));
  expect(writes.map(({ resources }) => resources)).toEqual([
    [expect.stringMatching(/\/archive\/\*$/)],
    [expect.stringMatching(/\/archive-errors\/\*$/)],
  ]);
  const actions = statements.flatMap((statement) => statement.actions);
  expect(actions.filter((action) => action.includes('*') || /Delete|GetObject/.test(action))).toEqual([]);
  expect(statements.flatMap(({ resources }) => resources)).not.toContain('*');
});

test('into a folder of a lake’s zone, without delimiters, with metrics of its own', () => {
  const stack = new Stack(new App(), 'Test');
  const lake = new MedallionLake(stack, 'Lake', {
    extraZones: { archive: { tiering: [{ profile: TieringProfile.DEEP_ARCHIVE }] } },
  });
  const archive = new StreamArchive(stack, 'Archive', {
    stream: new IngestStream(stack, 'Events'),
    zone: lake.extraZone('archive'),
    folder: 'clicks/',
    bufferInterval: Duration.minutes(15),
    bufferSize: Size.mebibytes(128),
    appendDelimiter: false,
  });
  Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
    ExtendedS3DestinationConfiguration: {
      BufferingHints: { IntervalInSeconds: 900, SizeInMBs: 128 },
      Prefix: Match.stringLikeRegexp('^clicks/year='),
      ProcessingConfiguration: Match.absent(),
    },
  });
  expect(archive.metricDataFreshness()).toMatchObject({
    metricName: 'DeliveryToS3.DataFreshness',
    statistic: 'Maximum',
  });
  expect(archive.metricDeliverySuccess().dimensions).toEqual({
    DeliveryStreamName: archive.deliveryStream.ref,
  });
});

test.each<[Partial<StreamArchiveProps>, string]>([
  [
    { bufferInterval: Duration.minutes(16) },
    'bufferInterval must be between 0 and 900 seconds. Received 960. Leave it out for a minute.',
  ],
  [
    { bufferSize: Size.mebibytes(256) },
    'bufferSize must be between 1 and 128 MiB. Received 256. Leave it out for 64',
  ],
  [{ bufferSize: Size.kibibytes(100) }, 'bufferSize must be a whole number between 1 and 128 MiB.'],
])('Firehose would refuse: %#', (props, message) => {
  expect(() => archived(props)).toThrow(message);
});

test('a tiering belongs to the zone, where there is one; a stream elsewhere is refused', () => {
  const stack = new Stack(new App(), 'Test', { env: { account: '111111111111', region: 'eu-west-1' } });
  const stream = new IngestStream(stack, 'Events');
  const zone = new MedallionLake(stack, 'Lake').bronze;
  expect(() => new StreamArchive(stack, 'A', { stream, zone, tiering: TieringProfile.INTELLIGENT })).toThrow(
    'tiering is given together with zone, which has a tiering of its own.',
  );
  const elsewhere = IngestStream.fromStream(
    stack,
    'Elsewhere',
    Stream.fromStreamArn(stack, 'There', 'arn:aws:kinesis:us-east-1:111111111111:stream/events'),
  );
  expect(() => new StreamArchive(stack, 'B', { stream: elsewhere })).toThrow(
    'Firehose reads streams of its own region and account',
  );
});

test('the packs find nothing', () => {
  const { stack } = archived();
  expect(nagFindings(stack).map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});
