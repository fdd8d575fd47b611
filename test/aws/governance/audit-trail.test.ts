import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ReadWriteType } from 'aws-cdk-lib/aws-cloudtrail';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket, ObjectLockMode } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  AuditAlarms,
  type AuditAlarmsProps,
  AuditTrail,
  type AuditTrailProps,
  MedallionLake,
  ZoneBucket,
} from '../../../lib/aws';
import { iamStatements, lakehouseMatchers } from '../../../lib/testing';

expect.extend(lakehouseMatchers);

function recorded(props: AuditTrailProps = {}, alarms?: Partial<AuditAlarmsProps>): Stack {
  const stack = new Stack(new App(), 'Test');
  const lake = new MedallionLake(stack, 'Lake');
  const trail = new AuditTrail(stack, 'Audit', { lake, ...props });
  if (alarms) {
    new AuditAlarms(stack, 'Watch', {
      trail,
      appendOnlyZone: lake.bronze,
      topics: [new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true })],
      ...alarms,
    });
  }
  return stack;
}

const trailOf = (stack: Stack): any =>
  Object.values(Template.fromStack(stack).findResources('AWS::CloudTrail::Trail'))[0].Properties;

test('records the objects of the zones and changes to the account, and not its own bucket', () => {
  const { AdvancedEventSelectors } = trailOf(recorded());
  expect(AdvancedEventSelectors[0].FieldSelectors).toEqual([
    { Field: 'eventCategory', Equals: ['Management'] },
    { Field: 'readOnly', Equals: ['false'] },
  ]);
  const [category, type, arns, ...rest] = AdvancedEventSelectors[1].FieldSelectors;
  expect([category, type, rest]).toEqual([
    { Field: 'eventCategory', Equals: ['Data'] },
    { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
    [],
  ]);
  expect(arns.Field).toBe('resources.ARN');
  expect(JSON.stringify(arns.StartsWith).match(/Lake[A-Za-z]+Bucket/g)).toEqual([
    'LakeBronzeBucket',
    'LakeSilverBucket',
    'LakeGoldBucket',
    'LakeQuarantineBucket',
  ]);
});

test('keeps records locked for a year, validated, encrypted, and denies to delete them', () => {
  const stack = recorded();
  const template = Template.fromStack(stack);
  expect(trailOf(stack)).toMatchObject({
    EnableLogFileValidation: true,
    IsLogging: true,
    KMSKeyId: expect.anything(),
    CloudWatchLogsLogGroupArn: expect.anything(),
  });
  template.hasResourceProperties('AWS::S3::Bucket', {
    ObjectLockEnabled: true,
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        Match.objectLike({
          ExpirationInDays: 366,
          Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }],
        }),
      ]),
    },
  });
  const policy = iamStatements(stack).filter(
    ({ logicalId, type }) => type === 'AWS::S3::BucketPolicy' && logicalId.startsWith('AuditRecords'),
  );
  expect(policy.filter(({ effect }) => effect === 'Deny').map(({ sid, actions }) => [sid, actions])).toEqual(
    expect.arrayContaining([
      ['AppendOnly', ['s3:DeleteObject']],
      ['KeepVersions', ['s3:DeleteObjectVersion']],
    ]),
  );
  // The trail is made when it may write.
  expect(
    JSON.stringify(Object.values(template.findResources('AWS::CloudTrail::Trail'))[0].DependsOn),
  ).toMatch(/AuditRecordsBucketPolicy/);
});

test('lets CloudTrail write and encrypt for the trails of this account only', () => {
  const statements = iamStatements(recorded()).filter(({ principals }) =>
    principals.includes('Service:cloudtrail.amazonaws.com'),
  );
  const guarded = statements.filter(({ type }) => type !== 'AWS::IAM::Role');
  expect(guarded.map(({ sid }) => sid).sort()).toEqual([
    'TrailEncrypts',
    'TrailLooks',
    'TrailLooksAtKey',
    'TrailWrites',
  ]);
  for (const { conditions } of guarded) {
    expect(conditions).toContain(
      'ArnLike aws:SourceArn = arn:<AWS::Partition>:cloudtrail:<AWS::Region>:<AWS::AccountId>:trail/*',
    );
  }
});

test('takes a folder of a bucket, writes only, no changes to the account, and a lock nobody lifts', () => {
  const stack = new Stack(new App(), 'Test');
  const zone = ZoneBucket.fromBucket(stack, 'Zone', Bucket.fromBucketName(stack, 'Owned', 'owned'), 'raw');
  new AuditTrail(stack, 'Audit', {
    zones: [zone],
    objectEvents: ReadWriteType.WRITE_ONLY,
    managementEvents: false,
    lockMode: ObjectLockMode.COMPLIANCE,
    retention: Duration.days(30),
  });
  const [selector, ...others] = trailOf(stack).AdvancedEventSelectors;
  expect(others).toEqual([]);
  expect(JSON.stringify(selector.FieldSelectors[2].StartsWith)).toContain(':s3:::owned/raw/');
  expect(selector.FieldSelectors[3]).toEqual({ Field: 'readOnly', Equals: ['false'] });
  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 } } },
  });
});

test('follows the rules of the four packs, and of an audit', () => {
  const stack = recorded({}, {});
  expect(stack).toHaveNoNagFindings();
  expect(stack).toEncryptEverything();
  expect(stack).toRefusePlainHttp();
});

test('alarms tell of changes not made by CloudFormation, and of deletions by others than maintainers', () => {
  const stack = new Stack(new App(), 'Test');
  const lake = new MedallionLake(stack, 'Lake');
  const trail = new AuditTrail(stack, 'Audit', { lake });
  const maintenance = new iam.Role(stack, 'Maintenance', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  const alarms = new AuditAlarms(stack, 'Watch', {
    trail,
    appendOnlyZone: lake.bronze,
    maintainers: [maintenance],
    topics: [new Topic(stack, 'Alarms')],
  });
  expect(alarms.all).toHaveLength(4);
  const filters = Object.entries(Template.fromStack(stack).findResources('AWS::Logs::MetricFilter'));
  const patternOf = (name: string): string =>
    JSON.stringify(filters.find(([id]) => id.includes(name))?.[1].Properties.FilterPattern).replace(
      /\\/g,
      '',
    );
  expect(patternOf('KeyChanges')).toBe(
    '"{ ($.eventSource = "kms.amazonaws.com") && ($.sourceIPAddress != "cloudformation.amazonaws.com") && ' +
      '(($.eventName = "DisableKey") || ($.eventName = "ScheduleKeyDeletion") || ($.eventName = "PutKeyPolicy") || ' +
      '($.eventName = "DisableKeyRotation")) }"',
  );
  expect(patternOf('PolicyChanges').length).toBeLessThan(1024);
  expect(patternOf('Deletions')).toMatch(/LakeBronzeBucket.*\*\.metadata\.json.*Maintenance/s);
  Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', 4);
});

test.each<[string, () => unknown, string]>([
  [
    'nothing to record',
    () => new AuditTrail(new Stack(), 'Audit', {}),
    '"Default/Audit" records nothing. Pass a lake, or name zones.',
  ],
  [
    'a retention of an hour',
    () => recorded({ retention: Duration.hours(1) }),
    'retention must be between 86400 and 3153600000 seconds. Received 3600. Use whole days.',
  ],
  [
    'more maintainers than a filter has room for',
    () =>
      recorded(
        {},
        {
          maintainers: [1, 2, 3, 4, 5].map(() =>
            iam.Role.fromRoleArn(new Stack(), 'R', 'arn:aws:iam::123456789012:role/r'),
          ),
        },
      ),
    'maintainers names 5 roles; a filter of CloudWatch Logs has 1,024 characters, room for 4.',
  ],
  [
    'alarms that reach nobody',
    () => Template.fromStack(recorded({}, { topics: [] })),
    'The alarms of "Test/Watch" reach nobody.',
  ],
])('refuses %s', (_, attempt, message) => expect(attempt).toThrow(message));
