import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import {
  type DataContract,
  DataProduct,
  type HandlerNetwork,
  type EventDeduplication,
  FileSource,
  IngestStream,
  LakeCatalog,
  LakeTable,
  LandingZone,
  LineageSink,
  MedallionLake,
  type PersonalDataDetection,
  PipelineWorkflow,
  QualityGates,
  QueryWorkgroup,
  SqlEngine,
  SqlText,
  SqlTransform,
  StreamSource,
  TableGate,
  type Transform,
  WorkflowStep,
  Zone,
  ZoneBucket,
} from '../lib/aws';

/** A gold table made by SQL of the silver table of a product, which the SQL knows by the product's table name. */
export interface GoldTable {
  readonly product: string;
  readonly contract: DataContract;
  /** File of one SELECT. */
  readonly sql: string;
}

export interface ReferenceStackProps extends StackProps {
  /** One product is made of the first schema object of each; their table names must differ. */
  readonly contracts: DataContract[];

  /**
   * Contracts of products that are fed by files, which arrive in `incoming/<table>/` of one landing zone.
   * @default - none: every product is fed by a stream of its own
   */
  readonly fileContracts?: DataContract[];

  /**
   * Tables made of those of the products.
   * @default - none
   */
  readonly gold?: GoldTable[];

  /**
   * Environment, for example `dev`: part of the database names and of the namespace of the metrics, so that several
   * fit in one account.
   * @default - none
   */
  readonly environment?: string;

  /**
   * Address the alarms are mailed to, once the owner has confirmed the subscription.
   * @default - nobody: subscribe to the topic in the outputs
   */
  readonly alarmEmail?: string;

  /**
   * Code of your own that the records of every product go through.
   * @default - none
   */
  readonly transform?: Transform;

  /**
   * Network every function runs in, a `LakeNetwork` for example, where that is your rule.
   * @default - none: they reach AWS over TLS, and nothing reaches them
   */
  readonly network?: HandlerNetwork;

  /**
   * Takes each event of every product once.
   * @default - every record counts
   */
  readonly deduplication?: EventDeduplication;

  /**
   * Looks at a sample of the records of every product for personal data that its contract does not classify.
   * @default - nobody looks
   */
  readonly personalDataDetection?: PersonalDataDetection;

  /**
   * What becomes of the data when the stack is deleted. With DESTROY the buckets are emptied first.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A whole lakehouse: a lake with its catalog, and for each contract a stream, the product it feeds up to silver, and
 * alarms.
 *
 * It is made for a cheap idle day (docs/costs.md): one key for everything, and provisioned streams of as many shards
 * as the contract's throughput asks for, which is one where it promises none. An on-demand stream costs more while
 * nothing happens and needs no sizing; take it for a load you cannot foresee.
 */
export class ReferenceStack extends Stack {
  readonly lake: MedallionLake;
  readonly catalog: LakeCatalog;
  /** By table name, in the order of the contracts. */
  readonly products: Map<string, DataProduct>;
  /** Told of every alarm. */
  readonly alarmTopic: Topic;
  /** Where lineage is told: a bucket of its own, events kept for a year. */
  readonly lineage: LineageSink;

  constructor(scope: Construct, id: string, props: ReferenceStackProps) {
    super(scope, id, { description: 'Lakehouse from data contracts', ...props });
    const { removalPolicy, environment, network } = props;
    this.lake = new MedallionLake(this, 'Lake', {
      environment,
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
    this.catalog = new LakeCatalog(this, 'Catalog', {
      lake: this.lake,
      name: 'lakehouse',
      network,
      removalPolicy,
    });
    this.alarmTopic = new Topic(this, 'Alarms', { masterKey: this.lake.encryptionKey, enforceSSL: true });
    if (props.alarmEmail !== undefined)
      this.alarmTopic.addSubscription(new EmailSubscription(props.alarmEmail));
    this.lineage = LineageSink.bucket(
      this.addBucket('Lineage', 'lineage-events/', Duration.days(365), props).bucket,
    );
    this.products = new Map(
      props.contracts.map((contract) => [contract.schema().tableName, this.addProduct(contract, props)]),
    );
    for (const contract of props.fileContracts ?? [])
      this.products.set(contract.schema().tableName, this.addFileProduct(contract, props));
    for (const gold of props.gold ?? []) this.addGold(gold, props);
    new CfnOutput(this, 'AlarmTopicArn', { value: this.alarmTopic.topicArn });
  }

  private addProduct(contract: DataContract, props: ReferenceStackProps): DataProduct {
    const id = this.productId(contract);
    const stream = new IngestStream(this, `${id}Events`, {
      mode: StreamMode.PROVISIONED,
      throughput: { recordsPerSecond: contract.sla.recordsPerSecond ?? 1 },
      encryptionKey: this.lake.encryptionKey,
      removalPolicy: props.removalPolicy,
    });
    const product = new DataProduct(this, id, {
      contract,
      lake: this.lake,
      catalog: this.catalog,
      source: StreamSource.kinesis(stream),
      processor: {
        transform: props.transform,
        network: props.network,
        deduplication: props.deduplication,
        personalDataDetection: props.personalDataDetection,
      },
      alarms: { topics: [this.alarmTopic] },
      lineage: this.lineage,
    });
    new CfnOutput(this, `${id}StreamName`, { value: stream.stream.streamName });
    this.tellTables(id, product);
    return product;
  }

  /** Fed by the files of a folder of the landing zone. */
  private addFileProduct(contract: DataContract, props: ReferenceStackProps): DataProduct {
    const id = this.productId(contract);
    const { removalPolicy, network, personalDataDetection } = props;
    const existing = this.node.tryFindChild('Landing');
    const landing =
      existing instanceof LandingZone
        ? existing
        : new LandingZone(this, 'Landing', {
            encryptionKey: this.lake.encryptionKey,
            serverAccessLogsBucket: this.lake.logBucket,
            removalPolicy,
            autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
          });
    const prefix = `incoming/${contract.schema().tableName}/`;
    const product = new DataProduct(this, id, {
      contract,
      lake: this.lake,
      catalog: this.catalog,
      source: FileSource.bucket(landing, { prefix }),
      fileProcessor: { network, personalDataDetection },
      alarms: { topics: [this.alarmTopic] },
      lineage: this.lineage,
    });
    new CfnOutput(this, `${id}Folder`, { value: landing.s3Uri(prefix) });
    this.tellTables(id, product);
    return product;
  }

  private productId(contract: DataContract): string {
    const { tableName } = contract.schema();
    const id = pascalCase(tableName);
    if (this.node.tryFindChild(id) === undefined) return id;
    throw new Error(`Two contracts describe a table "${tableName}". Give one of them another physicalName.`);
  }

  private tellTables(id: string, product: DataProduct): void {
    for (const [name, zone] of [
      ['Bronze', Zone.BRONZE],
      ['Silver', Zone.SILVER],
      ['Quarantine', Zone.QUARANTINE],
    ] as const)
      new CfnOutput(this, `${id}${name}Table`, { value: product.table(zone).uri });
  }

  private addGold({ product, contract, sql }: GoldTable, props: ReferenceStackProps): void {
    const { tableName } = contract.schema();
    const source = this.products.get(product);
    if (source === undefined) {
      const known = [...this.products.keys()].join(', ');
      throw new Error(
        `The gold table ${tableName} is made of "${product}", which is no product. There are: ${known}.`,
      );
    }
    const output = new LakeTable(this, `${pascalCase(tableName)}Gold`, {
      contract,
      catalog: this.catalog,
      zone: Zone.GOLD,
    });
    const transform = new SqlTransform(this, `${pascalCase(tableName)}Transform`, {
      sql: SqlText.fromFile(sql),
      inputs: [{ name: product, table: source.table(Zone.SILVER) }],
      output,
      engine: SqlEngine.athena({ workgroup: this.queryWorkgroup(props) }),
      encryptionKey: this.lake.encryptionKey,
      network: props.network,
      lineage: this.lineage,
      metricNamespace: source.processor.metricNamespace,
    });
    new CfnOutput(this, `${pascalCase(tableName)}GoldTable`, { value: output.uri });
    this.addWorkflow(source, transform, contract, props);
  }

  /**
   * The verdict of a day: all rules over all rows of silver, gold brought up to date, its rules, and only then an event that
   * it may be read. Gold is made on commit already, minutes after silver, so that the step in between finds nothing to do but
   * after a failure; what commits cannot do is judge whole tables, and say that a day is complete.
   */
  private addWorkflow(
    source: DataProduct,
    transform: SqlTransform,
    contract: DataContract,
    props: ReferenceStackProps,
  ): void {
    const { tableName } = contract.schema();
    const id = pascalCase(tableName);
    const gates = [
      { of: source.contract, table: source.table(Zone.SILVER), results: source.qualityResults },
      { of: contract, table: transform.output, results: undefined },
    ].map(({ of, table, results }, index) =>
      QualityGates.of(of.schema()).gates.every(({ notEvaluated }) => notEvaluated !== undefined)
        ? []
        : [
            WorkflowStep.gate(
              index === 0 ? 'CheckSilver' : 'CheckGold',
              new TableGate(this, `${id}${index === 0 ? 'Silver' : 'Gold'}Gate`, {
                contract: of,
                table,
                results,
                workgroup: this.queryWorkgroup(props),
                encryptionKey: this.lake.encryptionKey,
                network: props.network,
                lineage: this.lineage,
                productName: index === 0 ? source.processor.productName : transform.productName,
                metricNamespace: source.processor.metricNamespace,
              }).handler,
              table,
            ),
          ],
    );
    const workflow = new PipelineWorkflow(this, `${id}Workflow`, {
      steps: [...gates[0], WorkflowStep.gold('MakeGold', transform), ...gates[1]],
      publish: [transform.output],
      schedule: ScheduleExpression.cron({ hour: '2', minute: '0' }),
      limit: { slots: 1 },
      notifications: { topics: [this.alarmTopic] },
      encryptionKey: this.lake.encryptionKey,
    });
    new CfnOutput(this, `${id}WorkflowArn`, { value: workflow.stateMachine.stateMachineArn });
  }

  /** With the lake's key and log bucket: two of each less to pay for. */
  private queryWorkgroup(props: ReferenceStackProps): QueryWorkgroup {
    const existing = this.node.tryFindChild('Queries');
    if (existing instanceof QueryWorkgroup) return existing;
    const results = this.addBucket('QueryResults', 'query-results/', Duration.days(7), props);
    return new QueryWorkgroup(this, 'Queries', { results });
  }

  private addBucket(
    id: string,
    serverAccessLogsPrefix: string,
    after: Duration,
    { removalPolicy }: ReferenceStackProps,
  ): ZoneBucket {
    return new ZoneBucket(this, id, {
      encryptionKey: this.lake.encryptionKey,
      serverAccessLogsBucket: this.lake.logBucket,
      serverAccessLogsPrefix,
      expirations: [{ prefix: '', after }],
      noncurrentVersionExpiration: Duration.days(1),
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
  }
}

function pascalCase(tableName: string): string {
  return tableName.replace(/(?:^|_+)([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
