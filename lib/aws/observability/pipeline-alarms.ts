import { Stack } from 'aws-cdk-lib';
import { type Alarm, type IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ServiceLevels } from '../../contract';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import type { IIngestStream } from '../streams';
import { AlarmFactory, windowOf } from './alarm-factory';
import { requireMetricNames } from './metric-name-rules';
import { PipelineMetrics } from './pipeline-metrics';
import { type PipelineThresholds, type SettledThresholds, settleThresholds } from './pipeline-thresholds';

/** How the alarms of a pipeline behave; what they watch is in `PipelineAlarmsProps`. */
export interface PipelineAlarmsOptions {
  /**
   * Thresholds of your own, alarm by alarm. 0 is a threshold like any other.
   * @default - derived from the contract's service levels and the stream's retention
   */
  readonly thresholds?: PipelineThresholds;

  /**
   * Topics told when an alarm starts and when it ends. More can be added with `notify`.
   * @default - none: add a topic with `notify` or an action with `addAction`, or synthesis fails
   */
  readonly topics?: ITopic[];

  /**
   * Whether the alarms tell anybody. Set to false, they still show their state, and need no receiver.
   * @default true
   */
  readonly actionsEnabled?: boolean;

  /**
   * Page the alarms' descriptions link to. Each adds the fragment of its section: `#iterator-age`,
   * `#function-errors`, `#function-throttles`, `#refused-writes`, `#refused-reads`, `#dead-letters`,
   * `#quarantine-rate`, `#freshness`, `#no-data`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;
}

/** What a pipeline's alarms watch, and how they behave. */
export interface PipelineAlarmsProps extends PipelineAlarmsOptions {
  /** Name of the data product, as the handler reports it. */
  readonly productName: string;

  /** The function that reads the stream. */
  readonly processor: IFunction;

  /** The stream it reads; one the user owns comes in by `IngestStream.fromStream`. */
  readonly stream: IIngestStream;

  /**
   * Queue of the batches that were given up.
   * @default - no dead-letter alarm
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * What the contract promises: `contract.sla`.
   * @default - one hour of latency, one percent of errors, no frequency
   */
  readonly serviceLevels?: ServiceLevels;

  /**
   * CloudWatch namespace of the handler's metrics.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

/** Nobody is paged for what a second look does not confirm: two of three periods. */
const SUSTAINED = { evaluationPeriods: 3, datapointsToAlarm: 2 };
/** For what does not go away by itself. */
const AT_ONCE = { evaluationPeriods: 1, datapointsToAlarm: 1 };

const PACKAGED_RUNBOOK = 'lakehouse-constructs/docs/operations.md';

/**
 * The alarms of one pipeline from stream to bronze. Each has its dimensions, says what missing data means, and
 * leads to the page that says what to do.
 *
 * Alarms that reach nobody are worse than none: without a topic or an action, synthesis fails, unless
 * `actionsEnabled` is false.
 */
export class PipelineAlarms extends Construct {
  /** The function reads records that are too old. */
  readonly iteratorAge: Alarm;
  /** Some reader of the stream is behind. */
  readonly streamIteratorAge: Alarm;
  readonly functionErrors: Alarm;
  readonly functionThrottles: Alarm;
  /** Producers are refused: a shard is full. */
  readonly refusedWrites: Alarm;
  /** Readers are refused: too many of them share a shard. */
  readonly refusedReads: Alarm;
  /** Batches were given up. Undefined without a dead-letter queue. */
  readonly deadLetters?: Alarm;
  readonly quarantineRate: Alarm;
  readonly freshness: Alarm;
  /** Nothing arrives any more. Undefined where no frequency is promised. */
  readonly noData?: Alarm;
  /** All of the above that exist. */
  readonly all: Alarm[];
  /** The metrics behind the alarms, for dashboards and alarms of your own. */
  readonly metrics: PipelineMetrics;

  private readonly told: ITopic[] = [];
  private hasAction = false;

  /** @throws Error when a threshold or a name is out of its bounds; at synthesis when the alarms reach nobody */
  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    const actionsEnabled = props.actionsEnabled ?? true;
    const thresholds = settleThresholds(
      props.thresholds ?? {},
      props.serviceLevels ?? {},
      props.stream.retention,
    );
    requireMetricNames(props.productName, props.metricNamespace ?? METRIC_NAMESPACE);
    this.metrics = new PipelineMetrics(props);
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, actionsEnabled);
    const product = props.productName;

    this.iteratorAge = alarms.create('IteratorAge', {
      metric: this.metrics.consumerIteratorAge(),
      threshold: thresholds.iteratorAge.toMilliseconds(),
      ...SUSTAINED,
      // No invocation, no age: an idle stream is not behind.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: records are older than ${thresholds.iteratorAge.toHumanString()} when they are read.`,
      runbookSection: 'iterator-age',
    });
    this.streamIteratorAge = alarms.create('StreamIteratorAge', {
      metric: this.metrics.streamIteratorAge(),
      threshold: thresholds.iteratorAge.toMilliseconds(),
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: a reader of the stream is more than ${thresholds.iteratorAge.toHumanString()} behind.`,
      runbookSection: 'iterator-age',
    });
    this.functionErrors = alarms.create('FunctionErrors', {
      metric: this.metrics.functionErrors(),
      threshold: thresholds.functionErrors,
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: invocations keep failing, and their batches are retried.`,
      runbookSection: 'function-errors',
    });
    this.functionThrottles = alarms.create('FunctionThrottles', {
      metric: this.metrics.functionThrottles(),
      threshold: thresholds.functionThrottles,
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: invocations are refused for want of concurrency.`,
      runbookSection: 'function-throttles',
    });
    this.refusedWrites = alarms.create('RefusedWrites', {
      metric: this.metrics.refusedWritesPercent(),
      threshold: thresholds.refusedWritesPercent,
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: producers are refused more than ${thresholds.refusedWritesPercent} % of their records.`,
      runbookSection: 'refused-writes',
    });
    this.refusedReads = alarms.create('RefusedReads', {
      metric: this.metrics.refusedReads(),
      threshold: thresholds.refusedReads,
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: the readers of a shard exceed its limit.`,
      runbookSection: 'refused-reads',
    });
    if (props.deadLetterQueue !== undefined) {
      this.deadLetters = alarms.create('DeadLetters', {
        metric: this.metrics.deadLetters(),
        threshold: thresholds.deadLetters,
        ...AT_ONCE,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning: `${product}: batches were given up; their records are lost when the stream's retention ends.`,
        runbookSection: 'dead-letters',
      });
    }
    this.quarantineRate = alarms.create('QuarantineRate', {
      metric: this.metrics.quarantinedPercent(),
      threshold: thresholds.quarantinedPercent,
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: more than ${thresholds.quarantinedPercent} % of the records break the contract.`,
      runbookSection: 'quarantine-rate',
    });
    this.freshness = alarms.create('Freshness', {
      metric: this.metrics.freshness(),
      threshold: thresholds.freshness.toMilliseconds(),
      ...SUSTAINED,
      // Nothing committed because nothing came is what the no-data alarm is for.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: records take longer than ${thresholds.freshness.toHumanString()} from arrival to the table.`,
      runbookSection: 'freshness',
    });
    this.noData = this.createNoDataAlarm(alarms, product, thresholds);

    this.all = [
      this.iteratorAge,
      this.streamIteratorAge,
      this.functionErrors,
      this.functionThrottles,
      this.refusedWrites,
      this.refusedReads,
      this.deadLetters,
      this.quarantineRate,
      this.freshness,
      this.noData,
    ].filter((alarm) => alarm !== undefined);

    for (const topic of props.topics ?? []) this.notify(topic);
    this.node.addValidation({
      validate: () => (this.hasAction || !actionsEnabled ? [] : [reachesNobody(this.node.path)]),
    });
  }

  /**
   * Tells a topic when an alarm starts and when it ends. CloudWatch is allowed to publish to the topic and to use
   * its key, as far as both belong to this app; the owner of an imported topic adds the same two statements.
   */
  notify(topic: ITopic): void {
    if (this.told.includes(topic)) return;
    this.told.push(topic);
    allowAlarms(topic);
    this.addAction(new SnsAction(topic));
  }

  /** Adds an action of your own, for the start and the end of every alarm. */
  addAction(action: IAlarmAction): void {
    this.hasAction = true;
    for (const alarm of this.all) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  private createNoDataAlarm(
    alarms: AlarmFactory,
    product: string,
    { silence }: SettledThresholds,
  ): Alarm | undefined {
    if (silence === undefined) return undefined;
    const window = windowOf(silence);
    return alarms.create('NoData', {
      metric: this.metrics.recordsRead(window.period),
      threshold: 1,
      below: true,
      // Twice the promised span, so that a record a moment late raises nothing.
      evaluationPeriods: 2 * window.periods,
      datapointsToAlarm: 2 * window.periods,
      // The handler reports nothing when it is given nothing.
      treatMissingData: TreatMissingData.BREACHING,
      meaning: `${product}: no record for twice ${silence.toHumanString()}.`,
      runbookSection: 'no-data',
    });
  }
}

function reachesNobody(path: string): string {
  return (
    `The alarms of "${path}" reach nobody. Call notify(topic) or addAction(action), pass topics, ` +
    'or set actionsEnabled: false to say that nobody is to be told.'
  );
}

/** A topic with any policy of its own has lost the default one, and an encrypted one needs its key: both are easily missed. */
function allowAlarms(topic: ITopic): void {
  const cloudwatch = new iam.ServicePrincipal('cloudwatch.amazonaws.com');
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } };
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [cloudwatch],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions,
    }),
  );
  topic.masterKey?.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [cloudwatch],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions,
    }),
  );
}
