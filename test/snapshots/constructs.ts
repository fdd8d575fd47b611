import { join } from 'node:path';
import { Duration, type Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { PrefixList, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Domain } from 'aws-cdk-lib/aws-opensearchservice';
import {
  AccessLogBucket,
  AuditAlarms,
  AuditTrail,
  BarrierInput,
  ContainerCluster,
  ContainerProcessor,
  CostWatch,
  DataContract,
  DataProduct,
  DeduplicationTable,
  ErasureAlarms,
  FileProcessor,
  FileSource,
  GovernedLake,
  type ILakeTable,
  type IZoneBucket,
  IndexSnapshotAlarms,
  IndexSnapshots,
  IngestStream,
  InputBarrier,
  LakeBackup,
  LakeCatalog,
  LakeCrawler,
  LakeFailover,
  LakeFormationSettings,
  LakeNetwork,
  LakeTable,
  LandingZone,
  MaintenanceSchedule,
  MedallionLake,
  OnlineStore,
  PartitionArchival,
  PartnerAccess,
  PipelineAlarms,
  PipelineWorkflow,
  ProductRegistry,
  QualityResponse,
  QualityRuleset,
  QueryWorkgroup,
  RegisteredProduct,
  ReplicaBucket,
  SharedDatabase,
  SilverAlarms,
  SilverProcessor,
  GlueSparkJob,
  SparkApplication,
  SqlText,
  SqlTransform,
  StreamArchive,
  StreamProcessor,
  StreamSource,
  SubjectErasure,
  TableCommitter,
  TableGate,
  TableMaintenance,
  TableProvisioner,
  TagGatedReads,
  WebhookAlarms,
  WebhookAuthentication,
  WebhookEndpoint,
  WorkflowStep,
  Zone,
  ZoneBucket,
  ZoneReplication,
} from '../../lib/aws';
import { ordersContract } from './orders-contract';

/** What constructs need from outside, imported, so that a snapshot shows only the construct. */
const given = {
  stream: (stack: Stack) =>
    IngestStream.fromStream(
      stack,
      'Given',
      Stream.fromStreamArn(stack, 'Stream', arn('kinesis', 'stream/events')),
    ),

  lake: (stack: Stack) => {
    const bucket = (zone: Zone) => ({
      bucket: Bucket.fromBucketName(stack, `Owned${zone}`, `owned-${zone}`),
    });
    return new MedallionLake(stack, 'Lake', {
      bronze: bucket(Zone.BRONZE),
      silver: bucket(Zone.SILVER),
      gold: bucket(Zone.GOLD),
      quarantine: bucket(Zone.QUARANTINE),
    });
  },

  table: (stack: Stack, zone: Zone): ILakeTable =>
    LakeTable.fromTableAttributes(stack, `Table${zone}`, {
      databaseName: `lake_${zone}`,
      tableName: 'orders',
      zoneBucket: given.zone(stack, zone),
    }),

  zone: (stack: Stack, zone: Zone): IZoneBucket =>
    ZoneBucket.fromBucket(stack, `Zone${zone}`, Bucket.fromBucketName(stack, `Bucket${zone}`, `b-${zone}`)),

  vpc: (stack: Stack) =>
    Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      isolatedSubnetIds: ['subnet-1', 'subnet-2'],
    }),

  secret: (stack: Stack) =>
    Secret.fromSecretCompleteArn(stack, 'Shared', arn('secretsmanager', 'secret:tickets-AbCdEf')),

  domain: (stack: Stack) =>
    Domain.fromDomainAttributes(stack, 'Domain', {
      domainArn: arn('es', 'domain/vectors'),
      domainEndpoint: 'search-vectors.eu-west-1.es.amazonaws.com',
    }),

  topic: (stack: Stack) => Topic.fromTopicArn(stack, 'Operators', arn('sns', 'operators')),

  processor: (stack: Stack) =>
    LambdaFunction.fromFunctionArn(stack, 'Processor', arn('lambda', 'function:processor')),
};

/** Each construct alone with its defaults. */
export const CONSTRUCTS: { readonly [name: string]: (stack: Stack) => void } = {
  AccessLogBucket: (stack) => new AccessLogBucket(stack, 'AccessLogs'),
  ZoneBucket: (stack) => new ZoneBucket(stack, 'Zone'),
  MedallionLake: (stack) => new MedallionLake(stack, 'Lake'),
  LandingZone: (stack) => new LandingZone(stack, 'Landing'),
  ZoneReplication: (stack) =>
    new ZoneReplication(stack, 'Replication', {
      source: new ZoneBucket(stack, 'Zone'),
      destinations: [
        ReplicaBucket.fromAttributes({
          bucketName: 'replica',
          encryptionKeyArn: arn('kms', 'key/replica'),
          account: stack.account,
          region: 'eu-west-1',
        }),
      ],
      topics: [given.topic(stack)],
    }),
  LakeBackup: (stack) => new LakeBackup(stack, 'Backup', { tagValues: ['confidential'] }),
  IndexSnapshots: (stack) =>
    new IndexSnapshots(stack, 'Snapshots', {
      domain: given.domain(stack),
      indexes: ['products', 'articles-*'],
      zone: given.zone(stack, Zone.GOLD),
    }),
  IndexSnapshotAlarms: (stack) =>
    new IndexSnapshotAlarms(stack, 'Alarms', {
      snapshots: new IndexSnapshots(stack, 'Snapshots', {
        domain: given.domain(stack),
        indexes: ['products'],
        zone: given.zone(stack, Zone.GOLD),
      }),
      topics: [given.topic(stack)],
    }),
  LakeNetwork: (stack) => {
    const list = (id: string) => PrefixList.fromPrefixListId(stack, id, `pl-${id.toLowerCase()}`);
    new LakeNetwork(stack, 'Network', { s3PrefixList: list('S3'), dynamoDbPrefixList: list('DynamoDb') });
  },
  IngestStream: (stack) => new IngestStream(stack, 'Events'),
  LakeCatalog: (stack) => new LakeCatalog(stack, 'Catalog', { lake: given.lake(stack) }),
  LakeCrawler: (stack) =>
    new LakeCrawler(stack, 'Crawler', {
      databaseName: 'landing',
      files: [{ zone: given.zone(stack, Zone.BRONZE), folder: 'landing/' }],
    }),
  TableProvisioner: (stack) => new TableProvisioner(stack, 'Tables'),
  LakeTable: (stack) =>
    new LakeTable(stack, 'Orders', {
      contract: ordersContract(),
      catalog: LakeCatalog.of(given.lake(stack)),
      zone: Zone.BRONZE,
    }),
  LakeFormationSettings: (stack) => void new LakeFormationSettings(stack, 'Settings'),
  GovernedLake: (stack) => {
    const catalog = LakeCatalog.of(given.lake(stack));
    const table = new LakeTable(stack, 'Orders', { contract: ordersContract(), catalog, zone: Zone.SILVER });
    const governed = new GovernedLake(stack, 'Governed', { catalog });
    const analysts = Role.fromRoleArn(stack, 'Analysts', arn('iam', 'role/analysts'));
    governed.grantSelect(analysts, table, { excludeClassifications: ['confidential'] });
  },
  SharedDatabase: (stack) =>
    void new SharedDatabase(stack, 'Shared', { ownerAccount: '444455556666', databaseName: 'lake_gold' }),
  RegisteredProduct: (stack) =>
    void new RegisteredProduct(stack, 'Orders', {
      registry: new ProductRegistry(stack, 'Registry'),
      contract: ordersContract(),
      ports: [{ zone: Zone.GOLD, table: given.table(stack, Zone.GOLD) }],
      inputs: [given.table(stack, Zone.SILVER)],
    }),
  AuditTrail: (stack) => new AuditTrail(stack, 'Audit', { zones: [given.zone(stack, Zone.BRONZE)] }),
  AuditAlarms: (stack) => {
    const bronze = given.zone(stack, Zone.BRONZE);
    new AuditAlarms(stack, 'Watch', {
      trail: new AuditTrail(stack, 'Audit', { zones: [bronze] }),
      appendOnlyZone: bronze,
      topics: [given.topic(stack)],
    });
  },
  PartnerAccess: (stack) =>
    new PartnerAccess(stack, 'Partner', {
      partner: new AccountPrincipal('444455556666'),
      externalId: 'orders-2026',
      tables: [given.table(stack, Zone.GOLD)],
    }),
  CostWatch: (stack) =>
    new CostWatch(stack, 'Cost', { monthlyLimit: 500, tagValue: 'orders', topic: given.topic(stack) }),
  TagGatedReads: (stack) => {
    const zone = new ZoneBucket(stack, 'Zone');
    new TagGatedReads(stack, 'Gate', {
      zone,
      exemptRoles: [Role.fromRoleArn(stack, 'Reader', arn('iam', 'role/reader'))],
    });
  },
  StreamProcessor: (stack) =>
    new StreamProcessor(stack, 'Processor', {
      contract: ordersContract(),
      source: StreamSource.kinesis(given.stream(stack)),
      bronze: given.table(stack, Zone.BRONZE),
      quarantine: given.table(stack, Zone.QUARANTINE),
    }),
  FileProcessor: (stack) =>
    new FileProcessor(stack, 'Files', {
      contract: ordersContract(),
      source: FileSource.bucket(new LandingZone(stack, 'Landing'), { prefix: 'incoming/orders' }),
      bronze: given.table(stack, Zone.BRONZE),
      quarantine: given.table(stack, Zone.QUARANTINE),
    }),
  OnlineStore: (stack) => new OnlineStore(stack, 'Online', { vpc: given.vpc(stack) }),
  DeduplicationTable: (stack) => new DeduplicationTable(stack, 'Events'),
  TableCommitter: (stack) => new TableCommitter(stack, 'Committer'),
  SilverProcessor: (stack) =>
    new SilverProcessor(stack, 'Silver', {
      contract: ordersContract(),
      bronze: given.table(stack, Zone.BRONZE),
      silver: given.table(stack, Zone.SILVER),
      quarantine: given.table(stack, Zone.QUARANTINE),
    }),
  ContainerCluster: (stack) => new ContainerCluster(stack, 'Containers'),
  ContainerProcessor: (stack) =>
    new ContainerProcessor(stack, 'Large', {
      image: ContainerImage.fromRegistry('registry.example.com/refine:1.2.3'),
    }),
  QualityRuleset: (stack) =>
    new QualityRuleset(stack, 'Quality', {
      contract: DataContract.fromFile(join(__dirname, '../../examples/quality/customers.odcs.yaml')),
      table: given.table(stack, Zone.BRONZE),
    }),
  TableGate: (stack) =>
    new TableGate(stack, 'Gate', {
      contract: DataContract.fromFile(join(__dirname, '../../examples/quality/customers.odcs.yaml')),
      table: given.table(stack, Zone.SILVER),
    }),
  QueryWorkgroup: (stack) => new QueryWorkgroup(stack, 'Workgroup'),
  GlueSparkJob: (stack) => new GlueSparkJob(stack, 'Sessions'),
  SparkApplication: (stack) => new SparkApplication(stack, 'Spark'),
  SqlTransform: (stack) =>
    new SqlTransform(stack, 'Transform', {
      sql: SqlText.inline('SELECT order_id FROM orders'),
      inputs: [{ name: 'orders', table: given.table(stack, Zone.SILVER) }],
      output: given.table(stack, Zone.GOLD),
      contract: ordersContract(),
      checkSql: false,
    }),
  PipelineWorkflow: (stack) =>
    new PipelineWorkflow(stack, 'Daily', {
      workflowName: 'orders-daily',
      steps: [WorkflowStep.refine('RefineOrders', given.processor(stack), given.table(stack, Zone.SILVER))],
      notifications: { topics: [given.topic(stack)] },
      limit: {},
      sla: { at: '08:00', timeZone: 'Europe/Berlin' },
    }),
  InputBarrier: (stack) =>
    new InputBarrier(stack, 'Inputs', {
      workflow: new PipelineWorkflow(stack, 'Reports', {
        steps: [WorkflowStep.function('Report', given.processor(stack))],
        alarms: { actionsEnabled: false },
      }),
      inputs: [
        BarrierInput.tablePublished('orders', given.table(stack, Zone.GOLD)),
        BarrierInput.tableCommitted('rates', given.table(stack, Zone.SILVER)),
      ],
    }),
  TableMaintenance: (stack) =>
    new TableMaintenance(stack, 'Maintenance', { table: given.table(stack, Zone.BRONZE) }),
  LakeFailover: (stack) =>
    new LakeFailover(stack, 'Failover', {
      tables: [given.table(stack, Zone.BRONZE), given.table(stack, Zone.SILVER)],
      topics: [given.topic(stack)],
    }),
  MaintenanceSchedule: (stack) =>
    new MaintenanceSchedule(stack, 'Maintenance', { tables: [given.table(stack, Zone.BRONZE)] }),
  PartitionArchival: (stack) =>
    new PartitionArchival(stack, 'Archival', {
      tables: [{ table: given.table(stack, Zone.SILVER), olderThan: Duration.days(90) }],
      lifecycleRule: false,
    }),
  SubjectErasure: (stack) =>
    new SubjectErasure(stack, 'Erasure', {
      tables: [given.table(stack, Zone.SILVER)],
      records: given.zone(stack, Zone.GOLD),
    }),
  ErasureAlarms: (stack) =>
    new ErasureAlarms(stack, 'Alarms', {
      erasure: new SubjectErasure(stack, 'Erasure', {
        tables: [given.table(stack, Zone.SILVER)],
        records: given.zone(stack, Zone.GOLD),
      }),
      topics: [given.topic(stack)],
    }),
  StreamArchive: (stack) => new StreamArchive(stack, 'Archive', { stream: given.stream(stack) }),
  WebhookEndpoint: (stack) =>
    new WebhookEndpoint(stack, 'Tickets', {
      stream: given.stream(stack),
      authentication: WebhookAuthentication.hmac({ secret: given.secret(stack) }),
    }),
  WebhookAlarms: (stack) =>
    new WebhookAlarms(stack, 'Alarms', {
      endpoint: new WebhookEndpoint(stack, 'Tickets', {
        stream: given.stream(stack),
        authentication: WebhookAuthentication.apiKey({ secret: given.secret(stack) }),
      }),
      topics: [given.topic(stack)],
    }),
  QualityResponse: (stack) =>
    new QualityResponse(stack, 'Response', {
      contract: DataContract.fromFile(join(__dirname, '../../examples/quality/customers.odcs.yaml')),
      rules: ['customer_id_present'],
      table: given.table(stack, Zone.SILVER),
      downstream: [EventSourceMapping.fromEventSourceMappingId(stack, 'Gold', 'gold')],
      topics: [given.topic(stack)],
    }),
  SilverAlarms: (stack) =>
    new SilverAlarms(stack, 'Alarms', {
      productName: 'orders',
      processor: given.processor(stack),
      queue: Queue.fromQueueArn(stack, 'Commits', arn('sqs', 'commits.fifo')),
      deadLetterQueue: Queue.fromQueueArn(stack, 'DeadLetters', arn('sqs', 'dead-letters.fifo')),
      topics: [given.topic(stack)],
    }),
  PipelineAlarms: (stack) =>
    new PipelineAlarms(stack, 'Alarms', {
      productName: 'orders',
      processor: given.processor(stack),
      stream: given.stream(stack),
      deadLetterQueue: Queue.fromQueueArn(stack, 'DeadLetters', arn('sqs', 'dead-letters')),
      serviceLevels: ordersContract().sla,
      topics: [given.topic(stack)],
    }),
  DataProduct: (stack) =>
    new DataProduct(stack, 'Orders', {
      contract: ordersContract(),
      lake: given.lake(stack),
      source: StreamSource.kinesis(given.stream(stack)),
      alarms: { topics: [given.topic(stack)] },
    }),
};

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
}
