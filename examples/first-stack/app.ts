import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DataContract, DataProduct, IngestStream, MedallionLake, StreamSource } from 'lakehouse-constructs';

const app = new App();
const stack = new Stack(app, 'Orders');

const lake = new MedallionLake(stack, 'Lake');
const stream = new IngestStream(stack, 'OrderEvents');
const alarms = new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true });

const product = new DataProduct(stack, 'Product', {
  contract: DataContract.fromFile(`${__dirname}/orders.odcs.yaml`),
  lake,
  source: StreamSource.kinesis(stream),
});
product.alarms.notify(alarms);
app.synth();
