import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { PrefixList } from 'aws-cdk-lib/aws-ec2';
import { exampleGold, readContracts } from '../../bin/reference-contracts';
import { ReferenceStack } from '../../bin/reference-stack';
import { AuditTrail, LakeEndpoint, LakeNetwork } from '../../lib/aws';
import { MOTO_SUPPORTED_TYPES } from '../../lib/local/emulator/supported-types';
import type { DataResource, TemplateDocument, TemplateResource } from '../../lib/testing';
import { optional } from '../skip';
import { replicatedLake } from '../snapshots/replicated-lake';
import { MOTO, startMoto, type Moto } from '../stores/moto';
import { applyLeft } from './apply-left';
import { detachedAssembly, EmulatedStack } from './emulated-stack';

const ACCOUNT = '123456789012';
const ZONES = ['bronze', 'silver', 'gold', 'quarantine'];

/** The lake of the upgrade test with a record of what is done to it. */
function protectedLake(timeControl?: boolean): Stack[] {
  const { here, there, lake } = replicatedLake({ account: ACCOUNT, timeControl });
  new AuditTrail(here, 'Audit', { lake });
  return [there, here];
}

function networkStack(endpoints?: LakeEndpoint[]): Stack {
  const context = {
    [`availability-zones:account=${ACCOUNT}:region=eu-west-1`]: ['eu-west-1a', 'eu-west-1b'],
  };
  const stack = new Stack(new App({ context }), 'Net', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  const list = (id: string) => PrefixList.fromPrefixListId(stack, id, `pl-${id.toLowerCase()}`);
  const lists = { s3PrefixList: list('S3'), dynamoDbPrefixList: list('DynamoDb') };
  new LakeNetwork(stack, 'Network', { ...lists, endpoints });
  return stack;
}

optional(MOTO)('storage on an AWS emulator', () => {
  let moto: Moto;
  let directory: string;

  beforeAll(async () => {
    moto = await startMoto();
    directory = mkdtempSync(join(tmpdir(), 'storage-'));
  }, 60_000);
  afterAll(async () => {
    await moto?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const s3In = (region: string): S3Client =>
    new S3Client({ endpoint: moto.endpoint, region, forcePathStyle: true });
  const assemblyOf = (name: string, stacks: readonly Stack[], supported = MOTO_SUPPORTED_TYPES): string =>
    detachedAssembly(stacks[0].node.root as App, join(directory, name), supported);

  describe('that survives', () => {
    let there: EmulatedStack;
    let here: EmulatedStack;
    let s3: S3Client;
    let notApplied: string[][];

    beforeAll(async () => {
      const stacks = protectedLake();
      const assembly = assemblyOf('first', stacks);
      [there, here] = await Promise.all(stacks.map((stack) => EmulatedStack.at(moto.endpoint, stack)));
      s3 = s3In('eu-west-1');
      notApplied = [];
      // What is copied to has to be there.
      for (const [stack, region] of [
        [there, 'eu-central-1'],
        [here, 'eu-west-1'],
      ] as const) {
        await stack.create(stack.templateIn(assembly));
        notApplied.push(await applyLeft(stack, s3In(region), await stack.left(assembly)));
      }
    }, 60_000);

    test('is copied, locked, backed up, recorded and closed as it was asked for', async () => {
      expect(notApplied).toEqual([
        [],
        // moto has no selections of a backup plan; alarms are made, and never sound.
        ['AWS::Backup::BackupSelection', 'AWS::CloudWatch::Alarm'],
      ]);
      const ids = await here.physicalIds();
      const replicaKey = (await there.physicalIds())['LakeKey7B6C155C'];

      const { ReplicationConfiguration } = await s3.send(
        new GetBucketReplicationCommand({ Bucket: 'acme-silver' }),
      );
      expect(ReplicationConfiguration?.Role).toContain(ids['LakeReplicationsilverRole9F06CEB1']);
      expect(ReplicationConfiguration?.Rules).toEqual([
        expect.objectContaining({
          Status: 'Enabled',
          DeleteMarkerReplication: { Status: 'Disabled' },
          Destination: expect.objectContaining({
            Bucket: 'arn:aws:s3:::acme-replica-silver',
            EncryptionConfiguration: {
              ReplicaKmsKeyID: `arn:aws:kms:eu-central-1:${ACCOUNT}:alias/acme`,
            },
          }),
        }),
      ]);
      for (const zone of ZONES) {
        for (const bucket of [`acme-${zone}`, `acme-replica-${zone}`]) {
          const Bucket = bucket;
          expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
          const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
          expect(Policy).toContain('"aws:SecureTransport":"false"');
          const access = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
          expect(Object.values(access.PublicAccessBlockConfiguration ?? {})).toEqual([
            true,
            true,
            true,
            true,
          ]);
          const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
          expect(JSON.stringify(encryption.ServerSideEncryptionConfiguration)).toContain(
            bucket.includes('replica') ? replicaKey : ids['LakeKey7B6C155C'],
          );
        }
      }
      const locked = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: 'acme-bronze' }));
      expect(locked.ObjectLockConfiguration?.Rule?.DefaultRetention).toMatchObject({
        Mode: 'GOVERNANCE',
        Days: 365,
      });

      const { BackupPlansList } = await here.call('backup', 'GET', '/backup/plans');
      expect(BackupPlansList).toHaveLength(1);
      const { BackupPlan } = await here.call(
        'backup',
        'GET',
        `/backup/plans/${BackupPlansList[0].BackupPlanId}`,
      );
      const { BackupVaultList } = await here.call('backup', 'GET', '/backup-vaults/');
      expect(BackupPlan.Rules).toMatchObject([
        { TargetBackupVaultName: BackupVaultList[0].BackupVaultName, Lifecycle: { DeleteAfterDays: 35 } },
      ]);

      const trail = (name: string) =>
        here.call('cloudtrail', 'POST', '/', { Name: 'audit' }, `CloudTrail_20131101.${name}`);
      expect((await trail('GetTrailStatus')).IsLogging).toBe(true);
      expect((await trail('GetTrail')).Trail).toMatchObject({
        S3BucketName: ids['AuditRecordsBucket087C6189'],
        LogFileValidationEnabled: true,
      });
    });

    test('lets nobody delete a locked version, nor an update or the end of its stacks take data along', async () => {
      const Bucket = 'acme-bronze';
      const Key = 'orders/1.parquet';
      // moto holds policies against requests without their conditions: a refusal of plain HTTP refuses everything.
      for (const one of [Bucket, 'acme-silver'])
        await s3.send(new DeleteBucketPolicyCommand({ Bucket: one }));
      await s3.send(new PutObjectCommand({ Bucket: 'acme-silver', Key, Body: 'kept' }));
      const before = await here.physicalIds();

      const assembly = assemblyOf('second', protectedLake(true));
      await here.update(here.templateIn(assembly));
      const buckets = (await here.left(assembly)).filter(({ type }) => type === 'AWS::S3::Bucket');
      await applyLeft(here, s3, buckets);
      const after = await here.physicalIds();
      expect(after).toEqual(before);
      const copied = await s3.send(new GetBucketReplicationCommand({ Bucket: 'acme-silver' }));
      expect(copied.ReplicationConfiguration?.Rules?.[0].Destination?.ReplicationTime).toMatchObject({
        Status: 'Enabled',
        Time: { Minutes: 15 },
      });

      const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'locked' }));
      await expect(s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))).rejects.toThrow(
        'Access Denied',
      );

      await here.delete();
      await there.delete();
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
      const names = Buckets.map(({ Name }) => Name);
      for (const zone of ZONES)
        expect(names).toEqual(expect.arrayContaining([`acme-${zone}`, `acme-replica-${zone}`]));
      expect(names).toContain(after['AuditRecordsBucket087C6189']);
      const read = async (from: string) =>
        (await s3.send(new GetObjectCommand({ Bucket: from, Key }))).Body?.transformToString();
      expect([await read('acme-silver'), await read(Bucket)]).toEqual(['kept', 'locked']);
      const { Keys } = await here.call('kms', 'POST', '/', {}, 'TrentService.ListKeys');
      expect(Keys.map(({ KeyId }: { KeyId: string }) => KeyId)).toEqual(
        expect.arrayContaining([after['LakeKey7B6C155C'], after['AuditKey2ED08D30']]),
      );
    }, 60_000);
  });

  test('is reached from a network that has no way out, and gets another endpoint without being made again', async () => {
    const { ATHENA, GLUE, SQS, KMS } = LakeEndpoint;
    const [first, second] = [networkStack(), networkStack([ATHENA, GLUE, SQS, KMS])];
    const network = await EmulatedStack.at(moto.endpoint, first);
    await network.create(network.templateIn(assemblyOf('network', [first])));
    const before = await network.physicalIds();
    await network.update(network.templateIn(assemblyOf('larger-network', [second])));
    const after = await network.physicalIds();
    expect(after).toMatchObject(before);
    const added = Object.keys(after).filter((id) => !(id in before));
    expect(added).toEqual([expect.stringMatching(/^NetworkVpcKms/)]);

    const made = await network.ec2('DescribeVpcEndpoints');
    expect(made.match(/<vpcEndpointType>\w+/g)?.sort()).toEqual([
      ...Array(2).fill('<vpcEndpointType>Gateway'),
      ...Array(4).fill('<vpcEndpointType>Interface'),
    ]);
    for (const way of ['InternetGateways', 'NatGateways', 'EgressOnlyInternetGateways'])
      expect(await network.ec2(`Describe${way}`)).not.toMatch(/GatewayId>/);
    expect(await network.ec2('DescribeFlowLogs')).toContain('<trafficType>ALL');
  }, 60_000);

  describe('that is updated from what the last release deployed', () => {
    const DATA = [
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::DynamoDB::Table',
      'AWS::Kinesis::Stream',
      'AWS::SQS::Queue',
    ];
    const env = { account: ACCOUNT, region: 'eu-west-1' };
    const contracts = readContracts();
    const STACKS: { [name: string]: () => Stack } = {
      'reference-stack': () =>
        new ReferenceStack(new App(), 'Lakehouse', { contracts, gold: exampleGold(), env }),
      'replicated-lake': () => replicatedLake({ account: ACCOUNT }).here,
    };

    beforeEach(() => fetch(`${moto.endpoint}/moto-api/reset`, { method: 'POST' }));

    test.each(Object.keys(STACKS))(
      '%s keeps every bucket, key, table, stream and queue',
      async (name) => {
        const stack = STACKS[name]();
        const emulated = await EmulatedStack.at(moto.endpoint, stack);
        const template = emulated.templateIn(assemblyOf(name, [stack], new Set(DATA)));
        const file = join(__dirname, '../snapshots/baseline', `${name}.json`);
        const baseline = JSON.parse(readFileSync(file, 'utf8')) as { [logicalId: string]: DataResource };
        const released = releasedTemplate(template, baseline);

        await emulated.create(released);
        const before = await emulated.physicalIds();
        expect(Object.keys(before).length).toBeGreaterThan(5);
        await emulated.update(template);
        expect(await emulated.physicalIds()).toMatchObject(before);

        // It would be seen: another name is another bucket.
        const [bucket] = Object.keys(before).filter(
          (id) => template.Resources?.[id].Type === 'AWS::S3::Bucket',
        );
        const renamed = { ...template.Resources?.[bucket].Properties, BucketName: 'another-name' };
        const resource = { ...template.Resources?.[bucket], Properties: renamed } as TemplateResource;
        await emulated.update({ ...template, Resources: { ...template.Resources, [bucket]: resource } });
        expect((await emulated.physicalIds())[bucket]).not.toBe(before[bucket]);
      },
      60_000,
    );
  });
});

/** What was released, as far as the baseline tells: what holds data, with what an update cannot change of it. */
function releasedTemplate(
  template: TemplateDocument,
  baseline: { readonly [logicalId: string]: DataResource },
): TemplateDocument {
  const resources = Object.entries(template.Resources ?? {}).filter(([id]) => id in baseline);
  return {
    Resources: Object.fromEntries(
      resources.map(([id, resource]): [string, TemplateResource] => [
        id,
        {
          ...resource,
          Type: baseline[id].type,
          Properties: { ...resource.Properties, ...baseline[id].identity },
        },
      ]),
    ),
  };
}
