import { App, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { maintenanceRequest } from '../../../lambda/sources/maintenance-request';
import { LakeCatalog, LakeTable } from '../../../lib/aws/catalog';
import { MaintenanceSchedule, type MaintenanceScheduleProps } from '../../../lib/aws/maintenance';
import { MedallionLake } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract';
import { lakehouseMatchers } from '../../../lib/testing';
import { ordersContract } from '../orders';
import { allowedStatements } from '../statements';

expect.extend(lakehouseMatchers);

function synth(given: Partial<MaintenanceScheduleProps> = {}) {
  const stack = new Stack(new App(), 'Stack');
  const lake = new MedallionLake(stack, 'Lake', { bronze: { appendOnly: true } });
  const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'sales' });
  const bronze = new LakeTable(stack, 'Orders', { contract: ordersContract(), catalog, zone: Zone.BRONZE });
  const maintenance = new MaintenanceSchedule(stack, 'Maintenance', {
    tables: [bronze],
    objectStoreTables: [{ zoneBucket: lake.gold, folder: 'sessions' }],
    ...given,
  });
  return { stack, lake, bronze, maintenance, template: Template.fromStack(stack) };
}

const schedules = (template: Template): any[] =>
  Object.values(template.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) => Properties);

/** What the function makes of a schedule's input. */
const request = (schedule: any) =>
  maintenanceRequest(
    JSON.parse(
      typeof schedule.Target.Input === 'string'
        ? schedule.Target.Input
        : schedule.Target.Input['Fn::Join'][1]
            .map((part: unknown) => (typeof part === 'string' ? part : 'bucket'))
            .join(''),
    ),
  );

describe('each table', () => {
  test('has its turn once a day, within an hour, in a run of its own', () => {
    const { template } = synth();
    expect(schedules(template).map(request)).toEqual([
      {
        tables: ['glue://sales_bronze/orders'],
        compact: {},
        expire: { olderThanHours: 168, keepLast: 10 },
        orphans: { olderThanHours: 72 },
      },
      expect.objectContaining({ tables: ['s3://bucket/sessions'] }),
    ]);
    for (const schedule of schedules(template)) {
      expect(schedule).toMatchObject({
        ScheduleExpression: 'rate(1 day)',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
        Target: {
          Arn: { 'Fn::GetAtt': [expect.stringMatching(/^MaintenanceHandler/), 'Arn'] },
          DeadLetterConfig: {
            Arn: { 'Fn::GetAtt': [expect.stringMatching(/^MaintenanceDeadLetters/), 'Arn'] },
          },
        },
      });
    }
  });

  test.each<[string, ScheduleExpression, object]>([
    ['@hourly', ScheduleExpression.rate(Duration.hours(1)), { ScheduleExpression: 'rate(1 hour)' }],
    [
      '0 */6 * * *',
      ScheduleExpression.cron({ minute: '0', hour: '*/6' }),
      { ScheduleExpression: 'cron(0 */6 * * ? *)' },
    ],
    [
      '0 2 * * * in Berlin',
      ScheduleExpression.cron({ minute: '0', hour: '2', timeZone: TimeZone.EUROPE_BERLIN }),
      { ScheduleExpression: 'cron(0 2 * * ? *)', ScheduleExpressionTimezone: 'Europe/Berlin' },
    ],
  ])('has its turn when asked: %s', (_, schedule, expected) => {
    expect(schedules(synth({ schedule }).template)[0]).toMatchObject(expected);
  });

  test('has done what is asked for', () => {
    const { template } = synth({
      tables: [],
      compaction: false,
      snapshotRetention: Duration.days(30),
      snapshotsToKeep: 3,
      orphanDeletion: false,
      flexibleTimeWindow: Duration.minutes(0),
    });
    expect(schedules(template).map(request)).toEqual([
      {
        tables: ['s3://bucket/sessions'],
        compact: false,
        expire: { olderThanHours: 720, keepLast: 3 },
        orphans: false,
      },
    ]);
    expect(schedules(template)[0].FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
  });
});

test('a run is not repeated beside itself, and what fails is noted', () => {
  const { template } = synth();
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 0,
    DestinationConfig: {
      OnFailure: {
        Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MaintenanceDeadLetters'), 'Arn'] },
      },
    },
  });
  template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 900, MemorySize: 2048 });
});

test('the function may delete in the tables’ folders only, also where a zone is append-only', () => {
  const { template } = synth();
  const deletions = allowedStatements(template, 'MaintenanceRole')
    .filter(({ actions }) => actions.includes('s3:DeleteObject'))
    .flatMap(({ resources }) => resources);
  for (const arn of deletions) expect(arn).toMatch(/^<Lake(Bronze|Gold)Bucket\w+\.Arn>\/(orders|sessions)\//);
  expect(deletions).toHaveLength(4);
  const [bronzePolicy] = Object.values(template.findResources('AWS::S3::BucketPolicy')).filter(
    ({ Properties }) => /^LakeBronze/.test(Properties.Bucket.Ref),
  );
  expect(JSON.stringify(bronzePolicy)).toMatch(/MaintenanceRole/);
});

test('the scheduler may start the function and note what it could not', () => {
  expect(
    allowedStatements(synth().template, 'MaintenanceSchedulerRole').map(({ actions }) => actions),
  ).toEqual([['lambda:InvokeFunction'], ['sqs:SendMessage'], ['kms:Decrypt', 'kms:GenerateDataKey']]);
});

test('tables that could not be maintained are counted, by their URI', () => {
  const { stack, template, maintenance } = synth();
  template.hasResourceProperties('AWS::Logs::MetricFilter', {
    FilterPattern: '{ $.message = "Table not maintained" }',
    MetricTransformations: [
      {
        MetricNamespace: 'Lakehouse',
        MetricName: 'TablesNotMaintained',
        MetricValue: '1',
        Dimensions: [{ Key: 'Table', Value: '$.table' }],
      },
    ],
  });
  const alarm = maintenance
    .metricNotMaintained('glue://sales_bronze/orders')
    .createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  expect(stack.resolve((alarm.node.defaultChild as any).dimensions)).toEqual([
    { name: 'Table', value: 'glue://sales_bronze/orders' },
  ]);
});

test('has no nag finding', () => {
  const { stack } = synth();
  expect(stack).toHaveNoNagFindings();
});

describe('refuses', () => {
  test.each<[string, Partial<MaintenanceScheduleProps>, string]>([
    [
      'nothing to look after',
      { tables: [], objectStoreTables: [] },
      '"Stack/Maintenance" has no table to look after. Name one in tables or objectStoreTables.',
    ],
    [
      'nothing to do',
      { compaction: false, snapshotExpiry: false, orphanDeletion: false },
      'compaction, snapshotExpiry and orphanDeletion are all false: nothing is left to do.',
    ],
    [
      'runs that would be side by side',
      { schedule: ScheduleExpression.rate(Duration.minutes(5)) },
      'schedule must be once an hour at the most. Received rate(5 minutes). Runs of one table would come to be side by ' +
        'side: leave it out for once a day.',
    ],
    [
      'a longer run than Lambda allows',
      { timeout: Duration.hours(1) },
      'timeout must be between 1 and 900 seconds. Received 3600.',
    ],
  ])('%s', (_, given, message) => {
    expect(() => synth(given)).toThrow(message);
  });

  test('a table named twice', () => {
    const { stack, bronze } = synth();
    expect(() => new MaintenanceSchedule(stack, 'Other', { tables: [bronze, bronze] })).toThrow(
      'The table glue://sales_bronze/orders is named twice in "Stack/Other".',
    );
  });
});
