import { GateDecision, QualityOutcome } from '../lib/contract';
import type { ProductReport, ProductSummary } from '../lib/local';
import { count, printable, table } from './text-table';

/** States that take no time only lead to others: the report has them. */
const SHOWN_SECONDS = 0.05;

/** What a run did, for a terminal. */
export function resultTable(reports: readonly ProductReport[]): string {
  const overview = table(
    ['product', 'records', 'accepted', 'quarantined', 'replayed', 'p50', 'p99', 'rows/s', 'alarms', 'gates'],
    reports.map(({ summary }) => [
      summary.product,
      count(summary.records.read),
      count(summary.records.accepted),
      count(summary.records.quarantined),
      count(summary.records.replayed),
      milliseconds(summary.latencyMs.p50),
      milliseconds(summary.latencyMs.p99),
      count(summary.rowsPerSecond),
      String(summary.alarms.filter(({ state }) => state === 'ALARM').length),
      gateOverview(summary),
    ]),
  );
  return ['', overview, ...reports.flatMap(details)].join('\n');
}

function details({ summary, answers }: ProductReport): string[] {
  const lines: string[] = [];
  const reasons = Object.entries(summary.records.quarantinedByReason);
  const refused = Object.entries(summary.silver?.quarantinedByReason ?? {});
  const alarms = summary.alarms.filter(({ state }) => state === 'ALARM');
  const told = [
    reasons,
    refused,
    alarms,
    answers,
    summary.gates,
    summary.workflows ?? [],
    summary.files ?? [],
    summary.drift.drifts,
    summary.personalData?.columns ?? [],
  ];
  if (told.every(({ length }) => length === 0)) return lines;
  lines.push(heading(summary.product));
  const { dropped, duplicates } = summary.records;
  if (dropped !== undefined && dropped > 0)
    lines.push(`  dropped      ${count(dropped).padStart(6)}  by the transform`);
  if (duplicates !== undefined && duplicates > 0)
    lines.push(`  duplicates   ${count(duplicates).padStart(6)}  of events that are in`);
  for (const { file, state, records: read, told, reason } of summary.files ?? [])
    lines.push(
      `  file         ${state.padEnd(13)}  ${file}: ${count(read)} records${told > 1 ? `, told ${told} times` : ''}` +
        (reason === undefined ? '' : `: ${printable(reason, 200)}`),
    );
  for (const [reason, records] of reasons)
    lines.push(`  quarantined  ${count(records).padStart(6)}  ${reason}`);
  for (const [reason, rows] of refused)
    lines.push(`  quarantined  ${count(rows).padStart(6)}  ${reason} (rows of bronze, refused by silver)`);
  for (const { kind, path, found, critical } of summary.drift.drifts)
    lines.push(
      `  drift        ${kind.padEnd(16)}  ${printable(path)}: ${found}${critical ? ', critical' : ''}`,
    );
  for (const { column, kinds } of summary.personalData?.columns ?? [])
    lines.push(`  personal     ${kinds.join(', ').padEnd(16)}  ${printable(column)}: not classified`);
  for (const { path, reason } of alarms) lines.push(`  alarm        ${shortPath(path)}: ${reason}`);
  lines.push(...silverLines(summary), ...gateLines(summary), ...workflowLines(summary));
  for (const { question, columns, rows } of answers) {
    lines.push('', `  ${printable(question, 100)}`, indent(table(columns, rows)));
  }
  lines.push('');
  return lines;
}

function silverLines({ silver, account }: ProductSummary): string[] {
  if (!silver) return [];
  const made =
    `  silver       ${count(silver.rows)} rows of bronze in ${count(silver.increments)} ${silver.increments === 1 ? 'increment' : 'increments'}: ` +
    `${count(silver.upserted)} put in, ${count(silver.superseded)} superseded, ${count(silver.late)} late, ` +
    `${count(silver.deleted)} deleting, ${count(silver.rejected)} refused; ` +
    `${count(silver.bytesRead)} bytes read, ${count(silver.bytesWritten)} written`;
  if (!account) return [made];
  const { bronze, superseded, deleted, rejected, difference } = account;
  const parts = [`${count(account.silver)} in silver`, `${count(superseded)} superseded or repeated`];
  parts.push(`${count(deleted)} deleted`, `${count(rejected)} refused`);
  if (difference !== 0) parts.push(`${count(difference)} in neither`);
  return [made, `  account      ${count(bronze)} rows of bronze = ${parts.join(' + ')}`];
}

/** `HALT` stands where nobody misses it: a run ends well also when a gate does not. */
function gateOverview({ gates, decision }: ProductSummary): string {
  const passed = gates.filter(({ outcome }) => outcome === QualityOutcome.PASSED).length;
  const counts = gates.length === 0 ? '' : `${passed} of ${gates.length} passed`;
  return decision === GateDecision.PROCEED ? counts : `${decision.toUpperCase()}: ${counts}`;
}

function gateLines({ gates, decision }: ProductSummary): string[] {
  const lines = gates.map(
    ({ zone, outcome, rule, reason, mode }) =>
      `  gate         ${outcome.padEnd(13)}  ${zone}, ${printable(rule)}: ${printable(reason, 160)}${outcome === QualityOutcome.FAILED ? ` (${mode})` : ''}`,
  );
  const consequences = {
    [GateDecision.HALT]: '  HALT         The quality gates are shut: nothing is to be made from this table.',
    [GateDecision.QUARANTINE]: '  QUARANTINE   Rows that fail a gate are to be kept apart.',
    [GateDecision.PROCEED]: undefined,
  };
  const consequence = consequences[decision];
  return consequence === undefined ? lines : [...lines, consequence];
}

function workflowLines({ workflows = [] }: ProductSummary): string[] {
  return workflows.flatMap(({ name, date, status, seconds, states, published, cause }) => [
    `  workflow     ${status.padEnd(13)}  ${name} for ${date}, ${seconds.toFixed(2)} s: ` +
      states
        .filter((state) => state.seconds >= SHOWN_SECONDS || state.errors.length > 0)
        .map((state) => `${state.state} ${state.seconds.toFixed(2)} s`)
        .join(', '),
    ...(published.length > 0
      ? [`               published ${published.map((uri) => uri.split('/').slice(-2).join('.')).join(', ')}`]
      : []),
    ...(cause === undefined ? [] : [`               ${printable(cause, 160)}`]),
  ]);
}

function heading(text: string): string {
  return `── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** Without the stack before it and the resource after it: `Movies/Alarms/QuarantineRate`. */
function shortPath(path: string): string {
  return path
    .split('/')
    .slice(1)
    .join('/')
    .replace(/\/Resource$/, '');
}

function milliseconds(value: number | null): string {
  if (value === null) return '';
  return value < 10_000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
}
