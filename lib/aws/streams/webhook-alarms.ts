import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { requireWhole } from '../bounds';
import { AlarmFactory, AT_ONCE, PACKAGED_RUNBOOK } from '../observability/alarm-factory';
import { AlarmGroup } from '../observability/alarm-group';
import type { WebhookEndpoint } from './webhook-endpoint';

/** What the alarms of an endpoint watch, and whom they tell. */
export interface WebhookAlarmsProps {
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;

  /**
   * Requests answered with 5xx, within five minutes, that are no reason for an alarm.
   * @default 0
   */
  readonly failedThreshold?: number;

  /**
   * Requests refused with 4xx, within five minutes, that are no reason for an alarm: an address on the internet is tried out.
   * @default 10
   */
  readonly refusedThreshold?: number;

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
   * Page the alarms' descriptions link to, at `#webhook-failures` and `#webhook-refusals`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;
}

/**
 * The alarms of a webhook: requests could not be taken, or are refused. The first may lose what a producer does not send again;
 * the second is a secret that does not match, a producer that changed what it sends, or somebody who tries.
 */
export class WebhookAlarms extends AlarmGroup {
  /** Requests were answered with 5xx. */
  readonly failed: Alarm;
  /** Requests were refused. */
  readonly refused: Alarm;
  readonly all: Alarm[];

  /** @throws Error for thresholds out of their bounds; at synthesis when the alarms reach nobody */
  constructor(scope: Construct, id: string, props: WebhookAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    const { endpoint, failedThreshold, refusedThreshold } = props;
    for (const [name, value] of Object.entries({ failedThreshold, refusedThreshold })) {
      requireWhole(name, value, {
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        remedy: 'It is a number of requests within five minutes; 0 tells of the first.',
      });
    }
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    this.failed = alarms.create('Failed', {
      metric: endpoint.metricFailed(),
      threshold: failedThreshold ?? 0,
      ...AT_ONCE,
      // Nobody sends at night.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${endpoint.productName}: requests could not be taken; producers were told to send them again.`,
      runbookSection: 'webhook-failures',
    });
    this.refused = alarms.create('Refused', {
      metric: endpoint.metricRefused(),
      threshold: refusedThreshold ?? 10,
      ...AT_ONCE,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${endpoint.productName}: requests are refused, by their credentials or their form.`,
      runbookSection: 'webhook-refusals',
    });
    this.all = [this.failed, this.refused];
    for (const topic of props.topics ?? []) this.notify(topic);
  }
}
