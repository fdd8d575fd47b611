import { App, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  IngestStream,
  LakeFailover,
  MedallionLake,
  StreamSource,
} from 'lakehouse-constructs';

/** A product in one region, its copy in another, and what takes over there. */
const app = new App();
const contract = DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`);
const account = '111111111111';

const there = new Stack(app, 'Standby', { env: { account, region: 'eu-central-1' } });
const replica = new MedallionLake(there, 'Lake', {
  name: 'acme-replica',
  encryptionKeyAlias: 'alias/acme-replica',
});
// The same pipeline on the copies. It does not read: its tables are to be empty when the copies take their place.
const standby = new DataProduct(there, 'Product', {
  contract,
  lake: replica,
  source: StreamSource.kinesis(new IngestStream(there, 'OrderEvents')),
  processor: { enabled: false },
  alarms: { actionsEnabled: false },
});
const operators = new Topic(there, 'Operators', { masterKey: replica.encryptionKey, enforceSSL: true });
new LakeFailover(there, 'Failover', {
  stateMachineName: 'acme-failover',
  tables: standby.allTables,
  eventSources: [standby.processor.eventSourceMapping],
  topics: [operators],
});

const here = new Stack(app, 'Primary', { env: { account, region: 'eu-west-1' } });
const alarms = new Topic(here, 'Alarms', {
  masterKey: new Key(here, 'AlarmKey', { enableKeyRotation: true }),
  enforceSSL: true,
});
const lake = new MedallionLake(here, 'Lake', {
  name: 'acme',
  replication: { destination: replica, timeControl: true, topics: [alarms] },
});
const product = new DataProduct(here, 'Product', {
  contract,
  lake,
  source: StreamSource.kinesis(new IngestStream(here, 'OrderEvents')),
});
product.alarms.notify(alarms);
app.synth();
