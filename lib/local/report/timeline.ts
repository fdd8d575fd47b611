import type { TableContents, TableSnapshot } from '../run/table-contents';
import { grid } from './grid';
import { bytes, count, html, shortened } from './markup';
import type { Markup } from './markup';

const WIDTH = 1040;
const LABEL = 190;
const LANE = 30;
const MOST = 60;

interface Point {
  readonly table: TableContents;
  readonly snapshot: TableSnapshot;
}

/** The snapshots of a product's tables in the order they were committed in, and where columns changed. */
export function timelineCard(tables: readonly TableContents[]): Markup | false {
  const all: Point[] = tables
    .flatMap((table) => table.snapshots.map((snapshot) => ({ table, snapshot })))
    .sort((left, right) => (left.snapshot.committedAt < right.snapshot.committedAt ? -1 : 1));
  if (all.length === 0) return false;
  const points = all.slice(-MOST);
  const lanes = tables.filter((table) => points.some((point) => point.table === table));
  const step = (WIDTH - LABEL - 30) / Math.max(1, points.length - 1);
  const x = (index: number): number => LABEL + 14 + index * step;
  const y = (table: TableContents): number => 18 + lanes.indexOf(table) * LANE;
  return html`<div class="card">
    <h3>Snapshots</h3>
    <div class="diagram">
      <svg
        viewBox="0 0 ${WIDTH} ${18 + lanes.length * LANE}"
        role="img"
        aria-label="Snapshots in their order"
      >
        ${lanes.map(
          (table) =>
            html`<text x="0" y="${y(table) + 4}">${shortened(`${table.zone}.${table.table}`, 27)}</text>
              <path class="axis" d="M${LABEL} ${y(table)} H${WIDTH - 8}" />`,
        )}
        ${points.map(({ table, snapshot }, index) => mark(table, snapshot, x(index), y(table)))}
      </svg>
    </div>
    <p class="legend">
      <span><i class="append"></i>append</span><span><i class="overwrite"></i>overwrite</span
      ><span><i class="replace"></i>compaction</span><span><i class="delete"></i>delete</span
      ><span><i class="schema"></i>first with changed columns</span>
      ${all.length > points.length && html`<span>the last ${MOST} of ${count(all.length)}</span>`}
    </p>
    <details>
      <summary>The latest of each table</summary>
      ${grid(
        ['Table', 'Committed', 'Snapshot', 'Operation', 'Rows', 'Rows in all', 'Files', 'Written'],
        tables.flatMap(({ zone, table, snapshots }) =>
          snapshots
            .slice(0, 10)
            .map((one) => [
              `${zone}.${table}`,
              one.committedAt.slice(0, 23).replace('T', ' '),
              one.id,
              one.operation === 'replace' ? 'compaction' : one.operation,
              change(one.addedRows, one.removedRows),
              count(one.totalRows),
              change(one.addedFiles, one.removedFiles),
              bytes(one.addedBytes),
            ]),
        ),
        [4, 5, 6, 7],
      )}
    </details>
  </div>`;
}

function mark(table: TableContents, snapshot: TableSnapshot, x: number, y: number): Markup {
  const index = table.snapshots.indexOf(snapshot);
  const before = table.snapshots[index + 1];
  const isFirst = before !== undefined && before.schemaId !== snapshot.schemaId;
  return html`<g
    ><title>
      ${snapshot.operation} ${snapshot.id}: ${change(snapshot.addedRows, snapshot.removedRows)} rows,
      ${count(snapshot.totalRows)} in all
    </title>
    ${isFirst && html`<circle class="schema" cx="${x.toFixed(1)}" cy="${y}" r="9" />`}
    <circle class="${snapshot.operation}" cx="${x.toFixed(1)}" cy="${y}" r="5"
  /></g>`;
}

function change(added: number, removed: number): string {
  return removed === 0 ? `+${count(added)}` : `+${count(added)} −${count(removed)}`;
}

/** What each version of a table's columns brought; nothing for tables that have the one. */
export function schemasCard(tables: readonly TableContents[]): Markup | false {
  const changed = tables.filter(({ schemas }) => schemas.length > 1);
  if (changed.length === 0) return false;
  return html`<div class="card">
    <h3>Versions of the columns</h3>
    ${grid(
      ['Table', 'Version', 'Columns', 'What changed', 'Snapshots'],
      changed.flatMap(({ zone, table, schemas, snapshots }) =>
        schemas.map(({ id, columns }, index) => [
          `${zone}.${table}`,
          id,
          columns.length,
          index === 0 ? 'as it was made' : differences(schemas[index - 1].columns, columns),
          count(snapshots.filter(({ schemaId }) => schemaId === id).length),
        ]),
      ),
      [1, 2, 4],
    )}
  </div>`;
}

type Columns = TableContents['schemas'][number]['columns'];

function differences(before: Columns, after: Columns): string {
  const old = new Map(before.map(({ name, type }) => [name, type]));
  const now = new Set(after.map(({ name }) => name));
  const found = [
    ...after.filter(({ name }) => !old.has(name)).map(({ name, type }) => `${name} (${type}) added`),
    ...after
      .filter(({ name, type }) => old.has(name) && old.get(name) !== type)
      .map(({ name, type }) => `${name} widened from ${old.get(name)} to ${type}`),
    ...before.filter(({ name }) => !now.has(name)).map(({ name }) => `${name} dropped`),
  ];
  return found.length > 0 ? found.join(', ') : 'descriptions, or what is required';
}
