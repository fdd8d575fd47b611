import { BillingBudget } from '@cdktf/provider-google/lib/billing-budget';
import type { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import type { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { Construct } from 'constructs';
import { known, requireTerraformStack } from '../../terraform';
import { requireLabels } from '../storage/labels';

/** What may be spent on a product, and whom to tell. */
export interface CostWatchProps {
  /** `012345-6789AB-CDEF01`. */
  readonly billingAccount: string;
  /** A month, in `currencyCode`, whole units. */
  readonly monthlyLimit: number;
  /**
   * Currency of the billing account; another one is refused when it is deployed.
   * @default 'USD'
   */
  readonly currencyCode?: string;
  /**
   * Label that costs are told apart by.
   * @default 'data-product'
   */
  readonly labelKey?: string;
  /**
   * Value of the label, for example the product's name.
   * @default - all costs of `projects`
   */
  readonly labelValue?: string;
  /**
   * Projects whose costs count, `projects/<number>`.
   * @default - all of the billing account
   */
  readonly projects?: string[];
  /**
   * Topic told at each update of the costs, several times a day, with or without a threshold passed.
   * @default - none
   */
  readonly topic?: PubsubTopic;
  /**
   * Channels told at each threshold: e-mail, chat. Five at the most.
   * @default - the billing administrators
   */
  readonly notificationChannels?: MonitoringNotificationChannel[];
  /**
   * Percentages of the limit at which to tell; spending that is foreseen to pass the limit is told, too.
   * @default [80, 100, 120]
   */
  readonly thresholds?: number[];
}

/** https://docs.cloud.google.com/billing/docs/how-to/budgets-notification-recipients */
const MOST_CHANNELS = 5;

/**
 * Watches what a data product costs: a monthly budget over what carries its label.
 *
 * @throws Error for a limit, a percentage or a number of channels out of bounds, and where neither a label nor a project
 * says whose costs are meant
 */
export class CostWatch extends Construct {
  readonly budget: BillingBudget;

  constructor(scope: Construct, id: string, props: CostWatchProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { labelKey = 'data-product', labelValue, projects, notificationChannels = [] } = props;
    const thresholds = props.thresholds ?? [80, 100, 120];
    requireBounds(props, thresholds);
    if (labelValue === undefined && projects === undefined) {
      throw new Error(
        `"${this.node.path}" would watch the whole billing account. Give a labelValue, or projects.`,
      );
    }
    if (labelValue !== undefined) requireLabels(this.node.path, { [labelKey]: labelValue });
    const told = props.topic !== undefined || notificationChannels.length > 0;
    this.budget = new BillingBudget(this, 'Budget', {
      billingAccount: props.billingAccount,
      displayName: this.node.path.slice(0, 60),
      amount: {
        specifiedAmount: {
          currencyCode: props.currencyCode ?? 'USD',
          units: String(props.monthlyLimit),
        },
      },
      budgetFilter: {
        calendarPeriod: 'MONTH',
        projects,
        labels: labelValue === undefined ? undefined : { [labelKey]: labelValue },
      },
      thresholdRules: [
        ...thresholds.map((percent) => ({
          thresholdPercent: percent / 100,
          spendBasis: 'CURRENT_SPEND',
        })),
        { thresholdPercent: 1, spendBasis: 'FORECASTED_SPEND' },
      ],
      allUpdatesRule: told
        ? {
            pubsubTopic: props.topic?.id,
            schemaVersion: '1.0',
            monitoringNotificationChannels:
              notificationChannels.length > 0 ? notificationChannels.map(({ id }) => id) : undefined,
            disableDefaultIamRecipients: notificationChannels.length > 0,
          }
        : undefined,
    });
  }
}

function requireBounds(props: CostWatchProps, thresholds: readonly number[]): void {
  const limit = known(props.monthlyLimit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new Error(`monthlyLimit must be a whole number above 0. Received ${limit}.`);
  }
  const account = known(props.billingAccount);
  if (account !== undefined && !/^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/.test(account)) {
    throw new Error(`billingAccount: "${account}" is none. Write it as 012345-6789AB-CDEF01.`);
  }
  for (const percent of thresholds) {
    if (known(percent) !== undefined && !(percent > 0)) {
      throw new Error(`A threshold must be above 0 percent. Received ${percent}. 100 is the limit itself.`);
    }
  }
  const channels = props.notificationChannels ?? [];
  if (channels.length > MOST_CHANNELS) {
    throw new Error(
      `notificationChannels has ${channels.length} entries; a budget takes ${MOST_CHANNELS}. Leave some out.`,
    );
  }
}
