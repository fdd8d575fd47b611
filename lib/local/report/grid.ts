import { Markup, html } from './markup';
import type { Content } from './markup';

/** A table; the columns in `figures` are aligned as numbers are. */
export function grid(
  columns: readonly string[],
  rows: readonly (readonly Content[])[],
  figures: readonly number[] = [],
): Markup {
  const style = (index: number): Markup => new Markup(figures.includes(index) ? ' class="figure"' : '');
  return html`<table>
    <thead>
      <tr>
        ${columns.map((column, index) => html`<th${style(index)}>${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell, index) => html`<td${style(index)}>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
