import type { Json, TemplateSource } from '../template';
import { type PlacedResource, referenceOf, resourcesOf, type TemplateFinding, valueAt } from './finding';

/** Where each type that keeps data names the key it is encrypted with; a star is each element of a list. */
const KEY_OF: { [type: string]: readonly (string | number)[] } = {
  'AWS::Athena::WorkGroup': [
    'WorkGroupConfiguration',
    'ResultConfiguration',
    'EncryptionConfiguration',
    'KmsKey',
  ],
  'AWS::Backup::BackupVault': ['EncryptionKeyArn'],
  'AWS::CloudTrail::Trail': ['KMSKeyId'],
  'AWS::DynamoDB::GlobalTable': ['Replicas', '*', 'SSESpecification', 'KMSMasterKeyId'],
  'AWS::DynamoDB::Table': ['SSESpecification', 'KMSMasterKeyId'],
  'AWS::ECR::Repository': ['EncryptionConfiguration', 'KmsKey'],
  'AWS::EFS::FileSystem': ['KmsKeyId'],
  'AWS::ElastiCache::ReplicationGroup': ['KmsKeyId'],
  'AWS::Kinesis::Stream': ['StreamEncryption', 'KeyId'],
  'AWS::KinesisFirehose::DeliveryStream': ['DeliveryStreamEncryptionConfigurationInput', 'KeyARN'],
  'AWS::Logs::LogGroup': ['KmsKeyId'],
  'AWS::MSK::Cluster': ['EncryptionInfo', 'EncryptionAtRest', 'DataVolumeKMSKeyId'],
  'AWS::RDS::DBCluster': ['KmsKeyId'],
  'AWS::RDS::DBInstance': ['KmsKeyId'],
  'AWS::S3::Bucket': [
    'BucketEncryption',
    'ServerSideEncryptionConfiguration',
    0,
    'ServerSideEncryptionByDefault',
    'KMSMasterKeyID',
  ],
  'AWS::SNS::Topic': ['KmsMasterKeyId'],
  'AWS::SQS::Queue': ['KmsMasterKeyId'],
  'AWS::SecretsManager::Secret': ['KmsKeyId'],
};

/**
 * What is not encrypted by a key of yours, and keys that are not rotated. Buckets that receive server access logs
 * are left out: S3 delivers those to SSE-S3 only
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html).
 * @param except logical ids or types that are left out
 */
export function encryptionFindings(source: TemplateSource, ...except: string[]): TemplateFinding[] {
  const resources = resourcesOf(source, except);
  const logBuckets = new Set(
    resources.flatMap(({ resource }) => {
      const bucket = referenceOf(
        valueAt(resource.Properties, ['LoggingConfiguration', 'DestinationBucketName']),
      );
      return bucket ?? [];
    }),
  );
  return resources.flatMap((placed) => {
    const { logicalId, resource } = placed;
    const problem = logBuckets.has(logicalId) ? sseProblem(placed) : keyProblem(placed);
    return problem === undefined ? [] : [{ logicalId, type: resource.Type, problem }];
  });
}

function keyProblem({ resource }: PlacedResource): string | undefined {
  if (resource.Type === 'AWS::KMS::Key') return rotationProblem(resource.Properties);
  const path = KEY_OF[resource.Type];
  if (path === undefined) return undefined;
  // Firehose refuses a key where the stream it reads keeps the records, encrypted, until they are delivered.
  if (valueAt(resource.Properties, ['DeliveryStreamType']) === 'KinesisStreamAsSource') return undefined;
  for (const place of placesOf(resource.Properties, path)) {
    const key = valueAt(resource.Properties, place);
    if (key === undefined) return `no key at ${place.join('.')}.`;
    if (typeof key === 'string' && key.includes('alias/aws/')) {
      return `${place.join('.')} is ${key}, a key of AWS whose policy and use you do not control.`;
    }
  }
  return undefined;
}

/** The path itself, or one for each element where it has a star. */
function placesOf(properties: Json, path: readonly (string | number)[]): (readonly (string | number)[])[] {
  const star = path.indexOf('*');
  if (star < 0) return [path];
  const list = valueAt(properties, path.slice(0, star));
  const count = Array.isArray(list) ? list.length : 0;
  return Array.from({ length: count }, (_, i) => [...path.slice(0, star), i, ...path.slice(star + 1)]);
}

function sseProblem({ resource }: PlacedResource): string | undefined {
  const path = KEY_OF['AWS::S3::Bucket'].slice(0, 2);
  return valueAt(resource.Properties, path) === undefined ? `no ${path.join('.')}.` : undefined;
}

/** Only symmetric keys can be rotated by KMS. */
function rotationProblem(properties: Json): string | undefined {
  const spec = valueAt(properties, ['KeySpec']) ?? 'SYMMETRIC_DEFAULT';
  if (spec !== 'SYMMETRIC_DEFAULT' || valueAt(properties, ['EnableKeyRotation']) === true) return undefined;
  return 'EnableKeyRotation is not true.';
}
