import type { IEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { RULE_DIMENSION } from '../../contract/metric-names';
import type { ILakeTable } from '../catalog';
import { switchEventSource, tellTopics } from '../workflow/common-states';
import { consoleLink, expression, literal, optional } from '../workflow/expression';

export interface ResponseStatesProps {
  readonly product: string;
  readonly table: ILakeTable;
  readonly results?: ILakeTable;
  readonly downstream: readonly IEventSourceMapping[];
  readonly topics: readonly ITopic[];
}

/** What an alarm's event says, and what a person gives. */
const ALARM = '$states.input.detail';
const RULE = `${ALARM}.configuration.metrics[0].metricStat.metric.dimensions.${RULE_DIMENSION}`;
/**
 * A gate's alarm: pause, tell. `{"resume": true}`, or the end of all alarms: let read again, tell. What cannot be switched
 * is told as well, and fails the execution once everything else is switched.
 */
export function responseStates(scope: Construct, props: ResponseStatesProps): sfn.IChainable {
  const pause = sfn.Pass.jsonata(scope, 'ReadAlarm', {
    assign: { ...FOUND, unswitched: [] },
  }).next(
    switchAll(
      scope,
      props,
      false,
      tellTopics(scope, 'TellPaused', props.topics, pausedNotice(props), ended(scope, 'Paused')),
    ),
  );
  const resume = sfn.Pass.jsonata(scope, 'ReadResume', {
    assign: {
      unswitched: [],
      cause: expression(
        "$exists($states.input.detail) ? 'Every gate passes again.' : 'Somebody asked for it.'",
      ),
    },
  }).next(
    switchAll(
      scope,
      props,
      true,
      tellTopics(scope, 'TellResumed', props.topics, resumedNotice(props), ended(scope, 'Resumed')),
    ),
  );
  const refused = sfn.Fail.jsonata(scope, 'Refused', {
    error: 'Lakehouse.InvalidInput',
    cause: 'The input must be {"resume": true}, or the event of an alarm, which its rule sends.',
  });
  return sfn.Choice.jsonata(scope, 'IsGateShut')
    .when(sfn.Condition.jsonata(expression(is(`${ALARM}.state.value`, "'ALARM'"))), pause)
    .when(sfn.Condition.jsonata(expression(is(`${ALARM}.state.value`, "'OK'"))), resume)
    .when(sfn.Condition.jsonata(expression(is('$states.input.resume', 'true'))), resume)
    .otherwise(refused);
}

/** Total: what an alarm does not say must not keep anything from being paused. */
const FOUND = {
  rule: expression(optional(RULE, "'unknown'")),
  since: expression(optional(`${ALARM}.state.timestamp`, '$string($states.context.Execution.StartTime)')),
  measured: expression(
    // A text of JSON. Parsing could throw, and a Pass cannot catch.
    `$type(${ALARM}.state.reasonData) = 'string' ` +
      `? ($m := $match(${ALARM}.state.reasonData, /"recentDatapoints":\\[([^\\]]+)\\]/); ` +
      `$exists($m) ? $m[0].groups[0] : 'unknown') : 'unknown'`,
  ),
  reason: expression(optional(`${ALARM}.state.reason`, "''")),
  alarm: expression(optional(`${ALARM}.alarmName`, "'unknown'")),
};

/** Each in its turn; one that fails is noted and does not keep the others from it. */
function switchAll(
  scope: Construct,
  { downstream }: ResponseStatesProps,
  enabled: boolean,
  next: sfn.IChainable,
): sfn.IChainable {
  const verb = enabled ? 'Resume' : 'Pause';
  return downstream.reduceRight<sfn.IChainable>((following, source, index) => {
    const task = switchEventSource(scope, `${verb}${index + 1}`, source, enabled);
    task.addCatch(following, {
      errors: ['States.ALL'],
      assign: {
        unswitched: expression(
          `[$unswitched, ${literal(source.eventSourceMappingId)} & ': ' & ` +
            `${optional('$states.errorOutput.Error', "'States.Unknown'")}]`,
        ),
      },
    });
    task.next(following);
    return task;
  }, next);
}

function ended(scope: Construct, id: string): sfn.IChainable {
  return sfn.Choice.jsonata(scope, `IsAll${id}`)
    .when(
      sfn.Condition.jsonata(expression('$count($unswitched) > 0')),
      sfn.Fail.jsonata(scope, `NotAll${id}`, {
        error: `Lakehouse.NotAll${id}`,
        cause: expression("$join($unswitched, '; ')"),
      }),
    )
    .otherwise(sfn.Succeed.jsonata(scope, id, { outputs: {} }));
}

function pausedNotice(props: ResponseStatesProps): { readonly subject: string; readonly text: string } {
  const { product, table, downstream } = props;
  const lines = [
    literal(`${product}: what reads ${table.uri} is paused, as a quality gate failed.`),
    `'Rule: ' & $rule`,
    `'Table: ' & ${literal(table.uri)}`,
    `'Measured: ' & $measured`,
    `'Since: ' & $since`,
    `'Alarm: ' & $alarm`,
    `'Why: ' & $reason`,
    literal(`Paused: ${downstream.map(({ eventSourceMappingId }) => eventSourceMappingId).join(', ')}`),
    UNSWITCHED,
    `'Snapshot that failed, and the last good one:\\n  ' & ${snapshots(props)}`,
    literal(
      `Where the rows came from:\n  lakehouse lineage --events DIR --table ${table.databaseName}.${table.tableName} --upstream`,
    ),
    literal(
      'It goes on by itself once every gate passes. To let it go on before, start this state machine with {"resume": true}.',
    ),
    `'Execution: ' & ${consoleLink('$states.context.Execution.Id')}`,
  ];
  return {
    subject: expression(`$substring('Paused: ' & ${literal(product)} & ', gate ' & $rule, 0, 100)`),
    text: expression(joined(lines)),
  };
}

function resumedNotice({ product, table }: ResponseStatesProps): {
  readonly subject: string;
  readonly text: string;
} {
  const lines = [
    literal(`${product}: what reads ${table.uri} reads again.`),
    '$cause',
    UNSWITCHED,
    `'Execution: ' & ${consoleLink('$states.context.Execution.Id')}`,
  ];
  return {
    subject: expression(`$substring('Resumed: ' & ${literal(product)}, 0, 100)`),
    text: expression(joined(lines)),
  };
}

const UNSWITCHED = "($count($unswitched) > 0 ? 'NOT SWITCHED: ' & $join($unswitched, '; ') : '')";

/** What the table of results knows and an alarm does not. */
function snapshots({ table, results }: ResponseStatesProps): string {
  if (results === undefined) {
    return literal(
      'SELECT snapshot_id, committed_at ' +
        `FROM "${table.databaseName}"."${table.tableName}$snapshots" ORDER BY committed_at DESC LIMIT 20`,
    );
  }
  return (
    literal(
      "SELECT max(CASE outcome WHEN 'failed' THEN snapshot_sequence END) AS failed, " +
        "max(CASE outcome WHEN 'passed' THEN snapshot_sequence END) AS last_good " +
        `FROM "${results.databaseName}"."${results.tableName}" WHERE rule = '`,
    ) + ` & $rule & ${literal("'")}`
  );
}

function joined(lines: readonly string[]): string {
  return `$join([${lines.join(', ')}][$ != ''], '\\n')`;
}

/** False where there is nothing: a Choice cannot catch. */
function is(path: string, value: string): string {
  return `$exists(${path}) and ${path} = ${value}`;
}
