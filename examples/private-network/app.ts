import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  IngestStream,
  LakeCatalog,
  LakeEndpoint,
  LakeNetwork,
  MedallionLake,
  StreamSource,
} from 'lakehouse-constructs';

/**
 * A product that runs in a network without a way out: every function and task, those that make the tables included. The
 * addresses of S3 and DynamoDB are looked up in the account when the app is synthesized by the CDK CLI.
 */
const app = new App();
const env = {
  account: process.env.CDK_DEFAULT_ACCOUNT ?? '123456789012',
  region: process.env.CDK_DEFAULT_REGION ?? 'eu-central-1',
};
const stack = new Stack(app, 'Orders', { env });
const lake = new MedallionLake(stack, 'Lake');
const network = new LakeNetwork(stack, 'Network', {
  encryptionKey: lake.encryptionKey,
  // What the functions call, and what tasks of Fargate need beside it.
  endpoints: [
    LakeEndpoint.GLUE,
    LakeEndpoint.SQS,
    LakeEndpoint.CLOUDWATCH_LOGS,
    LakeEndpoint.ECR,
    LakeEndpoint.ECR_DOCKER,
  ],
});
const product = new DataProduct(stack, 'Product', {
  contract: DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`),
  lake,
  catalog: new LakeCatalog(stack, 'Catalog', { lake, network }),
  source: StreamSource.kinesis(new IngestStream(stack, 'OrderEvents', { encryptionKey: lake.encryptionKey })),
  processor: { network },
  silverProcessor: { large: {} },
});
product.alarms.notify(new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true }));
app.synth();
