import { App, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import {
  DataContract,
  ErasureAlarms,
  LakeCatalog,
  LakeTable,
  LineageSink,
  MedallionLake,
  PipelineWorkflow,
  SqlText,
  SqlTransform,
  SubjectErasure,
  TableContent,
  TableGate,
  TransformTrigger,
  WorkflowStep,
  Zone,
  ZoneBucket,
} from 'lakehouse-constructs';

const app = new App();
const stack = new Stack(app, 'Governance');
const contract = DataContract.fromFile(`${__dirname}/orders.odcs.yaml`);
const revenue = DataContract.fromFile(`${__dirname}/daily-revenue.odcs.yaml`);
const lake = new MedallionLake(stack, 'Lake');
const catalog = LakeCatalog.of(lake);
const silver = new LakeTable(stack, 'Orders', { contract, catalog, zone: Zone.SILVER });
const results = new LakeTable(stack, 'OrdersQuality', {
  contract,
  catalog,
  zone: Zone.SILVER,
  content: TableContent.QUALITY_RESULTS,
});
const gold = new LakeTable(stack, 'Revenue', { contract: revenue, catalog, zone: Zone.GOLD });

/** Where every run tells what it read and made. */
const lineage = LineageSink.bucket(
  new ZoneBucket(stack, 'Lineage', { expirations: [{ prefix: '', after: Duration.days(365) }] }).bucket,
);
const gate = new TableGate(stack, 'OrdersGate', { contract, table: silver, results, lineage });
const dailyRevenue = new SqlTransform(stack, 'DailyRevenue', {
  sql: SqlText.inline(
    'SELECT CAST(placed_at AS DATE) AS day, sum(total) AS revenue FROM orders GROUP BY CAST(placed_at AS DATE)',
  ),
  inputs: [{ name: 'orders', table: silver }],
  output: gold,
  contract: revenue,
  trigger: TransformTrigger.none(),
  lineage,
});
const revenueGate = new TableGate(stack, 'RevenueGate', { contract: revenue, table: gold, lineage });

/** Customers who ask to be forgotten. What was done is kept for years, where nobody deletes it. */
const erasure = new SubjectErasure(stack, 'Erasure', {
  tables: [silver, gold],
  records: new ZoneBucket(stack, 'ErasureRecords', {
    objectLock: ObjectLockRetention.governance(Duration.days(365 * 3)),
  }),
});

/** What the company does itself, before and after. */
const own = (name: string): LambdaFunction =>
  new LambdaFunction(stack, name, {
    functionName: `governance-${name.toLowerCase()}`,
    runtime: Runtime.NODEJS_22_X,
    handler: `${name.toLowerCase()}.handler`,
    code: Code.fromAsset(`${__dirname}/functions`),
  });

/** The catalog of products: who owns what, and up to which day and snapshot it has been judged. */
const ENTRY = '/products/daily_revenue';
const register = CallAwsService.jsonata(stack, 'Register entry', {
  service: 'ssm',
  action: 'putParameter',
  parameters: {
    Name: ENTRY,
    Type: 'String',
    Overwrite: true,
    Value: `{% $string({
      'table': '${gold.uri}', 'contract': '${revenue.id}', 'version': '${revenue.version}', 'owner': '${revenue.team?.name}',
      'date': $date, 'snapshot': $results.Transform.snapshotId, 'sourceRecords': $results.Extract.records,
      'until': $results.Extract.time, 'execution': $states.context.Execution.Id }) %}`,
  },
  iamResources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: ENTRY.slice(1) })],
});

const onCall = new Topic(stack, 'OnCall', { masterKey: lake.encryptionKey, enforceSSL: true });
new ErasureAlarms(stack, 'ErasureAlarms', { erasure, topics: [onCall] });
const records = '{% $results.Extract.records %}';

/** Extract, validate, transform, load, archive: each step after the one before, with what that one answered. */
new PipelineWorkflow(stack, 'Daily', {
  workflowName: 'revenue-daily',
  steps: [
    WorkflowStep.function('Extract', own('Extract')),
    WorkflowStep.gate('Validate', gate.handler, silver),
    WorkflowStep.gold('Transform', dailyRevenue),
    WorkflowStep.gate('Load', revenueGate.handler, gold),
    WorkflowStep.chain('Register', register),
    WorkflowStep.function('Archive', own('Archive'), { payload: { date: '{% $date %}', records } }),
  ],
  schedule: ScheduleExpression.cron({ hour: '2', minute: '0' }),
  limit: { slots: 1 },
  notifications: { topics: [onCall] },
});
app.synth();
