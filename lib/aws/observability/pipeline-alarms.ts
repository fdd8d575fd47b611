import { Duration } from 'aws-cdk-lib';
import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { AlarmFactory, AT_ONCE, PACKAGED_RUNBOOK, SUSTAINED, windowOf } from './alarm-factory';
import { AlarmGroup } from './alarm-group';
import { requireMetricNames } from './metric-name-rules';
import type { PipelineAlarmsProps } from './pipeline-alarms-props';
import { PipelineMetrics } from './pipeline-metrics';
import { type SettledThresholds, settleThresholds } from './pipeline-thresholds';

/**
 * The alarms of one pipeline, from a stream or from files to bronze. Each has its dimensions, says what missing data means, and
 * leads to the page that says what to do.
 *
 * Alarms that reach nobody are worse than none: without a topic or an action, synthesis fails, unless
 * `actionsEnabled` is false.
 */
export class PipelineAlarms extends AlarmGroup {
  /** The function reads records that are too old. Undefined without a stream. */
  readonly iteratorAge?: Alarm;
  /** Some reader of the stream is behind. Undefined without a stream. */
  readonly streamIteratorAge?: Alarm;
  /** Files wait too long. Undefined without a queue of files. */
  readonly queueAge?: Alarm;
  /** Files were refused as a whole. Undefined without a queue of files. */
  readonly refusedFiles?: Alarm;
  readonly functionErrors: Alarm;
  readonly functionThrottles: Alarm;
  /** Producers are refused: a shard is full. Undefined without a stream. */
  readonly refusedWrites?: Alarm;
  /** Readers are refused: too many of them share a shard. Undefined without a stream. */
  readonly refusedReads?: Alarm;
  /** Batches were given up. Undefined without a dead-letter queue. */
  readonly deadLetters?: Alarm;
  readonly quarantineRate: Alarm;
  /** Records have another shape than the contract's. Undefined with `enableSchemaDrift: false`. */
  readonly schemaDrift?: Alarm;
  /** Critical fields are missing, null or invalid. Undefined where no field is critical. */
  readonly criticalFields?: Alarm;
  /** Personal data is in columns that are not classified. Undefined where the processor does not look for any. */
  readonly personalData?: Alarm;
  readonly freshness: Alarm;
  /** Nothing arrives any more. Undefined where no frequency is promised. */
  readonly noData?: Alarm;
  /** Far fewer records than in the hour before. Undefined without `hourlyDropPercent`. */
  readonly hourlyDrop?: Alarm;
  /** Far fewer records than on the day before. Undefined without `dailyDropPercent`. */
  readonly dailyDrop?: Alarm;
  /** All of the above that exist. */
  readonly all: Alarm[];
  /** The metrics behind the alarms, for dashboards and alarms of your own. */
  readonly metrics: PipelineMetrics;

  /** @throws Error when a threshold or a name is out of its bounds; at synthesis when the alarms reach nobody */
  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    const thresholds = settleThresholds(
      props.thresholds ?? {},
      props.serviceLevels ?? {},
      props.stream?.retention,
    );
    requireOneSource(props);
    requireMetricNames(props.productName, props.metricNamespace ?? METRIC_NAMESPACE);
    this.metrics = new PipelineMetrics(props);
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    const product = props.productName;

    if (props.stream !== undefined) {
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
    }
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
    if (props.stream !== undefined) {
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
    }
    if (props.queue !== undefined) {
      this.queueAge = alarms.create('QueueAge', {
        metric: this.metrics.queueAge(),
        threshold: thresholds.queueAge.toSeconds(),
        ...SUSTAINED,
        // No message, no age.
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning: `${product}: a file waits for longer than ${thresholds.queueAge.toHumanString()}.`,
        runbookSection: 'queue-age',
      });
      this.refusedFiles = alarms.create('RefusedFiles', {
        metric: this.metrics.filesRefused(),
        threshold: thresholds.refusedFiles,
        ...AT_ONCE,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning: `${product}: files were refused as a whole; quarantine says which and why.`,
        runbookSection: 'refused-files',
      });
    }
    if (props.deadLetterQueue !== undefined) {
      this.deadLetters = alarms.create('DeadLetters', {
        metric: this.metrics.deadLetters(),
        threshold: thresholds.deadLetters,
        ...AT_ONCE,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning:
          props.stream === undefined
            ? `${product}: files were given up; they are where they arrived, but not in the tables.`
            : `${product}: batches were given up; their records are lost when the stream's retention ends.`,
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
    if (props.enableSchemaDrift ?? true) {
      this.schemaDrift = alarms.create('SchemaDrift', {
        metric: this.metrics.schemaDrift(),
        threshold: thresholds.schemaDrift,
        // One bad record of a stream is none; of files there may be no second for a day.
        ...(props.queue === undefined ? SUSTAINED : AT_ONCE),
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning: `${product}: records have fields that the contract does not name, of other types, or lack some it requires.`,
        runbookSection: 'schema-drift',
      });
    }
    const critical = props.criticalFields ?? [];
    if (critical.length > 0) {
      this.criticalFields = alarms.create('CriticalFields', {
        metric: this.metrics.criticalFieldAnomalies(),
        threshold: thresholds.criticalFieldAnomalies,
        ...AT_ONCE,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning: `${product}: critical fields are missing, null or invalid; there are ${critical.length} of them: ${shortList(critical)}.`,
        runbookSection: 'critical-fields',
      });
    }
    if (props.detectsPersonalData ?? false) {
      this.personalData = alarms.create('PersonalData', {
        metric: this.metrics.unclassifiedPersonalData(),
        threshold: thresholds.unclassifiedPersonalData,
        ...AT_ONCE,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning: `${product}: records show personal data in columns that the contract does not classify.`,
        runbookSection: 'personal-data',
      });
    }
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
    const drop = (id: string, percent: number | undefined, period: Duration, before: string) =>
      percent === undefined
        ? undefined
        : alarms.create(id, {
            metric: this.metrics.volumeDropPercent(period),
            threshold: percent,
            from: true,
            // CloudWatch is given the period before as well: a difference needs two.
            evaluationPeriods: 2,
            datapointsToAlarm: 1,
            // Nothing at all is what the no-data alarm is for.
            treatMissingData: TreatMissingData.NOT_BREACHING,
            meaning: `${product}: at least ${percent} % fewer records ${before}.`,
            runbookSection: 'volume-drop',
          });
    this.hourlyDrop = drop(
      'HourlyDrop',
      thresholds.hourlyDropPercent,
      Duration.hours(1),
      'than in the hour before',
    );
    this.dailyDrop = drop(
      'DailyDrop',
      thresholds.dailyDropPercent,
      Duration.days(1),
      'than on the day before',
    );

    this.all = [
      this.iteratorAge,
      this.streamIteratorAge,
      this.functionErrors,
      this.functionThrottles,
      this.refusedWrites,
      this.refusedReads,
      this.queueAge,
      this.refusedFiles,
      this.deadLetters,
      this.quarantineRate,
      this.schemaDrift,
      this.criticalFields,
      this.personalData,
      this.freshness,
      this.noData,
      this.hourlyDrop,
      this.dailyDrop,
    ].filter((alarm) => alarm !== undefined);

    for (const topic of props.topics ?? []) this.notify(topic);
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

/** CloudWatch cuts nothing off: a description of more than 1,024 characters fails the deployment. */
function shortList(paths: readonly string[]): string {
  const text = paths.join(', ');
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}

function requireOneSource({ productName, stream, queue }: PipelineAlarmsProps): void {
  if ((stream === undefined) !== (queue === undefined)) return;
  throw new Error(
    `The alarms of "${productName}" were given ${stream === undefined ? 'neither stream nor queue' : 'both stream and queue'}. ` +
      'Pass the stream its function reads, or the queue its files come by.',
  );
}
