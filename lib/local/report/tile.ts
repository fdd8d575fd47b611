import { html } from './markup';
import type { Markup } from './markup';

/** One figure with what it counts. */
export function tile(figure: string, label: string, bad = false): Markup {
  return html`<div class="tile${bad && ' bad'}"><b>${figure}</b><span>${label}</span></div>`;
}
