import type { QualityPlan } from '../../../lib/contract/quality/planned-check';
import {
  GateDecision,
  type QualityGateResult,
  QualityOutcome,
} from '../../../lib/contract/quality/quality-result';
import { RowGates } from '../../../lib/contract/quality/row-gates';
import { GateMode } from '../../../lib/contract/quality/gate-mode';
import { RejectionCode } from '../record';
import type { RejectedRow, RowStep } from '../refine/increment';

/** A halting gate failed on the rows of an increment: none of them goes on. */
export class GateHalted extends Error {
  constructor(readonly results: readonly QualityGateResult[]) {
    const shut = results.filter(
      ({ mode, outcome }) => mode === GateMode.HALT && outcome !== QualityOutcome.PASSED,
    );
    super(`The gate is shut. ${shut.map(({ rule, reason }) => `${rule}: ${reason}.`).join(' ')}`);
    this.name = 'GateHalted';
  }
}

/**
 * The row checks of a contract as a step between bronze and silver: it measures all rows of an increment, then keeps
 * apart those that a failed, quarantining gate counts. Undefined where the contract has no row check.
 * @param report told the results of every increment, of one that is halted as well
 */
export function gateStep(
  plan: QualityPlan,
  report: (results: readonly QualityGateResult[]) => void,
): RowStep | undefined {
  if (new RowGates(plan).isEmpty) return undefined;
  return (rows) => {
    const gates = new RowGates(plan);
    for (const row of rows) gates.measure(row);
    const { results, decision, keptApart } = gates.verdict();
    report(results);
    if (decision === GateDecision.HALT) throw new GateHalted(results);
    if (decision === GateDecision.PROCEED) return { accepted: rows, rejected: [] };
    const rejected: RejectedRow[] = [];
    const accepted = rows.filter((row) => {
      const failure = keptApart(row);
      if (failure === undefined) return true;
      const reason = { code: RejectionCode.QUALITY_GATE, path: failure.column, message: failure.reason };
      rejected.push({ row, reason });
      return false;
    });
    return { accepted, rejected };
  };
}
