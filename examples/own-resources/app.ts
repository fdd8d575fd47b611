import { App, Duration, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  IngestStream,
  MedallionLake,
  StreamSource,
  Zone,
} from 'lakehouse-constructs';

/**
 * A product in a company's stack: the key, the buckets of bronze and silver, the stream and the network are there already, and an analyst's role
 * of the company is granted what it may read.
 */
const app = new App();
const platform = new Stack(app, 'Platform');
const key = new Key(platform, 'Key', { enableKeyRotation: true });
const bucketOf = (id: string) =>
  new Bucket(platform, id, {
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    versioned: true,
  });
const landing = bucketOf('Landing');
const curated = bucketOf('Curated');
const events = new Stream(platform, 'Events', { encryptionKey: key, retentionPeriod: Duration.days(3) });
const vpc = new Vpc(platform, 'Vpc', { maxAzs: 2, natGateways: 1 });
const onCall = new Topic(platform, 'OnCall', { masterKey: key, enforceSSL: true });
const analyst = new Role(platform, 'Analyst', {
  assumedBy: new ServicePrincipal('athena.amazonaws.com'),
  managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonAthenaFullAccess')],
});

const stack = new Stack(app, 'Orders');
const lake = new MedallionLake(stack, 'Lake', {
  encryptionKey: key,
  bronze: { bucket: landing },
  silver: { bucket: curated, prefix: 'silver' },
});
const product = new DataProduct(stack, 'Product', {
  contract: DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`),
  lake,
  source: StreamSource.kinesis(
    IngestStream.fromStream(stack, 'OwnEvents', events, { retention: Duration.days(3) }),
  ),
  processor: { memorySize: 1024, maxBatchingWindow: Duration.seconds(10), network: { vpc } },
  // What is too large for the function is done by tasks in the same network.
  silverProcessor: { large: { vpc } },
});
product.alarms.notify(onCall);
product.table(Zone.SILVER).grantRead(analyst);
app.synth();
