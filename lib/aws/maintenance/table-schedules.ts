import type { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, type ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { grantSend } from '../queue-access';
import { acknowledge, complianceRules } from '../suppressions';

/** A function that is started for each table on its own, now and then. */
export interface TableSchedules {
  readonly handler: IFunction;
  readonly deadLetterQueue: IQueue;
  readonly schedule: ScheduleExpression;
  readonly flexibleTimeWindow: Duration;
  /** What is done, as the start of a description: `Maintenance of …`. */
  readonly what: string;
  /** What the role is for: `Starts the maintenance of the tables of …`. */
  readonly purpose: string;
}

/** What the function is told of a table. */
export interface ScheduledTable {
  readonly uri: string;
  readonly request: { readonly [name: string]: unknown };
}

/** A schedule for each table, in their order, and the role that they start the function with. */
export function scheduleTables(
  scope: Construct,
  options: TableSchedules,
  tables: readonly ScheduledTable[],
): CfnSchedule[] {
  const { handler, deadLetterQueue, schedule: expression } = options;
  const role = schedulerRole(scope, options);
  const window = options.flexibleTimeWindow.toMinutes();
  return tables.map(({ uri, request }, index) => {
    const schedule = new CfnSchedule(scope, `Table${index + 1}`, {
      description: `${options.what} of ${uri}`.slice(0, 512),
      scheduleExpression: expression.expressionString,
      scheduleExpressionTimezone: expression.timeZone?.timezoneName,
      flexibleTimeWindow:
        window === 0 ? { mode: 'OFF' } : { mode: 'FLEXIBLE', maximumWindowInMinutes: window },
      target: {
        arn: handler.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify(request),
        deadLetterConfig: { arn: deadLetterQueue.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
      },
    });
    schedule.node.addDependency(role);
    return schedule;
  });
}

function schedulerRole(scope: Construct, { handler, deadLetterQueue, purpose }: TableSchedules): iam.Role {
  const role = new iam.Role(scope, 'SchedulerRole', {
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com'),
    description: purpose,
  });
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['lambda:InvokeFunction'],
    resourceArns: [handler.functionArn],
  });
  grantSend(deadLetterQueue, role);
  acknowledge(
    role,
    complianceRules('IAMNoInlinePolicy'),
    'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
  );
  return role;
}
