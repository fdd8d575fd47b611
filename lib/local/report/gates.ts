import { GateDecision, QualityOutcome } from '../../contract';
import type { ProductSummary } from '../run/summary';
import { grid } from './grid';
import { html } from './markup';
import type { Markup } from './markup';
import { tile } from './tile';

export function gatesTile({ gates, decision }: ProductSummary): Markup | false {
  if (gates.length === 0) return false;
  const passed = gates.filter(({ outcome }) => outcome === QualityOutcome.PASSED).length;
  const consequence = decision === GateDecision.PROCEED ? '' : `: ${decision.toUpperCase()}`;
  return tile(`${passed} of ${gates.length}`, `gates passed${consequence}`, consequence !== '');
}

/** The result of every quality rule of a contract. */
export function gatesCard({ gates, decision }: ProductSummary): Markup | false {
  if (gates.length === 0) return false;
  return html`<div class="card">
    <h3>Quality gates</h3>
    ${
      decision === GateDecision.HALT &&
      html`<p>
        <span class="state failed">HALT</span> The gates are shut: nothing is to be made from this table.
      </p>`
    }
    ${
      decision === GateDecision.QUARANTINE &&
      html`<p><span class="state failed">QUARANTINE</span> Rows that fail a gate are to be kept apart.</p>`
    }
    ${grid(
      ['Result', 'Zone', 'Rule', 'Why', 'A failure means', 'Dimension'],
      gates.map(({ zone, outcome, rule, name, reason, mode, dimension }) => [
        html`<span class="state ${outcome}"
          >${outcome === QualityOutcome.NOT_EVALUATED ? 'not evaluated' : outcome}</span
        >`,
        zone,
        name ?? rule,
        reason,
        mode,
        dimension,
      ]),
    )}
  </div>`;
}
