import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  IngestStream,
  Lookup,
  MedallionLake,
  StreamSource,
  Transform,
} from 'lakehouse-constructs';

/** Raw orders come in; orders with their totals and their customers' names come out. */
const app = new App();
const stack = new Stack(app, 'PurchaseOrders');
const lake = new MedallionLake(stack, 'Lake');
const customers = new Table(stack, 'Customers', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  encryption: TableEncryption.CUSTOMER_MANAGED,
  encryptionKey: lake.encryptionKey,
});

const product = new DataProduct(stack, 'Orders', {
  contract: DataContract.fromFile(`${__dirname}/purchase-orders.odcs.yaml`),
  lake,
  source: StreamSource.kinesis(new IngestStream(stack, 'Stream')),
  processor: {
    transform: Transform.fromFile(`${__dirname}/enrich-order.ts`, {
      inputContract: DataContract.fromFile(`${__dirname}/raw-orders.odcs.yaml`),
      lookups: { customers: Lookup.dynamoDb(customers, { keyAttribute: 'id' }) },
    }),
  },
});
product.alarms.notify(new Topic(stack, 'Alarms', { masterKey: lake.encryptionKey, enforceSSL: true }));
app.synth();
