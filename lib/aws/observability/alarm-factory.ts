import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Nobody is paged for what a second look does not confirm: two of three periods. */
export const SUSTAINED = { evaluationPeriods: 3, datapointsToAlarm: 2 };
/** For what does not go away by itself. */
export const AT_ONCE = { evaluationPeriods: 1, datapointsToAlarm: 1 };

/** The page that says what each alarm means, in this package. */
export const PACKAGED_RUNBOOK = 'lakehouse-constructs/docs/operations.md';

/** One alarm, said in full: nothing about it is left to CloudWatch's defaults. */
export interface AlarmPlan {
  readonly metric: IMetric;
  /** The alarm sounds above this value, below it where `below` is set, and from it on where `from` is. */
  readonly threshold: number;
  readonly below?: boolean;
  readonly from?: boolean;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: TreatMissingData;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** Heading in the runbook, as a URL fragment. */
  readonly runbookSection: string;
}

/** Makes alarms of metrics; knows nothing of pipelines. */
export class AlarmFactory {
  constructor(
    private readonly scope: Construct,
    private readonly runbookUrl: string,
    private readonly actionsEnabled: boolean,
  ) {}

  create(id: string, plan: AlarmPlan): Alarm {
    return new Alarm(this.scope, id, {
      metric: plan.metric,
      threshold: plan.threshold,
      comparisonOperator:
        plan.below === true
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : plan.from === true
            ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: plan.evaluationPeriods,
      datapointsToAlarm: plan.datapointsToAlarm,
      treatMissingData: plan.treatMissingData,
      alarmDescription: `${plan.meaning} Runbook: ${this.runbookUrl}#${plan.runbookSection}`,
      actionsEnabled: this.actionsEnabled,
    });
  }
}

/** Period and count of a window CloudWatch accepts: periods of whole minutes, a day at the most. */
export function windowOf(span: Duration): { readonly period: Duration; readonly periods: number } {
  const minutes = Math.ceil(span.toSeconds({ integral: false }) / 60);
  const periods = Math.ceil(minutes / (24 * 60));
  return { period: Duration.minutes(Math.ceil(minutes / periods)), periods };
}
