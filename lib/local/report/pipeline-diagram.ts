import type { AlarmReport } from '../metrics/alarm';
import type { ProductReport } from '../run/summary';
import type { Resource } from '../template/assembly';
import { count, html, shortPath, shortened } from './markup';
import type { Markup } from './markup';
import { CHIP_HEIGHT, alarmChip } from './alarm-chip';
import { watched } from './watched';

const WIDTH = 1040;
const NODE = { width: 190, height: 66 };
const COLUMNS = [0, 248, 550, 850];
const TOP = 8;
const GAP = 26;

interface Node {
  readonly x: number;
  readonly y: number;
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  readonly style?: string;
  readonly alarms: AlarmReport[];
}

/** The pipeline as the template has it, with each alarm at what it watches. */
export function pipelineDiagram(report: ProductReport): Markup {
  const { summary, pipeline } = report;
  const { records } = summary;
  const watching = watched(report);
  const { mapping } = pipeline;
  // What the function of the stream writes; the rest follows from its commits.
  const tables = summary.tables.filter(({ role }) => role === 'bronze' || role === 'quarantine');
  const isQuarantine = (alarm: AlarmReport): boolean => /quarantine/i.test(alarm.path);

  const source: Node = {
    x: COLUMNS[0],
    y: TOP,
    kind: summary.files ? 'FILES' : 'EVENTS',
    name: fileName(summary.events),
    detail: `${count(records.read)} records`,
    alarms: [],
  };
  const stream: Node = {
    x: COLUMNS[1],
    y: TOP,
    ...through(pipeline),
    style: 'lit',
    alarms: watching.stream,
  };
  const processor: Node = {
    x: COLUMNS[2],
    y: TOP,
    kind: 'LAMBDA FUNCTION',
    name: lastTwo(shortPath(pipeline.function.path)),
    detail: `${pipeline.function.memoryMegabytes} MB, ${pipeline.function.timeoutSeconds} s at the most`,
    style: 'lit',
    alarms: watching.ingest,
  };
  const productAlarms = watching.product;
  const targets = stack(
    COLUMNS[3],
    tables.map(({ zone, table, rows }) => ({
      kind: `${zone.toUpperCase()} TABLE`,
      name: table,
      detail: `${count(rows)} rows`,
      style: zone,
      alarms: productAlarms.filter((alarm) => isQuarantine(alarm) === (zone === 'quarantine')),
    })),
  );
  const deadLetters: Node | undefined = pipeline.failureQueue && {
    x: COLUMNS[2],
    y: bottom(processor) + GAP,
    kind: 'DEAD-LETTER QUEUE',
    name: constructName(pipeline.failureQueue),
    detail: summary.failure === undefined ? 'empty' : '1 message',
    alarms: watching.deadLetters,
  };
  const nodes = [source, stream, processor, ...targets, ...(deadLetters ? [deadLetters] : [])];
  const height = Math.max(...nodes.map(bottom)) + 6;
  const flows = new Map([
    ['bronze', records.accepted],
    ['quarantine', records.quarantined],
  ]);
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Pipeline of ${summary.product}">
    <defs>
      <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
        <path class="head" d="M0 0 8 4 0 8z" />
      </marker>
    </defs>
    ${edge(source, stream, count(records.read))}
    ${edge(stream, processor, `≤ ${count(mapping.batchSize)} ${summary.files ? 'files' : 'a batch'}`)}
    ${targets.map((target, index) => edge(processor, target, count(flows.get(tables[index].zone) ?? 0)))}
    ${deadLetters && html`<path class="edge dashed" marker-end="url(#head)" d="M${processor.x + 16} ${TOP + NODE.height} V${deadLetters.y - 3}" />`}
    ${nodes.map(drawn)}
  </svg>`;
}

/** What tells the function of records. */
function through(pipeline: ProductReport['pipeline']): Pick<Node, 'kind' | 'name' | 'detail'> {
  if (!('stream' in pipeline))
    return { kind: 'QUEUE', name: constructName(pipeline.queue), detail: `of ${pipeline.prefix}` };
  const { stream, shards } = pipeline;
  return {
    kind: 'KINESIS STREAM',
    name: constructName(stream),
    detail: shards === 1 ? '1 shard' : `${shards} shards`,
  };
}

function drawn(node: Node): Markup {
  const { x, y } = node;
  return html`<g
    ><title>${node.name}</title>
    <rect
      class="node ${node.style}"
      x="${x + 1}"
      y="${y}"
      width="${NODE.width - 2}"
      height="${NODE.height}"
      rx="9"
    />
    <text class="kind" x="${x + 14}" y="${y + 19}">${node.kind}</text>
    <text class="strong" x="${x + 14}" y="${y + 38}">${shortened(node.name, 23)}</text>
    <text class="small" x="${x + 14}" y="${y + 55}">${node.detail}</text>
    ${node.alarms.map((alarm, index) => alarmChip(alarm, x + chipIndent(node), y + NODE.height + 18 + index * CHIP_HEIGHT))}</g
  >`;
}

/** Under the function runs the line to the dead-letter queue. */
function chipIndent({ kind }: Node): number {
  return kind === 'LAMBDA FUNCTION' ? 36 : 14;
}

/** From the right side of one node to the left side of another, with what flows written on it. */
function edge(from: Node, to: Node, label: string): Markup {
  const x1 = from.x + NODE.width;
  const y1 = from.y + NODE.height / 2;
  const x2 = to.x - 2;
  const y2 = to.y + NODE.height / 2;
  const middle = x1 + (x2 - x1) / 2;
  const path =
    y1 === y2
      ? `M${x1} ${y1} H${x2}`
      : `M${x1} ${y1} H${middle - 14} Q${middle} ${y1} ${middle} ${y1 + 14} V${y2 - 14} Q${middle} ${y2} ${middle + 14} ${y2} H${x2}`;
  const labelAt = y1 === y2 ? middle : middle + (x2 - middle) / 2;
  return html`<path class="edge" marker-end="url(#head)" d="${path}" /><text
      class="small"
      text-anchor="middle"
      x="${labelAt}"
      y="${y2 - 8}"
      >${label}</text
    >`;
}

function stack(x: number, nodes: Omit<Node, 'x' | 'y'>[]): Node[] {
  let y = TOP;
  return nodes.map((node) => {
    const placed = { ...node, x, y };
    y = bottom(placed) + GAP;
    return placed;
  });
}

function bottom(node: Node): number {
  return node.y + NODE.height + (node.alarms.length > 0 ? 8 + node.alarms.length * CHIP_HEIGHT : 0);
}

function constructName({ path }: Resource): string {
  return lastTwo(shortPath(path).replace(/\/(Stream|Queue)$/, ''));
}

/** The product is in the heading already. */
function lastTwo(path: string): string {
  return path.split('/').slice(-2).join('/');
}

function fileName(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .pop() ?? path
  );
}
