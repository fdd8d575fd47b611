import {
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DetachedResource } from '../../lib/local/emulator/deployed-stack';
import type { EmulatedStack } from './emulated-stack';

/**
 * Does by the services' own calls what CloudFormation would have done with what moto's leaves out. The services check what
 * they are told: a copy of a bucket without versions, a lock without days, a plan without a vault are refused.
 * @returns types it knows no calls for
 */
export async function applyLeft(
  stack: EmulatedStack,
  s3: S3Client,
  resources: readonly DetachedResource[],
): Promise<string[]> {
  const unknown = new Set<string>();
  // A bucket has versions before anything is copied to or from it.
  for (const pass of [versions, settings]) {
    for (const { type, properties } of resources)
      if (type === 'AWS::S3::Bucket') await pass(s3, properties as any);
  }
  for (const { type, properties } of resources) {
    const apply = CALLS[type];
    if (type === 'AWS::S3::Bucket') continue;
    if (apply === undefined) unknown.add(type);
    else await apply(stack, s3, properties as any);
  }
  return [...unknown].sort();
}

async function versions(s3: S3Client, bucket: any): Promise<void> {
  if (bucket.VersioningConfiguration === undefined) return;
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: bucket.BucketName,
      VersioningConfiguration: bucket.VersioningConfiguration,
    }),
  );
}

async function settings(s3: S3Client, bucket: any): Promise<void> {
  const Bucket = bucket.BucketName;
  const {
    BucketEncryption,
    LifecycleConfiguration,
    ObjectLockConfiguration,
    PublicAccessBlockConfiguration,
    ReplicationConfiguration,
  } = bucket;
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: BucketEncryption.ServerSideEncryptionConfiguration.map(
          ({ ServerSideEncryptionByDefault, ...rest }: any) => ({
            ...rest,
            ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
          }),
        ),
      },
    }),
  );
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  if (ObjectLockConfiguration !== undefined)
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  if (LifecycleConfiguration !== undefined) {
    const Rules = LifecycleConfiguration.Rules.map(lifecycleRule);
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
  }
  if (ReplicationConfiguration === undefined) return;
  const Rules = ReplicationConfiguration.Rules.map(({ Id, ...rule }: any) => ({ ID: Id, ...rule }));
  await s3.send(
    new PutBucketReplicationCommand({
      Bucket,
      ReplicationConfiguration: { Role: ReplicationConfiguration.Role, Rules },
    }),
  );
}

/** S3 and CloudFormation name the parts of a rule differently. */
function lifecycleRule(rule: any): any {
  const { Id, Prefix, TagFilters = [], ExpirationInDays, ExpiredObjectDeleteMarker, ...rest } = rule;
  const { Transitions, NoncurrentVersionTransitions, ...others } = rest;
  const inDays = ({ TransitionInDays, ...one }: any) => ({ Days: TransitionInDays, ...one });
  const expiration = { Days: ExpirationInDays, ExpiredObjectDeleteMarker };
  return {
    ID: Id,
    Filter:
      TagFilters.length > 0 ? { And: { Prefix: Prefix ?? '', Tags: TagFilters } } : { Prefix: Prefix ?? '' },
    ...((ExpirationInDays ?? ExpiredObjectDeleteMarker) !== undefined && { Expiration: expiration }),
    ...(Transitions && { Transitions: Transitions.map(inDays) }),
    ...(NoncurrentVersionTransitions && {
      NoncurrentVersionTransitions: NoncurrentVersionTransitions.map(({ TransitionInDays, ...one }: any) => ({
        NoncurrentDays: TransitionInDays,
        ...one,
      })),
    }),
    ...others,
  };
}

type Apply = (stack: EmulatedStack, s3: S3Client, properties: any) => Promise<unknown>;

const CALLS: { readonly [type: string]: Apply } = {
  'AWS::S3::BucketPolicy': (_stack, s3, { Bucket, PolicyDocument }) =>
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(PolicyDocument) })),
  'AWS::Backup::BackupVault': (stack, _s3, { BackupVaultName, EncryptionKeyArn }) =>
    stack.call('backup', 'PUT', `/backup-vaults/${BackupVaultName}`, { EncryptionKeyArn }),
  'AWS::Backup::BackupPlan': (stack, _s3, { BackupPlan: { BackupPlanName, BackupPlanRule } }) =>
    stack.call('backup', 'PUT', '/backup/plans', {
      BackupPlan: {
        BackupPlanName,
        Rules: BackupPlanRule.map(({ TargetBackupVault, ...rule }: any) => ({
          TargetBackupVaultName: TargetBackupVault,
          ...rule,
        })),
      },
    }),
  'AWS::CloudTrail::Trail': async (stack, _s3, trail) => {
    const call = (name: string, body: object): Promise<unknown> =>
      stack.call('cloudtrail', 'POST', '/', body, `CloudTrail_20131101.${name}`);
    const { KMSKeyId, AdvancedEventSelectors, IsLogging, TrailName = 'audit', ...rest } = trail;
    await call('CreateTrail', { ...rest, Name: TrailName, KmsKeyId: KMSKeyId });
    await call('PutEventSelectors', { TrailName, AdvancedEventSelectors });
    if (IsLogging) await call('StartLogging', { Name: TrailName });
  },
};
