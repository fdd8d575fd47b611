import { Duration } from 'aws-cdk-lib';
import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ServiceLevels } from '../../contract';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { requireDuration } from '../bounds';
import { AlarmFactory, AT_ONCE, PACKAGED_RUNBOOK, SUSTAINED } from './alarm-factory';
import { AlarmGroup } from './alarm-group';
import { requireMetricNames } from './metric-name-rules';
import { DEFAULT_LATENCY } from './pipeline-thresholds';
import { SilverMetrics, type SilverMetricsProps } from './silver-metrics';

/** What the alarms of a silver table watch, and whom they tell. */
export interface SilverAlarmsProps extends SilverMetricsProps {
  /**
   * Queue of the requests that were given up.
   * @default - no such alarm
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * Queue of the requests that the container gave up.
   * @default - no such alarm
   */
  readonly containerDeadLetterQueue?: IQueue;

  /**
   * What the contract promises: `contract.sla`.
   * @default - one hour of latency
   */
  readonly serviceLevels?: ServiceLevels;

  /**
   * How long silver may be behind bronze, from a minute on.
   * @default - the contract's `latency`, at least a minute; one hour where it names none
   */
  readonly maxLag?: Duration;

  /**
   * Topics told when an alarm starts and when it ends. More can be added with `notify`.
   * @default - none: add a topic with `notify` or an action with `addAction`, or synthesis fails
   */
  readonly topics?: ITopic[];

  /**
   * Whether the alarms tell anybody.
   * @default true
   */
  readonly actionsEnabled?: boolean;

  /**
   * Page the alarms' descriptions link to, at `#silver-lag`, `#silver-waiting`, `#silver-errors` and
   * `#silver-dead-letters`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;
}

/**
 * The alarms of one silver table: it is behind bronze, updates fail, requests were given up. Quality gates that fail
 * have alarms of their own, `QualityAlarms`.
 */
export class SilverAlarms extends AlarmGroup {
  /** An update found commits that were too old. */
  readonly lag: Alarm;
  /** Commits wait that no update has taken in, because updates fail or do not run. */
  readonly waiting: Alarm;
  readonly functionErrors: Alarm;
  readonly functionThrottles: Alarm;
  /** Undefined without a dead-letter queue. */
  readonly deadLetters?: Alarm;
  /** Undefined without a container. */
  readonly containerDeadLetters?: Alarm;
  readonly all: Alarm[];
  /** The metrics behind the alarms, for dashboards and alarms of your own. */
  readonly metrics: SilverMetrics;

  /** @throws Error when a name or `maxLag` is out of its bounds; at synthesis when the alarms reach nobody */
  constructor(scope: Construct, id: string, props: SilverAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    requireMetricNames(props.productName, props.metricNamespace ?? METRIC_NAMESPACE);
    requireDuration('maxLag', props.maxLag, {
      minimum: SHORTEST.toSeconds(),
      maximum: Number.MAX_SAFE_INTEGER,
      remedy: 'Leave it out for the latency the contract promises.',
    });
    this.metrics = new SilverMetrics(props);
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    const product = props.productName;
    const maxLag = props.maxLag ?? promisedLag(props.serviceLevels);

    this.lag = alarms.create('Lag', {
      metric: this.metrics.lag(),
      threshold: maxLag.toMilliseconds(),
      ...SUSTAINED,
      // No update, no lag: what waits for one is the next alarm's.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: silver is more than ${maxLag.toHumanString()} behind bronze.`,
      runbookSection: 'silver-lag',
    });
    this.waiting = alarms.create('Waiting', {
      metric: this.metrics.waiting(),
      threshold: maxLag.toSeconds(),
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: commits to bronze have waited more than ${maxLag.toHumanString()} to enter silver.`,
      runbookSection: 'silver-waiting',
    });
    this.functionErrors = alarms.create('FunctionErrors', {
      metric: this.metrics.functionErrors(),
      threshold: 0,
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: updates of silver break off, out of time or memory.`,
      runbookSection: 'silver-errors',
    });
    this.functionThrottles = alarms.create('FunctionThrottles', {
      metric: this.metrics.functionThrottles(),
      threshold: 0,
      ...SUSTAINED,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${product}: updates of silver are refused for want of concurrency.`,
      runbookSection: 'function-throttles',
    });
    const deadLetters = (id_: string, queue: IQueue | undefined, who: string): Alarm | undefined =>
      queue &&
      alarms.create(id_, {
        metric: this.metrics.deadLetters(queue),
        threshold: 0,
        ...AT_ONCE,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning: `${product}: ${who} gave up requests to update silver; later ones take up what is missing.`,
        runbookSection: 'silver-dead-letters',
      });
    this.deadLetters = deadLetters('DeadLetters', props.deadLetterQueue, 'the function');
    this.containerDeadLetters = deadLetters(
      'ContainerDeadLetters',
      props.containerDeadLetterQueue,
      'the container',
    );

    this.all = [
      this.lag,
      this.waiting,
      this.functionErrors,
      this.functionThrottles,
      this.deadLetters,
      this.containerDeadLetters,
    ].filter((alarm) => alarm !== undefined);
    for (const topic of props.topics ?? []) this.notify(topic);
  }
}

/** The resolution of the metrics. */
const SHORTEST = Duration.minutes(1);

function promisedLag(levels: ServiceLevels = {}): Duration {
  const { latencySeconds = DEFAULT_LATENCY.toSeconds() } = levels;
  return Duration.seconds(Math.max(SHORTEST.toSeconds(), Math.ceil(latencySeconds)));
}
