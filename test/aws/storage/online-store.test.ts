import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { OnlineStore, type OnlineStoreProps } from '../../../lib/aws';
import { lakehouseMatchers } from '../../../lib/testing';
import { allowedStatements } from '../statements';

expect.extend(lakehouseMatchers);

function storeWith(given: Partial<OnlineStoreProps> = {}) {
  const stack = new Stack(new App(), 'Features');
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    isolatedSubnetIds: ['subnet-1', 'subnet-2'],
    isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
  return { stack, vpc, store: new OnlineStore(stack, 'Online', { vpc, ...given }) };
}

test('it is over availability zones, fails over by itself, and is saved daily', () => {
  const { stack, store } = storeWith();
  Template.fromStack(stack).hasResource('AWS::ElastiCache::ReplicationGroup', {
    Properties: {
      Engine: 'valkey',
      MultiAZEnabled: true,
      AutomaticFailoverEnabled: true,
      NumNodeGroups: 1,
      ReplicasPerNodeGroup: 1,
      SnapshotRetentionLimit: 15,
      SnapshotWindow: '03:00-04:00',
      AtRestEncryptionEnabled: true,
      KmsKeyId: stack.resolve(store.encryptionKey.keyArn),
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AuthToken: Match.absent(),
      UserGroupIds: [{ Ref: Match.stringLikeRegexp('^OnlineUsers') }],
    },
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
  });
  expect(stack).toHaveNoNagFindings();
  expect(stack).toEncryptEverything();
  expect(stack).toHoldNoSecrets();
  expect(stack).toKeepDataOnRemoval();
});

test('nobody has a password: both users are known by IAM, by one name of at most 40 characters', () => {
  const { stack } = storeWith();
  const users = Object.values(Template.fromStack(stack).findResources('AWS::ElastiCache::User'));
  expect(users).toHaveLength(2);
  for (const { Properties } of users) {
    expect(Properties).toMatchObject({ Engine: 'valkey', AuthenticationMode: { Type: 'iam' } });
    expect(Properties.UserId).toMatch(/^[a-z][a-z0-9-]{1,39}$/);
    expect(Properties.UserName).toBe(Properties.UserId);
  }
});

test('with shards it is reached by its configuration endpoint', () => {
  const { stack, store } = storeWith({ shards: 3, replicas: 2, snapshotRetention: Duration.days(35) });
  Template.fromStack(stack).hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
    NumNodeGroups: 3,
    ReplicasPerNodeGroup: 2,
    ClusterMode: 'enabled',
    SnapshotRetentionLimit: 35,
  });
  expect(JSON.stringify(stack.resolve(store.endpoint))).toContain('ConfigurationEndPoint.Address');
  expect(JSON.stringify(stack.resolve(storeWith().store.endpoint))).toContain('PrimaryEndPoint.Address');
});

test('a grant is to connect to the store, as one user', () => {
  const { stack, store } = storeWith();
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  store.grantRead(role);
  expect(allowedStatements(Template.fromStack(stack))).toContainEqual({
    actions: ['elasticache:Connect'],
    resources: [
      expect.stringMatching(/:replicationgroup:.*OnlineStore/),
      expect.stringMatching(/OnlineReader/),
    ],
  });
  Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
});

test('a function in a network is let in through the port, one outside of any is not', () => {
  const { stack, vpc, store } = storeWith();
  const code = lambda.Code.fromInline('exports.handler = () => 1;');
  const runtime = lambda.Runtime.NODEJS_22_X;
  const outside = new lambda.Function(stack, 'Outside', { code, runtime, handler: 'index.handler' });
  store.grantRead(outside);
  const inside = new lambda.Function(stack, 'Inside', { code, runtime, handler: 'index.handler', vpc });
  store.grantReadWrite(inside);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 6390, ToPort: 6390 });
  expect(JSON.stringify(allowedStatements(template))).toMatch(/OnlineWriter/);
});

describe('it refuses', () => {
  test.each<[Partial<OnlineStoreProps>, string]>([
    [
      { replicas: 0 },
      'replicas must be between 1 and 5. Received 0. Without one there is nothing to fail over to.',
    ],
    [{ shards: 501 }, 'shards must be between 1 and 500. Received 501. Take a larger nodeType instead.'],
    [
      { snapshotRetention: Duration.days(36) },
      'snapshotRetention must be between 86400 and 3024000 seconds. Received 3110400. ' +
        'ElastiCache keeps daily snapshots for 1 to 35 days; copy one to a bucket to keep it for longer.',
    ],
  ])('%j', (given, message) => {
    expect(() => storeWith(given)).toThrow(message);
  });
});
