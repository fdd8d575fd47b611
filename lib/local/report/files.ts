import type { ProductSummary } from '../run/summary';
import { grid } from './grid';
import { count, html } from './markup';
import type { Markup } from './markup';

/** What became of each file; undefined for a product that is fed by a stream. */
export function filesCard({ files }: ProductSummary): Markup | undefined {
  if (!files) return undefined;
  return html`<div class="card">
    <h3>Files</h3>
    ${grid(
      ['File', 'State', 'Records', 'Told', 'Reason'],
      files.map(({ file, state, records, told, reason = '' }) => [
        html`<code>${file}</code>`,
        state,
        count(records),
        told === 1 ? 'once' : `${told} times`,
        reason,
      ]),
      [2],
    )}
  </div>`;
}
