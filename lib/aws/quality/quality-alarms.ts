import { Duration } from 'aws-cdk-lib';
import { type Alarm, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DataContract } from '../../contract/data-contract';
import {
  METRIC_NAMESPACE,
  METRICS,
  PRODUCT_DIMENSION,
  RULE_DIMENSION,
  ruleDimension,
} from '../../contract/metric-names';
import { GateMode, type QualityGate, QualityGates } from '../../contract/quality';
import { QualityOperator, type QualityRule } from '../../contract/quality-rule';
import { AlarmFactory, AT_ONCE, PACKAGED_RUNBOOK } from '../observability/alarm-factory';
import { AlarmGroup } from '../observability/alarm-group';
import { requireMetricNames } from '../observability/metric-name-rules';

/** Which gates are watched, and whom their alarms tell. */
export interface QualityAlarmsProps {
  /** The quality rules come from here. */
  readonly contract: DataContract;
  /**
   * Name of the schema object in the contract.
   * @default - the contract's first
   */
  readonly schemaName?: string;
  /**
   * Ids of the rules to watch, as `QualityGates.of(schema).gates` names them.
   * @default - those whose failure halts or quarantines
   */
  readonly rules?: string[];
  /**
   * Name of the data product, as the handler reports it.
   * @default - the schema object's table name
   */
  readonly productName?: string;
  /**
   * CloudWatch namespace of the handler's metrics.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
  /**
   * How long a failure is looked for, in whole minutes: about as often as the gates are evaluated.
   * @default Duration.minutes(5)
   */
  readonly period?: Duration;
  /**
   * Whether an alarm stays as it is while nothing is evaluated, so that it ends by a gate that passes and by nothing else.
   * @default false - an alarm ends when its gate is not evaluated for a period
   */
  readonly untilPassed?: boolean;
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
   * Page the alarms' descriptions link to, at `#quality-gates`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;
}

/**
 * An alarm for each quality gate of a contract that fails. A rule that limits a share of the rows from above
 * (`unit: percent`, `mustBeLessOrEqualTo`) is watched by that share, so that its graph shows how near the limit is;
 * any other by whether it failed.
 *
 * @throws Error for rules the contract does not have, or that are not evaluated, and for a contract with none to watch
 */
export class QualityAlarms extends AlarmGroup {
  readonly all: Alarm[];
  private readonly byRule = new Map<string, Alarm>();

  constructor(scope: Construct, id: string, props: QualityAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    const schema = props.contract.schema(props.schemaName);
    const product = props.productName ?? schema.tableName;
    const namespace = props.metricNamespace ?? METRIC_NAMESPACE;
    requireMetricNames(product, namespace);
    const gates = QualityGates.of(schema);
    const rules = new Map(gates._plan.checks.map(({ id: rule, rule: definition }) => [rule, definition]));
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    for (const gate of watched(gates.gates, props.rules, schema.name)) {
      const limit = shareLimit(rules.get(gate.rule)!);
      const where = gate.column === undefined ? '' : ` on ${gate.column}`;
      const failed = limit === undefined ? 'failed' : `counts more than ${limit} % of the rows`;
      const alarm = alarms.create(alarmId(gate.rule), {
        metric: new Metric({
          namespace,
          metricName: limit === undefined ? METRICS.gateFailed : METRICS.gateShare,
          dimensionsMap: { [PRODUCT_DIMENSION]: product, [RULE_DIMENSION]: ruleDimension(gate.rule) },
          statistic: Stats.MAXIMUM,
          period: props.period ?? Duration.minutes(5),
        }),
        threshold: limit ?? 0,
        ...AT_ONCE,
        // Nothing evaluated is nothing failed; that nothing is evaluated is what the pipeline's alarms are for.
        treatMissingData:
          props.untilPassed === true ? TreatMissingData.IGNORE : TreatMissingData.NOT_BREACHING,
        meaning: `${product}: quality gate ${gate.rule}${where} ${failed} (${CONSEQUENCE[gate.mode]}).`,
        runbookSection: 'quality-gates',
      });
      this.byRule.set(gate.rule, alarm);
    }
    this.all = [...this.byRule.values()];
    for (const topic of props.topics ?? []) this.notify(topic);
  }

  /**
   * The alarm of a rule.
   * @throws Error for a rule that is not watched
   */
  alarm(rule: string): Alarm {
    const alarm = this.byRule.get(rule);
    if (alarm !== undefined) return alarm;
    throw new Error(
      `"${this.node.path}" does not watch the rule ${rule}. Watched: ${named([...this.byRule.keys()])}.`,
    );
  }
}

const CONSEQUENCE: { readonly [mode in GateMode]: string } = {
  [GateMode.HALT]: 'nothing goes on',
  [GateMode.QUARANTINE]: 'the rows are kept apart',
  [GateMode.REPORT]: 'the rows go on',
};

function watched(gates: QualityGate[], rules: string[] | undefined, schema: string): QualityGate[] {
  const evaluated = gates.filter(({ notEvaluated }) => notEvaluated === undefined);
  const chosen =
    rules === undefined
      ? evaluated.filter(({ mode }) => mode !== GateMode.REPORT)
      : [...new Set(rules)].map((rule) => required(gates, rule, schema));
  if (chosen.length > 0) return chosen;
  throw new Error(
    `${schema} has no quality rule to watch: none halts or quarantines. Name some in rules: ${named(evaluated.map(({ rule }) => rule))}.`,
  );
}

function required(gates: QualityGate[], rule: string, schema: string): QualityGate {
  const gate = gates.find((one) => one.rule === rule);
  if (gate === undefined) {
    throw new Error(`${schema} has no quality rule ${rule}. It has: ${named(gates.map((one) => one.rule))}.`);
  }
  if (gate.notEvaluated === undefined) return gate;
  throw new Error(`Quality rule ${rule} is never evaluated, so that it cannot fail: ${gate.notEvaluated}.`);
}

/** The most a share of the rows may be, where the rule says just that. */
function shareLimit({ unit, operator, operands, type }: QualityRule): number | undefined {
  const isLimit = operator === QualityOperator.MUST_BE_LESS_OR_EQUAL_TO && unit === 'percent';
  return isLimit && type === 'library' ? Number(operands[0]) : undefined;
}

function alarmId(rule: string): string {
  return `Gate-${rule.replace(/\//g, '-')}`;
}

function named(rules: string[]): string {
  return rules.length === 0 ? 'none' : rules.join(', ');
}
