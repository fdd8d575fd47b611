import { App, Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
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
 * A product in a company's stack: the key, the bronze bucket and the stream are there already, and an analyst's role
 * of the company is granted what it may read.
 */
const app = new App();
const platform = new Stack(app, 'Platform');
const key = new Key(platform, 'Key', { enableKeyRotation: true });
const landing = new Bucket(platform, 'Landing', {
  encryption: BucketEncryption.KMS,
  encryptionKey: key,
  enforceSSL: true,
  versioned: true,
});
const events = new Stream(platform, 'Events', { encryptionKey: key, retentionPeriod: Duration.days(3) });
const onCall = new Topic(platform, 'OnCall', { masterKey: key, enforceSSL: true });
const analyst = new Role(platform, 'Analyst', {
  assumedBy: new ServicePrincipal('athena.amazonaws.com'),
  managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonAthenaFullAccess')],
});

const stack = new Stack(app, 'Orders');
const lake = new MedallionLake(stack, 'Lake', { encryptionKey: key, bronze: { bucket: landing } });
const product = new DataProduct(stack, 'Product', {
  contract: DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`),
  lake,
  source: StreamSource.kinesis(
    IngestStream.fromStream(stack, 'OwnEvents', events, { retention: Duration.days(3) }),
  ),
  processor: { memorySize: 1024, maxBatchingWindow: Duration.seconds(10) },
});
product.alarms.notify(onCall);
product.table(Zone.BRONZE).grantRead(analyst);
app.synth();
