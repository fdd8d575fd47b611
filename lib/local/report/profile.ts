import type { ProductSummary } from '../run/summary';
import { grid } from './grid';
import { count, html, shortened } from './markup';
import type { Markup } from './markup';

const LONGEST_VALUE = 40;

/** What is in the columns of the bronze table. */
export function profileCard({ profile }: ProductSummary): Markup | false {
  if (profile.length === 0) return false;
  const figure = (text: string | undefined): string => (text === undefined ? '–' : count(Number(text)));
  const value = (text: string | undefined): string => shortened(text ?? '–', LONGEST_VALUE);
  return html`<div class="card">
    <h3>Columns</h3>
    <details>
      <summary>${profile.length} columns of the bronze table</summary>
      ${grid(
        ['Column', 'Type', 'Nulls', 'Distinct', 'Repeated', 'Smallest', 'Largest', 'Schema hash'],
        profile.map(({ column, type, nulls, distincts, duplicates, minimum, maximum, schemaHash }) => [
          column,
          type,
          figure(nulls),
          figure(distincts),
          figure(duplicates),
          value(minimum),
          value(maximum),
          html`<code>${schemaHash}</code>`,
        ]),
        [2, 3, 4],
      )}
    </details>
  </div>`;
}
