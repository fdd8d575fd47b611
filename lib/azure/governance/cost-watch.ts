import { ConsumptionBudgetResourceGroup } from '@cdktf/provider-azurerm/lib/consumption-budget-resource-group';
import { ConsumptionBudgetSubscription } from '@cdktf/provider-azurerm/lib/consumption-budget-subscription';
import { CostAnomalyAlert } from '@cdktf/provider-azurerm/lib/cost-anomaly-alert';
import { Fn, type TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { known, literal, requireTerraformStack } from '../../terraform';
import type { IResourceGroup } from '../resource-group';
import { subscriptionId } from './policy-scope';

/** Who is told, for example an `azurerm_monitor_action_group`. */
export interface IActionGroup {
  /** Resource id. */
  readonly id: string;
}

/** What may be spent on a product, and whom to tell. */
export interface CostWatchProps {
  /** A month, in the currency of the billing account. */
  readonly monthlyLimit: number;
  /**
   * Tag that costs are told apart by.
   * @default 'DataProduct'
   */
  readonly tagKey?: string;
  /** Value of the tag, for example the product's name. */
  readonly tagValue: string;
  /** Told, for example that of the pipeline's alarms. */
  readonly actionGroup: IActionGroup;
  /**
   * Group whose costs count.
   * @default - the whole subscription of the provider
   */
  readonly resourceGroup?: IResourceGroup;
  /**
   * Whole percentages of the limit at which somebody is told, up to four; spending that is foreseen to pass the limit is told, too.
   * @default [80, 100, 120]
   */
  readonly thresholds?: number[];
  /**
   * First of a month, `2027-01-01T00:00:00Z`, at which the budget begins.
   * @default - the month it is deployed in
   */
  readonly startDate?: string;
  /**
   * Addresses told of unusual spending in the subscription, by mail: Azure's detection knows neither tags nor thresholds.
   * @default - none
   */
  readonly anomalyEmails?: string[];
}

/** A budget takes that many notifications, one of which is the forecast. */
const MOST_THRESHOLDS = 4;

/**
 * Watches what a data product costs: a monthly budget by its tag, and Azure's detection of unusual spending.
 *
 * @throws Error for a limit or a percentage Azure would refuse
 */
export class CostWatch extends Construct {
  readonly budget: TerraformResource;
  /** Undefined without `anomalyEmails`. */
  readonly anomalyAlert?: CostAnomalyAlert;

  constructor(scope: Construct, id: string, props: CostWatchProps) {
    super(scope, id);
    requireTerraformStack(this);
    const thresholds = props.thresholds ?? [80, 100, 120];
    requireBudget(props, thresholds);
    const { tagKey = 'DataProduct', tagValue, resourceGroup, actionGroup } = props;
    const notify = (threshold: number, thresholdType: string) => ({
      enabled: true,
      threshold,
      thresholdType,
      operator: 'GreaterThan',
      contactGroups: [actionGroup.id],
    });
    const common = {
      // What only Terraform will know cannot be made a name of.
      name: `${tagKey}-${known(tagValue) ?? this.node.addr.slice(-8)}`
        .replace(/[^A-Za-z\d_-]/g, '-')
        .slice(0, 63),
      amount: props.monthlyLimit,
      timeGrain: 'Monthly',
      // Azure takes no month that is over.
      timePeriod: { startDate: props.startDate ?? Fn.formatdate("YYYY-MM-'01T00:00:00Z'", Fn.timestamp()) },
      filter: { tag: [{ name: literal(tagKey), values: [literal(tagValue)] }] },
      notification: [...thresholds.map((one) => notify(one, 'Actual')), notify(100, 'Forecasted')],
      ...(props.startDate === undefined && { lifecycle: { ignoreChanges: ['time_period'] } }),
    };
    this.budget =
      resourceGroup === undefined
        ? new ConsumptionBudgetSubscription(this, 'Budget', {
            ...common,
            subscriptionId: subscriptionId(this),
          })
        : new ConsumptionBudgetResourceGroup(this, 'Budget', {
            ...common,
            resourceGroupId: resourceGroup.id,
          });
    if (props.anomalyEmails) {
      this.anomalyAlert = new CostAnomalyAlert(this, 'Anomalies', {
        name: `${common.name}-anomalies`,
        displayName: literal(`Unusual spending, told for ${tagValue}`),
        emailSubject: subjectOf(tagValue),
        emailAddresses: props.anomalyEmails,
      });
    }
  }
}

/** Azure takes 70 characters. */
function subjectOf(tagValue: string): string {
  const subject = `Unusual spending: ${tagValue}`;
  return literal(known(subject)?.slice(0, 70) ?? subject);
}

function requireBudget(
  { monthlyLimit, startDate, anomalyEmails }: CostWatchProps,
  thresholds: readonly number[],
): void {
  const limit = known(monthlyLimit);
  if (limit !== undefined && !(limit > 0))
    throw new Error(`monthlyLimit must be above 0. Received ${limit}.`);
  if (thresholds.length > MOST_THRESHOLDS) {
    throw new Error(
      `thresholds has ${thresholds.length} entries; a budget takes ${MOST_THRESHOLDS} beside the forecast. Leave some out.`,
    );
  }
  for (const threshold of thresholds) {
    const percent = known(threshold);
    if (percent === undefined || (Number.isInteger(percent) && percent >= 1 && percent <= 1000)) continue;
    throw new Error(
      `A threshold must be 1 to 1000 whole percent. Received ${percent}. 100 is the limit itself.`,
    );
  }
  const start = known(startDate);
  if (start !== undefined && !/^\d{4}-(0[1-9]|1[0-2])-01T00:00:00Z$/.test(start)) {
    throw new Error(
      `startDate must be the first of a month. Received "${start}". Write 2027-01-01T00:00:00Z.`,
    );
  }
  if (anomalyEmails?.length === 0) {
    throw new Error(
      'anomalyEmails is empty, so that nobody would be told. Leave it out, or name an address.',
    );
  }
}
