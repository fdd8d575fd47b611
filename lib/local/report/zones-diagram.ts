import { TableRole } from '../run/product-tables';
import type { ProductReport } from '../run/summary';
import type { TableContents } from '../run/table-contents';
import { CHIP_HEIGHT, alarmChip } from './alarm-chip';
import { bytes, count, html, shortened } from './markup';
import type { Markup } from './markup';
import { watched } from './watched';

const WIDTH = 1040;
const NODE = { width: 200, height: 66 };
const TOP = 26;
const STEP = 92;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What follows from a commit to bronze: silver, what it sets aside, and the gold tables made of it. */
export function zonesDiagram(report: ProductReport): Markup | false {
  const { summary, tables } = report;
  const of = (role: TableRole): TableContents[] => tables.filter((table) => table.role === role);
  const [bronze] = of(TableRole.BRONZE);
  const [silver] = of(TableRole.SILVER);
  if (!bronze || !silver) return false;
  const gold = of(TableRole.GOLD);
  const beside = [...of(TableRole.TOMBSTONES), ...of(TableRole.QUALITY)];
  const columns = gold.length > 0 ? 3 : 2;
  const gap = (WIDTH - columns * NODE.width) / (columns - 1);
  const at = (column: number, row: number): Place => ({
    x: column * (NODE.width + gap),
    y: TOP + row * STEP,
  });
  const rows = Math.max(1 + beside.length, gold.length);
  const alarms = watched(report).zones;
  const below = TOP + NODE.height + 16;
  const height = Math.max(TOP + (rows - 1) * STEP + NODE.height, below + alarms.length * CHIP_HEIGHT) + 8;
  const refined = summary.silver;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Zones of ${summary.product}">
    <defs>
      <marker id="zone" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
        <path class="head" d="M0 0 8 4 0 8z" />
      </marker>
    </defs>
    ${
      refined &&
      edge(at(0, 0), at(1, 0), [
        `${count(refined.rows)} rows in ${increments(refined.increments)}`,
        `${bytes(refined.bytesRead)} read, ${bytes(refined.bytesWritten)} written`,
      ])
    }
    ${gold.map((table, index) => edge(at(1, 0), at(2, index), [`${count(table.snapshots[0]?.addedRows ?? 0)} rows written`]))}
    ${alarms.map((alarm, index) => alarmChip(alarm, NODE.width + 36, below + index * CHIP_HEIGHT))}
    ${node(at(0, 0), bronze, 'bronze')} ${node(at(1, 0), silver, 'silver')}
    ${beside.map((table, index) => node(at(1, index + 1), table, 'silver'))}
    ${gold.map((table, index) => node(at(2, index), table, 'gold'))}
  </svg>`;
}

function node({ x, y }: Place, { role, table, rows, snapshots }: TableContents, style: string): Markup {
  return html`<g
    ><title>${table}</title>
    <rect
      class="node ${style}"
      x="${x + 1}"
      y="${y}"
      width="${NODE.width - 2}"
      height="${NODE.height}"
      rx="9"
    />
    <text class="kind" x="${x + 14}" y="${y + 19}">${role.toUpperCase()} TABLE</text>
    <text class="strong" x="${x + 14}" y="${y + 38}">${shortened(table, 25)}</text>
    <text class="small" x="${x + 14}" y="${y + 55}"
      >${count(rows)} rows, ${count(snapshots.length)}
      ${snapshots.length === 1 ? 'snapshot' : 'snapshots'}</text
    ></g
  >`;
}

function edge(from: Place, to: Place, labels: readonly string[]): Markup {
  const x1 = from.x + NODE.width;
  const y1 = from.y + NODE.height / 2;
  const x2 = to.x - 2;
  const y2 = to.y + NODE.height / 2;
  const middle = x1 + 22;
  const path =
    y1 === y2
      ? `M${x1} ${y1} H${x2}`
      : `M${x1} ${y1} H${middle - 14} Q${middle} ${y1} ${middle} ${y1 + 14} V${y2 - 14} Q${middle} ${y2} ${middle + 14} ${y2} H${x2}`;
  return html`<path class="edge" marker-end="url(#zone)" d="${path}" /> ${labels.map(
      (label, index) =>
        html`<text
          class="small"
          text-anchor="middle"
          x="${(x1 + x2) / 2 + 8}"
          y="${y2 + (index === 0 ? -8 : 18)}"
          >${label}</text
        >`,
    )}`;
}

function increments(number: number): string {
  return number === 1 ? '1 increment' : `${count(number)} increments`;
}
