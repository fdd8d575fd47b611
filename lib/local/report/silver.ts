import type { ProductReport, ProductSummary } from '../run/summary';
import type { SilverAccount } from '../run/silver-account';
import { grid } from './grid';
import { bytes, count, html, milliseconds } from './markup';
import type { Markup } from './markup';

const PARTS = [
  { key: 'silver', label: 'in silver', style: 'silver' },
  { key: 'superseded', label: 'superseded or repeated', style: 'superseded' },
  { key: 'deleted', label: 'deleted', style: 'deleted' },
  { key: 'rejected', label: 'refused by silver', style: 'rejected' },
] as const;
const BAR = { width: 1040, height: 22 };

/** Where the rows of bronze are: one bar, of which every row is a part. */
export function accountCard({ account, silver }: ProductSummary): Markup | false {
  if (!account) return false;
  const parts = PARTS.filter(({ key }) => account[key] > 0);
  let x = 0;
  return html`<div class="card">
    <h3>Where the ${count(account.bronze)} rows of bronze are</h3>
    <svg viewBox="0 0 ${BAR.width} ${BAR.height}" preserveAspectRatio="none" class="account" role="img">
      ${parts.map(({ key, label, style }) => {
        const width = Math.max(2, (account[key] / Math.max(1, account.bronze)) * BAR.width);
        const drawn = html`<rect
          class="part ${style}"
          x="${x.toFixed(1)}"
          y="0"
          width="${width.toFixed(1)}"
          height="${BAR.height}"
          ><title>${count(account[key])} ${label}</title></rect
        >`;
        x += width;
        return drawn;
      })}
    </svg>
    <p class="legend">
      ${parts.map(({ key, label, style }) => html`<span><i class="${style}"></i>${count(account[key])} ${label}</span>`)}
      ${silver && silver.late > 0 && html`<span>${count(silver.late)} of this run came late</span>`}
    </p>
    ${unaccounted(account)}
  </div>`;
}

function unaccounted({ difference }: SilverAccount): Markup | false {
  if (difference === 0) return false;
  return html`<p>
    <span class="state failed">${count(difference)}</span> rows are in neither: silver is behind, or a
    transform makes more or fewer rows.
  </p>`;
}

/** Every update of silver of this run. */
export function incrementsCard({ increments, tables }: ProductReport): Markup | false {
  if (increments.length === 0) return false;
  const name = (uri: string): string => {
    const table = tables.find((one) => one.uri === uri);
    return table ? `${table.zone}.${table.table}` : uri;
  };
  return html`<div class="card">
    <h3>Increments</h3>
    ${grid(
      [
        'Table',
        'Bronze was read',
        'Rows',
        'Put in',
        'Superseded',
        'Late',
        'Deleted',
        'Refused',
        'Read',
        'Written',
        'Took',
      ],
      increments.map((one) => [
        name(one.table),
        one.mode,
        count(one.rows),
        count(one.upserted),
        count(one.superseded),
        count(one.late),
        count(one.deleted),
        count(one.rejected),
        bytes(one.bytesRead),
        bytes(one.bytesWritten),
        milliseconds(one.milliseconds),
      ]),
      [2, 3, 4, 5, 6, 7, 8, 9, 10],
    )}
  </div>`;
}
