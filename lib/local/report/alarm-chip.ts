import { AlarmState } from '../metrics/alarm';
import type { AlarmReport } from '../metrics/alarm';
import { html, shortPath } from './markup';
import type { Markup } from './markup';

export const CHIP_HEIGHT = 20;

/** An alarm beside what it watches, in the colour of its state. */
export function alarmChip(alarm: AlarmReport, x: number, y: number): Markup {
  const name = shortPath(alarm.path).split('/').pop() ?? alarm.name;
  return html`<g
    ><title>${alarm.state}: ${alarm.reason}</title
    ><circle class="${alarm.state}" cx="${x}" cy="${y - 4}" r="4.5" />
    <text class="small${alarm.state === AlarmState.ALARM && ' strong'}" x="${x + 11}" y="${y}"
      >${name}</text
    ></g
  >`;
}
