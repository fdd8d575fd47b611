import { Token } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { CfnAnomalyMonitor, CfnAnomalySubscription } from 'aws-cdk-lib/aws-ce';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { requireWithin } from '../bounds';

/** What may be spent on a product, and whom to tell. */
export interface CostWatchProps {
  /** US dollars a month. */
  readonly monthlyLimit: number;
  /**
   * Tag that costs are told apart by; it has to be activated as a cost allocation tag in the billing account.
   * @default 'DataProduct'
   */
  readonly tagKey?: string;
  /** Value of the tag, for example the product's name. */
  readonly tagValue: string;
  /** Topic told, for example the one of the pipeline's alarms. */
  readonly topic: ITopic;
  /**
   * Percentages of the limit at which the topic is told; spending that is foreseen to pass the limit is told, too.
   * @default [80, 100, 120]
   */
  readonly thresholds?: number[];
  /**
   * Rise over what is usual, in percent, at which an anomaly is told.
   * @default 20
   */
  readonly anomalyPercent?: number;
}

/**
 * Watches what a data product costs: a monthly budget by its tag, and AWS's detection of unusual spending.
 *
 * @throws Error for a limit or a percentage out of its bounds
 */
export class CostWatch extends Construct {
  readonly budget: CfnBudget;
  readonly anomalyMonitor: CfnAnomalyMonitor;
  readonly anomalySubscription: CfnAnomalySubscription;

  constructor(scope: Construct, id: string, props: CostWatchProps) {
    super(scope, id);
    const thresholds = props.thresholds ?? [80, 100, 120];
    const anomalyPercent = props.anomalyPercent ?? 20;
    requireBounds(props.monthlyLimit, thresholds, anomalyPercent);
    const tagKey = props.tagKey ?? 'DataProduct';
    const subscribers = [{ subscriptionType: 'SNS', address: props.topic.topicArn }];
    const notify = (threshold: number, notificationType: string) => ({
      notification: {
        comparisonOperator: 'GREATER_THAN',
        notificationType,
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers,
    });
    this.budget = new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: props.monthlyLimit, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${tagKey}$${props.tagValue}`] },
      },
      notificationsWithSubscribers: [
        ...thresholds.map((threshold) => notify(threshold, 'ACTUAL')),
        notify(100, 'FORECASTED'),
      ],
    });
    this.anomalyMonitor = new CfnAnomalyMonitor(this, 'Anomalies', {
      monitorName: `${tagKey} ${props.tagValue}`.slice(0, 1024),
      monitorType: 'CUSTOM',
      monitorSpecification: JSON.stringify({ Tags: { Key: tagKey, Values: [props.tagValue] } }),
    });
    this.anomalySubscription = new CfnAnomalySubscription(this, 'AnomalyAlerts', {
      subscriptionName: `${tagKey} ${props.tagValue}`.slice(0, 1024),
      frequency: 'IMMEDIATE',
      monitorArnList: [this.anomalyMonitor.attrMonitorArn],
      subscribers: [{ type: 'SNS', address: props.topic.topicArn }],
      thresholdExpression: JSON.stringify({
        Dimensions: {
          Key: 'ANOMALY_TOTAL_IMPACT_PERCENTAGE',
          MatchOptions: ['GREATER_THAN_OR_EQUAL'],
          Values: [String(anomalyPercent)],
        },
      }),
    });
    allowBilling(props.topic);
  }
}

/** Both services publish by themselves; an encrypted topic needs its key for them as well. */
function allowBilling(topic: ITopic): void {
  const principals = ['budgets.amazonaws.com', 'costalerts.amazonaws.com'].map(
    (service) => new iam.ServicePrincipal(service),
  );
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } };
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals,
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions,
    }),
  );
  topic.masterKey?.addToResourcePolicy(
    new iam.PolicyStatement({
      principals,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions,
    }),
  );
}

function requireBounds(limit: number, thresholds: readonly number[], anomalyPercent: number): void {
  if (!Token.isUnresolved(limit) && !(limit > 0)) {
    throw new Error(`monthlyLimit must be above 0 US dollars. Received ${limit}.`);
  }
  // Budgets take ten notifications, one of which is the forecast.
  if (thresholds.length > 9) {
    throw new Error(
      `thresholds has ${thresholds.length} entries; a budget takes 9 beside the forecast. Leave some out.`,
    );
  }
  for (const threshold of [...thresholds, anomalyPercent]) {
    requireWithin('A threshold', threshold, {
      minimum: 0.1,
      maximum: 1_000_000,
      unit: 'percent',
      remedy: '100 is the limit itself.',
    });
  }
}
