// A lake that survives: a copy in a second region within 15 minutes, evidence nobody deletes, daily backups in a locked
// vault, of models and their vectors as well, old data in cheaper classes, and the raw stream kept for good.
import { App, Duration, Stack, Tags } from 'aws-cdk-lib';
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Domain } from 'aws-cdk-lib/aws-opensearchservice';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  IndexSnapshotAlarms,
  IndexSnapshots,
  IngestStream,
  LakeBackup,
  MedallionLake,
  PartitionArchival,
  StreamArchive,
  StreamSource,
  TieringProfile,
  Zone,
  ZoneBucket,
} from 'lakehouse-constructs';

const account = '111111111111';
const app = new App();
const there = new Stack(app, 'Replica', { env: { account, region: 'eu-central-1' } });
const here = new Stack(app, 'Lake', { env: { account, region: 'eu-west-1' } });
const objectLock = ObjectLockRetention.governance(Duration.days(365));

const destination = new MedallionLake(there, 'Lake', {
  name: 'acme-replica',
  encryptionKeyAlias: 'alias/acme-replica',
  // Copies are as locked as what they are copies of, and are read only when the first region is gone.
  bronze: { objectLock, tiering: [{ profile: TieringProfile.INSTANT_ARCHIVE }] },
});

const alarms = new Topic(here, 'Alarms', {
  masterKey: new Key(here, 'AlarmKey', { enableKeyRotation: true }),
  enforceSSL: true,
});
const lake = new MedallionLake(here, 'Lake', {
  name: 'acme',
  bronze: { objectLock },
  accessMonitoring: {},
  replication: { destination, timeControl: true, existingObjects: true, topics: [alarms] },
});

const stream = new IngestStream(here, 'OrderEvents');
new StreamArchive(here, 'OrderArchive', { stream });

const orders = new DataProduct(here, 'Orders', {
  contract: DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`),
  lake,
  source: StreamSource.kinesis(stream),
});
orders.alarms.notify(alarms);
new PartitionArchival(here, 'Archival', {
  tables: [{ table: orders.table(Zone.BRONZE), olderThan: Duration.days(90) }],
});

// What a model answers with: its versions in a bucket that is backed up, its vectors in a search domain of another app, which
// AWS Backup does not take in.
const models = new ZoneBucket(here, 'Models');
const vectors = new IndexSnapshots(here, 'VectorSnapshots', {
  domain: Domain.fromDomainAttributes(here, 'Vectors', {
    domainArn: `arn:aws:es:eu-west-1:${account}:domain/vectors`,
    domainEndpoint: 'search-vectors-abc123.eu-west-1.es.amazonaws.com',
  }),
  indexes: ['products-*'],
  zone: models,
});
new IndexSnapshotAlarms(here, 'VectorSnapshotAlarms', { snapshots: vectors, topics: [alarms] });

for (const backedUp of [lake, models]) Tags.of(backedUp).add('DataClassification', 'confidential');
new LakeBackup(here, 'Backup', {
  tagValues: ['confidential'],
  retention: Duration.days(365),
  coldStorageAfter: Duration.days(30),
  lockFor: Duration.days(30),
});
app.synth();
