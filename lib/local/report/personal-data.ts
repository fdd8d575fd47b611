import type { ProductSummary } from '../run/summary';
import { grid } from './grid';
import { count, html } from './markup';
import type { Markup } from './markup';

/** What records show that the contract does not classify. */
export function personalDataCard({ personalData }: ProductSummary): Markup | false {
  if (personalData === undefined || personalData.columns.length === 0) return false;
  return html`<div class="card">
    <h3>Personal data that the contract does not classify</h3>
    <p class="soft">
      Found in a sample of ${count(personalData.looked)} records. <code>lakehouse pii</code> looks at all of a
      file.
    </p>
    ${grid(
      ['Column', 'In the contract', 'Found'],
      personalData.columns.map(({ column, inContract, kinds }) => [
        html`<code>${column}</code>`,
        inContract ? 'yes' : 'no',
        kinds.join(', '),
      ]),
    )}
  </div>`;
}
