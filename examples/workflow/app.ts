import { App, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  BarrierInput,
  DataContract,
  InputBarrier,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  PipelineWorkflow,
  SilverProcessor,
  SqlText,
  SqlTransform,
  TransformTrigger,
  WorkflowStep,
  WorkflowTrigger,
  Zone,
} from 'lakehouse-constructs';

const app = new App();
const stack = new Stack(app, 'Orders');
const contract = DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`);
const revenue = DataContract.fromFile(`${__dirname}/daily-revenue.odcs.yaml`);
const lake = new MedallionLake(stack, 'Lake');
const catalog = LakeCatalog.of(lake);
const table = (zone: Zone, of = contract): LakeTable =>
  new LakeTable(stack, `${zone}Orders`, { contract: of, catalog, zone });
const [bronze, silver, quarantine] = [Zone.BRONZE, Zone.SILVER, Zone.QUARANTINE].map((zone) => table(zone));
const refinement = new SilverProcessor(stack, 'Silver', { contract, bronze, silver, quarantine });
const gold = table(Zone.GOLD, revenue);
const dailyRevenue = new SqlTransform(stack, 'DailyRevenue', {
  sql: SqlText.inline(
    'SELECT CAST(placed_at AS DATE) AS day, sum(total) AS revenue FROM orders GROUP BY CAST(placed_at AS DATE)',
  ),
  inputs: [{ name: 'orders', table: silver }],
  output: gold,
  contract: revenue,
  trigger: TransformTrigger.none(),
});
/** A gate of your own: answers `{ decision, results }`. */
const check = new LambdaFunction(stack, 'Check', {
  functionName: 'check-orders',
  runtime: Runtime.NODEJS_22_X,
  handler: 'check-orders.handler',
  code: Code.fromAsset(`${__dirname}/functions`),
});
const onCall = new Topic(stack, 'OnCall', { masterKey: lake.encryptionKey, enforceSSL: true });
onCall.addSubscription(new EmailSubscription('data-on-call@example.com'));
const shop = new Topic(stack, 'ShopTeam', { masterKey: lake.encryptionKey, enforceSSL: true });

/** Every night: silver, its gate, gold; done by eight in the morning, one run at a time. */
const daily = new PipelineWorkflow(stack, 'Daily', {
  workflowName: 'orders-daily',
  steps: [
    WorkflowStep.silver('RefineOrders', refinement),
    WorkflowStep.gate('CheckOrders', check, silver, { sourceTeam: shop }),
    WorkflowStep.gold('DailyRevenue', dailyRevenue),
  ],
  schedule: ScheduleExpression.cron({ hour: '2', minute: '0', timeZone: TimeZone.of('Europe/Berlin') }),
  sla: { at: '08:00', timeZone: 'Europe/Berlin' },
  limit: { slots: 1 },
  notifications: { topics: [onCall] },
  switches: new StringParameter(stack, 'Switches', { parameterName: '/orders/checks', stringValue: '{}' }),
});

/** Every hour: the checks alone, tried again once after five minutes when they could not be made. */
new PipelineWorkflow(stack, 'Quality', {
  workflowName: 'orders-quality',
  steps: [WorkflowStep.gate('CheckOrders', check, silver)],
  schedule: ScheduleExpression.rate(Duration.hours(1)),
  retries: { maxAttempts: 1, interval: Duration.minutes(5), backoffRate: 1, jitter: false },
  notifications: { topics: [onCall] },
  publish: [],
});

/** When somebody reports that nulls rise: keep the rows apart, tell the shop, and bring silver up to date again. */
const keepApart = new LambdaFunction(stack, 'KeepApart', {
  functionName: 'keep-apart',
  runtime: Runtime.NODEJS_22_X,
  handler: 'keep-apart.handler',
  code: Code.fromAsset(`${__dirname}/functions`),
});
new PipelineWorkflow(stack, 'Remedy', {
  workflowName: 'orders-remedy',
  steps: [
    WorkflowStep.gate('CheckOrders', check, silver, {
      sourceTeam: shop,
      remedies: [WorkflowStep.function('KeepApart', keepApart)],
    }),
  ],
  triggers: [WorkflowTrigger.event({ source: ['shop.monitoring'], detailType: ['Null rate rose'] })],
  notifications: { topics: [onCall] },
  publish: [],
});

/** Reports wait for the day's revenue and for what finance delivers. */
const reports = new PipelineWorkflow(stack, 'Reports', {
  workflowName: 'finance-reports',
  steps: [
    WorkflowStep.function('Reconcile', keepApart, {
      payload: { date: '{% $date %}', run: '{% $states.context.Execution.Name %}' },
    }),
  ],
  notifications: { topics: [onCall] },
});
new InputBarrier(stack, 'ReportInputs', {
  workflow: reports,
  inputs: [
    BarrierInput.tablePublished('revenue', gold),
    BarrierInput.object(
      'finance',
      Bucket.fromBucketName(stack, 'Finance', 'finance-exports'),
      'ledger/{date}/_SUCCESS',
    ),
  ],
  deadline: { at: '09:00', timeZone: 'Europe/Berlin', topics: [onCall] },
});
daily.alarms.notify(shop);
app.synth();
