import type { ProductSummary } from '../run/summary';
import { grid } from './grid';
import { count, html } from './markup';
import type { Markup } from './markup';

/** What the records had that their contract does not say, and the other way round. */
export function driftCard({ drift }: ProductSummary): Markup | false {
  const { fields, criticalFieldAnomalies = 0, drifts, schemaHash } = drift;
  if (drifts.length === 0) return false;
  return html`<div class="card">
    <h3>Schema drift</h3>
    <p class="soft">
      ${count(fields)} fields of another shape than the
      contract’s${criticalFieldAnomalies > 0 && html`, ${count(criticalFieldAnomalies)} anomalies of critical fields`}.
      Schema <code>${schemaHash}</code>.
    </p>
    ${grid(
      ['Drift', 'Field', 'Found', 'Critical'],
      drifts.map(({ kind, path, found, critical }) => [
        kind,
        html`<code>${path}</code>`,
        found,
        critical ? 'yes' : '',
      ]),
    )}
  </div>`;
}
