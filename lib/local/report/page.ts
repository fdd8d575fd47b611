import { AlarmState } from '../metrics/alarm';
import type { ProductReport, ProductSummary } from '../run/summary';
import type { SqlAnswer } from '../run/sql-answers';
import { barChart, latencyHistogram } from './charts';
import { documentOf } from './document';
import { driftCard } from './drift';
import { filesCard } from './files';
import { gatesCard, gatesTile } from './gates';
import { grid } from './grid';
import { tile } from './tile';
import { lineageCard } from './lineage';
import { Markup, bytes, count, html, milliseconds, shortPath, shortened } from './markup';
import { pipelineDiagram } from './pipeline-diagram';
import { personalDataCard } from './personal-data';
import { profileCard } from './profile';
import { accountCard, incrementsCard } from './silver';
import { schemasCard, timelineCard } from './timeline';
import { workflowsCard } from './workflows';
import { zonesDiagram } from './zones-diagram';

/** The report of a run. */
export function reportPage(reports: readonly ProductReport[], at: Date): string {
  const summaries = reports.map(({ summary }) => summary);
  const alarms = summaries.flatMap((summary) => alarming(summary));
  const total = (of: (summary: ProductSummary) => number): number =>
    summaries.reduce((sum, summary) => sum + of(summary), 0);
  return documentOf(
    'Lakehouse run',
    html`<header>
        <h1>Lakehouse run</h1>
        <p class="soft">
          ${at.toISOString().slice(0, 19).replace('T', ' ')} UTC. What the synthesized template describes, run
          on this machine.
        </p>
        ${reports.length > 1 && html`<nav>${summaries.map(({ product }) => html`<a href="#${product}">${product}</a>`)}</nav>`}
      </header>
      ${
        reports.length > 1 &&
        html`<div class="tiles">
          ${tile(count(total(({ records }) => records.read)), 'records in')}
          ${tile(count(total(({ records }) => records.accepted)), 'accepted')}
          ${tile(count(total(({ records }) => records.quarantined)), 'quarantined')}
          ${tile(count(total(({ records }) => records.replayed)), 'replayed')}
          ${tile(`${total(({ seconds }) => seconds).toFixed(1)} s`, 'of feeding')}
          ${tile(String(alarms.length), alarms.length === 1 ? 'alarm' : 'alarms', alarms.length > 0)}
        </div>`
      }
      ${reports.map(productSection)}
      <footer>
        Counts of records are of this run, counts of rows of the tables as they are now. Latency is measured
        from a record's arrival in the embedded stream, which is fed as fast as it is emptied, to the commit.
      </footer> `,
  );
}

function productSection(report: ProductReport): Markup {
  const { summary, contract, tables, samples, answers } = report;
  const { records } = summary;
  const reasons = [
    ...Object.entries(records.quarantinedByReason),
    ...Object.entries(summary.silver?.quarantinedByReason ?? {}).map(([reason, rows]): [string, number] => [
      `${reason} (by silver)`,
      rows,
    ]),
  ];
  const firing = alarming(summary).length;
  const owner = contract.team?.name;
  const description = contract.schema().description;
  return html`<section id="${summary.product}">
    <h2>${summary.product}</h2>
    <p class="soft">
      ${description !== undefined && `${description} `}Contract <code>${summary.contract.id}</code>, version
      ${summary.contract.version}${owner !== undefined && `, owned by ${owner}`}.
    </p>
    ${
      summary.failure !== undefined &&
      html`<div class="card failure">
        <h3>The run ended early</h3>
        ${summary.failure}
      </div>`
    }
    <div class="tiles">
      ${tile(count(records.read), 'records in')} ${tile(count(records.accepted), 'accepted')}
      ${records.dropped !== undefined && tile(count(records.dropped), 'dropped')}
      ${records.duplicates !== undefined && tile(count(records.duplicates), 'duplicates')}
      ${tile(count(records.quarantined), `quarantined${share(records.quarantined, records.read)}`)}
      ${tile(count(records.replayed), 'replayed')} ${tile(count(summary.rowsPerSecond), 'records a second')}
      ${tile(milliseconds(summary.latencyMs.p50), 'latency, median')}
      ${tile(milliseconds(summary.latencyMs.p99), 'latency, 99 %')}
      ${tile(String(firing), firing === 1 ? 'alarm' : 'alarms', firing > 0)} ${gatesTile(summary)}
    </div>
    <div class="card diagram">${pipelineDiagram(report)} ${zonesDiagram(report)}</div>
    ${filesCard(summary)} ${accountCard(summary)}
    <div class="columns">
      <div class="card">
        <h3>Quarantined by reason</h3>
        ${
          reasons.length > 0
            ? barChart(reasons.map(([label, value]) => ({ label, value })))
            : html`<p class="soft">Nothing was quarantined.</p>`
        }
      </div>
      <div class="card">
        <h3>Latency from arrival to commit</h3>
        ${
          report.latency.length > 0
            ? latencyHistogram(report.latency)
            : html`<p class="soft">No record was read.</p>`
        }
      </div>
    </div>
    ${
      samples.length > 0 &&
      html`<div class="card">
        <h3>Rejected records</h3>
        ${grid(
          ['Reason', 'Explanation', 'Record'],
          samples.map(({ code, reason, payload }) => [
            code,
            reason,
            html`<code>${shortened(payload, 180)}</code>`,
          ]),
        )}
      </div>`
    }
    ${driftCard(summary)} ${personalDataCard(summary)} ${incrementsCard(report)}
    ${workflowsCard(summary.workflows ?? [])} ${lineageCard(summary.lineage ?? [])} ${gatesCard(summary)}
    ${timelineCard(tables)} ${schemasCard(tables)} ${answers.map(answerCard)} ${profileCard(summary)}
    <div class="card">
      <h3>Alarms that would have fired</h3>
      ${grid(
        ['State', 'Alarm', 'Why', 'Meaning'],
        [...summary.alarms]
          .sort((left, right) => rank(left.state) - rank(right.state))
          .map(({ state, path, reason, description: meaning }) => [
            html`<span class="state ${state}"
              >${state === AlarmState.INSUFFICIENT_DATA ? 'no data' : state}</span
            >`,
            shortPath(path).split('/').pop() ?? path,
            reason,
            html`<span class="soft">${meaning}</span>`,
          ]),
      )}
    </div>
    <div class="card">
      <h3>Tables</h3>
      ${grid(
        ['Zone', 'Table', 'Rows', 'Files', 'Size', 'Snapshot', 'Location'],
        tables.map((table) => [
          table.zone,
          table.table,
          count(table.rows),
          count(table.files.length),
          bytes(table.bytes),
          table.snapshotId ?? '–',
          html`<code>${table.location}</code>`,
        ]),
        [2, 3, 4],
      )}
    </div>
  </section>`;
}

function answerCard({ question, sql, columns, rows }: SqlAnswer): Markup {
  const figures = columns.flatMap((_, index) =>
    rows.length > 0 && rows.every((row) => /^-?[\d.]*$/.test(row[index])) ? [index] : [],
  );
  return html`<div class="card">
    <h3>${question}</h3>
    <details>
      <summary>SQL</summary>
      <pre>${sql}</pre>
    </details>
    ${grid(columns, rows, figures)}
  </div>`;
}

function alarming(summary: ProductSummary): ProductSummary['alarms'] {
  return summary.alarms.filter(({ state }) => state === AlarmState.ALARM);
}

function rank(state: AlarmState): number {
  return [AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA, AlarmState.OK].indexOf(state);
}

function share(part: number, whole: number): string {
  return part > 0 && whole > 0 ? `, ${((100 * part) / whole).toPrecision(2)} %` : '';
}
