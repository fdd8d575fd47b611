import type { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { switchEventSource, tellTopics } from '../workflow/common-states';
import { expression, literal, optional } from '../workflow/expression';
import { retryQuickly } from '../workflow/failure-path';

export interface FailoverStates {
  readonly handler: lambda.IFunction;
  /** As lambda/sources/failover-request.ts reads them. */
  readonly tables: readonly { readonly table: string; readonly replica: string }[];
  readonly sources: readonly lambda.IEventSourceMapping[];
  readonly topics: readonly ITopic[];
  /** Longest run of the function. */
  readonly timeout: Duration;
  readonly name: string;
}

/**
 * Bring the tables up; if all are up and it is no rehearsal, let the processors read; tell. Nothing reads before every
 * table is up: what came in earlier would be in a table that the copies are to replace.
 */
export function failoverStates(scope: Construct, states: FailoverStates): sfn.IChainable {
  const { name } = states;
  const failed = publish(
    scope,
    states,
    'Failed',
    `Failover failed: ${name}`,
    sfn.Fail.jsonata(scope, 'NotUp', {
      error: expression('$failure.error'),
      cause: expression('$substring($failure.cause, 0, 4000)'),
    }),
  );
  const notUp = sfn.Pass.jsonata(scope, 'TablesNotUp', {
    assign: {
      failure: {
        error: 'Lakehouse.TablesNotUp',
        cause: expression("$join($report.tables[state = 'failed'].(table & ': ' & failure), '; ')"),
      },
    },
  }).next(failed);
  const rehearsed = publish(
    scope,
    states,
    'Rehearsed',
    `Failover rehearsed: ${name}`,
    sfn.Succeed.jsonata(scope, 'Unchanged', { outputs: expression('$report') }),
  );
  const done = publish(
    scope,
    states,
    'Done',
    `Failover done: ${name}`,
    sfn.Succeed.jsonata(scope, 'Up', { outputs: expression('$report') }),
  );
  const started = states.sources.reduceRight<sfn.IChainable>((next, source, index) => {
    const task = switchEventSource(scope, `Start${index + 1}`, source, true);
    catchAll(task, failed);
    return task.next(next);
  }, done);

  const bringUp = tasks.LambdaInvoke.jsonata(scope, 'BringUp', {
    lambdaFunction: states.handler,
    payload: sfn.TaskInput.fromObject({
      tables: states.tables,
      dryRun: expression(optional('$states.input.dryRun', 'false')),
    }),
    taskTimeout: sfn.Timeout.duration(states.timeout),
    retryOnServiceExceptions: false,
    assign: {
      report: expression('$states.result.Payload'),
      dryRun: expression(optional('$states.input.dryRun', 'false')),
    },
    outputs: {},
  });
  // Asked again it leaves what is up as it is.
  retryQuickly(bringUp, ['UnexpectedEvent']);
  catchAll(bringUp, failed);
  return bringUp.next(
    sfn.Choice.jsonata(scope, 'AreAllUp')
      .when(sfn.Condition.jsonata(expression('$report.failed > 0')), notUp)
      .when(sfn.Condition.jsonata(expression('$dryRun')), rehearsed)
      .otherwise(started),
  );
}

function catchAll(task: sfn.TaskStateBase, failed: sfn.IChainable): void {
  task.addCatch(failed, {
    errors: ['States.ALL'],
    assign: {
      failure: {
        error: expression(optional('$states.errorOutput.Error', "'States.Unknown'")),
        cause: expression(optional('$states.errorOutput.Cause', "''")),
      },
      report: expression("$exists($report) ? $report : {'tables': []}"),
    },
  });
}

/** Tells every topic; on to `next` in any case. */
function publish(
  scope: Construct,
  { topics }: FailoverStates,
  id: string,
  subject: string,
  next: sfn.IChainable,
): sfn.IChainable {
  const text = expression(
    `${literal(`${subject}\n\n`)} & $join($report.tables.(table & ': ' & state & ` +
      "($exists(asOf) ? ', as of ' & asOf : '') & ($exists(lost) ? ', ' & $string(lost.rows) & ' rows lost' : '') & " +
      "($exists(failure) ? ', ' & failure : '')), '\\n')",
  );
  return tellTopics(scope, `${id}Notice`, topics, { subject: subject.slice(0, 100), text }, next);
}
