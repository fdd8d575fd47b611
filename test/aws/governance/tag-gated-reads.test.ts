import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  LakeBackup,
  LakeCatalog,
  GovernedLake,
  MedallionLake,
  TagGatedReads,
  ZoneBucket,
} from '../../../lib/aws';
import { role } from '../statements';

function zone(): { app: App; stack: Stack; zone: ZoneBucket } {
  const app = new App();
  const stack = new Stack(app, 'Lake');
  return { app, stack, zone: new ZoneBucket(stack, 'Zone') };
}

function denial(stack: Stack): any {
  const [policy] = Object.values(
    Template.fromStack(stack).findResources('AWS::S3::BucketPolicy', {
      Properties: {
        PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'ReadOnlyWithTag' })]) },
      },
    }),
  );
  return policy.Properties.PolicyDocument.Statement.find(
    ({ Sid }: { Sid: string }) => Sid === 'ReadOnlyWithTag',
  );
}

const roleArns = (stack: Stack): string[] =>
  denial(stack).Condition.ArnNotLike['aws:PrincipalArn'].map((arn: any) => arn['Fn::GetAtt'][0]);

test('the statement denies whatever does not carry the tag, to all but the roles that work with the zone', () => {
  const { stack, zone: gated } = zone();
  const before = role(stack, 'Before');
  gated.grantRead(before);
  const gate = new TagGatedReads(stack, 'Gate', { zone: gated });
  const after = role(stack, 'After');
  gated.grantTableCommit(after, 'orders');
  gated.grantWrite(role(stack, 'WritesOnly'));
  const id = (construct: iam.Role) => stack.getLogicalId(construct.node.defaultChild as iam.CfnRole);
  const bucket = stack.getLogicalId(gated.bucket.node.defaultChild as s3.CfnBucket);
  expect(denial(stack)).toEqual({
    Sid: 'ReadOnlyWithTag',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, '/*']] },
    Condition: {
      StringNotEquals: { 's3:ExistingObjectTag/data_classification': 'public' },
      ArnNotLike: {
        'aws:PrincipalArn': [{ 'Fn::GetAtt': [id(before), 'Arn'] }, { 'Fn::GetAtt': [id(after), 'Arn'] }],
      },
    },
  });
  expect(stack.resolve(gate.statement.sid)).toBe('ReadOnlyWithTag');
});

test('another tag with several values, roles that are named, and one that is not let off', () => {
  const { stack, zone: gated } = zone();
  const [named, analyst] = [role(stack, 'Named'), role(stack, 'Analyst')];
  gated.grantRead(analyst);
  new TagGatedReads(stack, 'Gate', {
    zone: gated,
    tagKey: 'Sharing',
    readableValues: ['open', 'partners'],
    exemptRoles: [named],
    gatedRoles: [analyst],
  });
  expect(denial(stack).Condition.StringNotEquals).toEqual({
    's3:ExistingObjectTag/Sharing': ['open', 'partners'],
  });
  expect(roleArns(stack)).toEqual([expect.stringMatching(/^Named/)]);
});

test('backups and the reads of Lake Formation go on', () => {
  const stack = new Stack(new App(), 'Lake');
  const lake = new MedallionLake(stack, 'Lake');
  new TagGatedReads(stack, 'Gate', { zone: lake.gold });
  new LakeBackup(stack, 'Backup', { tagValues: ['confidential'] });
  new GovernedLake(stack, 'Governed', { catalog: LakeCatalog.of(lake) });
  expect(roleArns(stack).map((id) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
    'GovernedRegistrationRole',
    'BackupRole',
  ]);
});

test('a role of another stack is known by its name', () => {
  const { app, stack, zone: gated } = zone();
  const jobs = new Stack(app, 'Jobs');
  const reader = new iam.Role(jobs, 'Reader', {
    roleName: 'reader',
    assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'),
  });
  gated.grantRead(reader);
  new TagGatedReads(stack, 'Gate', { zone: gated });
  expect(denial(stack).Condition.ArnNotLike['aws:PrincipalArn']).toEqual([
    {
      'Fn::Join': [
        '',
        ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':role/reader'],
      ],
    },
  ]);
});

describe('refuses', () => {
  it('to deny everybody, at once where none is named and at synthesis where none came', () => {
    const { stack, zone: gated } = zone();
    const message =
      'Nobody could read "Lake/Zone" but what is open to all: no role of this app is granted reading it. Pass ' +
      'exemptRoles: the roles of the pipelines that read it.';
    expect(() => new TagGatedReads(stack, 'Gate', { zone: gated, exemptRoles: [] })).toThrow(message);
    const { stack: other, zone: alone } = zone();
    new TagGatedReads(other, 'Gate', { zone: alone });
    expect(() => Template.fromStack(other)).toThrow(message);
  });

  it('a role of another stack that only the deployment names', () => {
    const { app, stack, zone: gated } = zone();
    const jobs = new Stack(app, 'Jobs');
    gated.grantRead(role(jobs, 'Reader'));
    new TagGatedReads(stack, 'Gate', { zone: gated });
    expect(() => Template.fromStack(stack)).toThrow(
      'The role "Jobs/Reader" is in another stack than the gated zone "Lake/Zone", whose bucket policy has to name it: ' +
        'each stack would need the other first. Give the role a roleName, or create it in the stack of the zone.',
    );
  });

  it('a bucket of somebody else', () => {
    const stack = new Stack(new App(), 'Lake');
    const owned = ZoneBucket.fromBucket(
      stack,
      'Owned',
      s3.Bucket.fromBucketName(stack, 'Bucket', 'owned-bucket'),
    );
    expect(() => new TagGatedReads(stack, 'Gate', { zone: owned })).toThrow(
      'The bucket of "Lake/Owned" is its owner\'s, and so is its policy. Gate a ZoneBucket, or have its owner add the ' +
        'statement of docs/governance.md.',
    );
  });

  it('a second gate', () => {
    const { stack, zone: gated } = zone();
    gated.grantRead(role(stack, 'Reader'));
    new TagGatedReads(stack, 'Gate', { zone: gated });
    expect(() => new TagGatedReads(stack, 'Second', { zone: gated })).toThrow(
      '"Lake/Zone" is gated by "Lake/Gate" already: an object would have to carry the tags of both. Leave out "Lake/Second".',
    );
  });

  it.each([
    [
      { tagKey: 'a*', readableValues: ['x?'] },
      'S3 takes no tag with the key "a*" and the value "x?": letters, digits, blanks and _ . : / = + - @, 128 of the key and ' +
        '256 of a value at most.',
    ],
    [
      { readableValues: [] },
      'readableValues is empty: nothing would be open to anybody. Leave it out for public.',
    ],
  ])('%j', (props, message) => {
    const { stack, zone: gated } = zone();
    expect(() => new TagGatedReads(stack, 'Gate', { zone: gated, ...props })).toThrow(message);
  });

  it('more roles than a policy holds', () => {
    const { stack, zone: gated } = zone();
    for (let index = 0; index < 101; index++) gated.grantRead(role(stack, `Reader${index}`));
    new TagGatedReads(stack, 'Gate', { zone: gated });
    expect(() => Template.fromStack(stack)).toThrow(
      '101 roles may read "Lake/Zone" whatever the tag: the policy of a bucket holds about 100. Grant reading it to fewer.',
    );
  });
});
