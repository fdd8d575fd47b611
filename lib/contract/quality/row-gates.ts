import type { SchemaObject } from '../schema-object';
import { compilePlan } from './compile-plan';
import { decisionOf, evaluateGates } from './evaluate-gates';
import { GateMode } from './gate-mode';
import type { PlannedCheck, QualityPlan } from './planned-check';
import { GateDecision, type QualityGateResult, QualityOutcome } from './quality-result';
import { ROWS_MEASURE } from './quality-sql';
import { rowTest, type StoredRow } from './row-test';

/** The row checks of a schema object: all that can be said of rows on their way, without the table they go to. */
export function rowPlan(schema: SchemaObject): QualityPlan {
  const { tableNames, checks } = compilePlan(schema);
  return { tableNames, checks: checks.filter(({ measurement }) => measurement.kind === 'rows') };
}

interface CountedCheck {
  readonly check: PlannedCheck;
  readonly isCounted: (row: StoredRow) => boolean;
  count: number;
}

/** Why a row is kept apart. */
export interface KeptApart {
  /** Dotted path of the property. */
  readonly column?: string;
  /** The gate and what it measured, a sentence. */
  readonly reason: string;
}

/** What the gates make of the rows that were measured. */
export interface RowVerdict {
  readonly results: QualityGateResult[];
  readonly decision: GateDecision;
  /** Why a row is to be kept apart: by the first failed, quarantining gate that counts it. */
  readonly keptApart: (row: StoredRow) => KeptApart | undefined;
}

/**
 * Measures the row checks over the rows of one increment, in memory, with the verdict an SQL engine would come to. Rows
 * are measured first, all of them; only then is it known which gates failed, and so which rows are to be kept apart.
 */
export class RowGates {
  private readonly checks: readonly CountedCheck[];
  private rows = 0;

  constructor(private readonly plan: QualityPlan) {
    this.checks = plan.checks.flatMap((check) =>
      check.measurement.kind === 'rows' ? [{ check, isCounted: rowTest(check.measurement), count: 0 }] : [],
    );
  }

  get isEmpty(): boolean {
    return this.checks.length === 0;
  }

  measure(row: StoredRow): void {
    this.rows++;
    for (const counted of this.checks) if (counted.isCounted(row)) counted.count++;
  }

  verdict(): RowVerdict {
    const results = evaluateGates(this.plan, [
      { measure: ROWS_MEASURE, value: String(this.rows) },
      ...this.checks.map(({ check, count }) => ({ measure: check.id, value: String(count) })),
    ]);
    const failed = new Map(
      results
        .filter(({ outcome, mode }) => outcome === QualityOutcome.FAILED && mode === GateMode.QUARANTINE)
        .map((result) => [result.rule, result]),
    );
    const keeping = this.checks.filter(({ check }) => failed.has(check.id));
    return {
      results,
      decision: decisionOf(this.plan, results),
      keptApart: (row) => {
        const first = keeping.find(({ isCounted }) => isCounted(row));
        return first && apart(failed.get(first.check.id)!);
      },
    };
  }
}

function apart({ rule, column, reason }: QualityGateResult): KeptApart {
  const where = column === undefined ? '' : ` on ${column}`;
  return { column, reason: `Quality gate ${rule}${where} failed: ${reason}.` };
}
