import type { LineageStep } from '../run/summary';
import { html, shortened } from './markup';
import type { Markup } from './markup';

const WIDTH = 1040;
const NODE = { width: 220, height: 40 };
const STEP = 56;
const TOP = 12;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What leads to what, as the runs told it: datasets from their sources on, jobs on the lines between them. */
export function lineageCard(steps: readonly LineageStep[]): Markup | false {
  const flows = steps.filter(({ outputs }) => outputs.length > 0);
  if (flows.length === 0) return false;
  const columns = columnsOf(flows);
  const last = Math.max(...columns.values());
  const gap = last === 0 ? 0 : (WIDTH - (last + 1) * NODE.width) / last;
  const rows = new Map<number, number>();
  const places = new Map<string, Place>();
  for (const [dataset, column] of columns) {
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    places.set(dataset, { x: column * (NODE.width + gap), y: TOP + row * STEP });
  }
  const height = TOP + (Math.max(...rows.values()) - 1) * STEP + NODE.height + 8;
  return html`<div class="card diagram">
    <h3>Lineage</h3>
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Lineage">
      <defs>
        <marker
          id="lineage"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path class="head" d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      ${flows.flatMap(({ inputs, outputs, job }) =>
        inputs.flatMap((input) =>
          outputs.map((output, index) =>
            edge(places.get(input)!, places.get(output)!, index === 0 ? job.split('.').at(-1)! : ''),
          ),
        ),
      )}
      ${[...places].map(([dataset, place]) => node(place, dataset))}
    </svg>
    <p class="soft">
      From events of OpenLineage in <code>lineage/</code>; <code>lakehouse lineage</code> walks them.
    </p>
  </div>`;
}

/** A dataset stands right of everything it is made of; in a cycle, where it was met first. */
function columnsOf(steps: readonly LineageStep[]): Map<string, number> {
  const columns = new Map<string, number>();
  for (const { inputs, outputs } of steps) for (const name of [...inputs, ...outputs]) columns.set(name, 0);
  for (let pass = 0; pass < steps.length; pass++) {
    for (const { inputs, outputs } of steps) {
      const column = Math.max(...inputs.map((input) => columns.get(input) ?? 0)) + 1;
      for (const output of outputs) {
        if (column <= steps.length && !inputs.includes(output))
          columns.set(output, Math.max(columns.get(output) ?? 0, column));
      }
    }
  }
  return columns;
}

function node({ x, y }: Place, dataset: string): Markup {
  const zone = dataset.split('.')[0];
  const style = ['bronze', 'silver', 'gold', 'quarantine'].includes(zone) ? zone : '';
  return html`<g
    ><title>${dataset}</title>
    <rect
      class="node ${style}"
      x="${x + 1}"
      y="${y}"
      width="${NODE.width - 2}"
      height="${NODE.height}"
      rx="9"
    />
    <text class="strong" x="${x + 14}" y="${y + 25}">${shortened(dataset, 27)}</text></g
  >`;
}

function edge(from: Place, to: Place, label: string): Markup {
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x - 2, to.y + NODE.height / 2];
  const middle = (x1 + x2) / 2;
  return html`<path
      class="edge"
      marker-end="url(#lineage)"
      d="M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"
    />
    ${
      label !== '' &&
      html`<text class="small" text-anchor="middle" x="${middle}" y="${(y1 + y2) / 2 - 6}">${label}</text>`
    }`;
}
