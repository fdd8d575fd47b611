import type { SchemaObject } from '../schema-object';
import { compilePlan } from './compile-plan';
import { decisionOf, evaluateGates } from './evaluate-gates';
import type { GateMode } from './gate-mode';
import { type GlueRuleset, glueRuleset } from './glue-ruleset';
import type { PlannedCheck, QualityPlan } from './planned-check';
import {
  type GateDecision,
  type QualityGateResult,
  type QualityMeasurement,
  type QualityQuery,
} from './quality-result';
import { qualitySql } from './quality-sql';
import { rowPredicate } from './row-predicate';
import type { SqlDialect } from './sql-dialect';

/** One quality rule of a contract as a gate. */
export interface QualityGate {
  /** Id of the rule in the contract, else its name as an identifier, else the column and the metric. */
  readonly rule: string;
  /** Dotted path of the property. @default - a rule of the whole table */
  readonly column?: string;
  /** What a failure does. */
  readonly mode: GateMode;
  /** Whether it points at single rows: `nullValues`, `missingValues` and `invalidValues` do. */
  readonly isRowCheck: boolean;
  /** Why it is not evaluated. @default - it is */
  readonly notEvaluated?: string;
}

/**
 * The quality rules of one schema object, compiled: queries that measure them in any engine, the comparison of what was
 * measured, and the same rules for AWS Glue Data Quality.
 */
export class QualityGates {
  /**
   * Compiles the rules of the schema object and of its properties. What cannot be evaluated is carried with the reason.
   *
   * @throws Error for a rule whose custom property `gate` is not halt, quarantine or report, or asks for a quarantine by
   * a check that points at no rows.
   */
  public static of(schema: SchemaObject): QualityGates {
    return new QualityGates(compilePlan(schema));
  }

  /**
   * The gates of a compiled plan, as a handler is given it.
   * @internal
   */
  public static _ofPlan(plan: QualityPlan): QualityGates {
    return new QualityGates(plan);
  }

  public readonly gates: QualityGate[];

  private constructor(private readonly plan: QualityPlan) {
    this.gates = plan.checks.map(({ id, property, mode, measurement }) => ({
      rule: id,
      ...(property !== undefined && { column: property }),
      mode,
      isRowCheck: measurement.kind === 'rows',
      ...(measurement.kind === 'none' && { notEvaluated: measurement.reason }),
    }));
  }

  /**
   * The queries that measure the rules: one scan of the table for all counts, then one query for each duplicate check
   * and each SQL rule. Each gives one row.
   *
   * @param table the table's name with what qualifies it, for example `['lake_bronze', 'orders']`.
   */
  public queries(dialect: SqlDialect, table: string[]): QualityQuery[] {
    return qualitySql(this.plan, dialect, table);
  }

  /** Compares measurements with the rules, exactly: decimals are text, and percentages are never divided. */
  public evaluate(measurements: QualityMeasurement[]): QualityGateResult[] {
    return evaluateGates(this.plan, measurements);
  }

  /** What the results together ask for. A halting gate that should have been measured and was not halts as well. */
  public decide(results: QualityGateResult[]): GateDecision {
    return decisionOf(this.plan, results);
  }

  /**
   * SQL that is true for the rows a row check counts and false for all others, never NULL, over the table as `t`.
   *
   * @throws Error for a rule that is none, or that points at no rows.
   */
  public failingRows(rule: string, dialect: SqlDialect): string {
    const check = this.check(rule);
    if (check.measurement.kind === 'rows') return rowPredicate(check.measurement, dialect);
    throw new Error(
      `Quality rule ${rule} points at no rows: only nullValues, missingValues and invalidValues do.`,
    );
  }

  /** The rules in the Data Quality Definition Language of AWS Glue, and those it cannot say. */
  public glueRuleset(): GlueRuleset {
    return glueRuleset(this.plan);
  }

  /**
   * What a handler needs to measure and to decide: plain data, which JSON carries.
   * @internal
   */
  public get _plan(): QualityPlan {
    return this.plan;
  }

  private check(rule: string): PlannedCheck {
    const check = this.plan.checks.find(({ id }) => id === rule);
    if (check !== undefined) return check;
    const known = this.plan.checks.map(({ id }) => id).join(', ');
    throw new Error(`There is no quality rule ${rule}. Known: ${known === '' ? 'none' : known}.`);
  }
}
