import { TARGETS } from './targets.mjs';

const NAMES = {
  'json-parse': 'JSON.parse alone (ceiling)',
  'lakehouse-constructs': 'lakehouse-constructs',
  'hyparquet-writer': 'hyparquet-writer',
  duckdb: 'DuckDB COPY',
  pyarrow: 'pyarrow',
};

export function titleOf(subject) {
  return NAMES[subject];
}

/** Subjects that were measured at a number of rows, with their figures. */
export function throughput(figures, rows) {
  return Object.keys(NAMES).flatMap((subject) => {
    const median = figures[`rowsPerCpuSecond.${subject}.${rows}.median`];
    if (median === undefined) return [];
    return [
      {
        subject,
        median,
        best: figures[`rowsPerCpuSecond.${subject}.${rows}.best`],
        cold: figures[`coldBatchCpuMs.${subject}.500`],
        size: figures[`parquetBytesPerRow.${subject}.${rows}`],
      },
    ];
  });
}

/** The figures of a run as Markdown tables. */
export function tables({ figures, ratios, targets }) {
  const lines = [];
  for (const rows of [10_000, 1_000_000]) {
    const measured = throughput(figures, rows);
    if (measured.length === 0) continue;
    lines.push('', `${rows.toLocaleString('en')} rows, raw Kinesis records to Parquet bytes`, '');
    lines.push(
      ...aligned([
        ['', 'rows per CPU-second, median', 'best', 'first 500 cold, CPU ms', 'bytes a row'],
        ...measured.map(({ subject, median, best, cold, size }) => [
          NAMES[subject],
          thousands(median),
          thousands(best),
          cold === undefined ? '' : cold.toFixed(0),
          size === undefined ? '' : size.toFixed(0),
        ]),
      ]),
    );
  }
  lines.push('', 'Promises', '');
  lines.push(
    ...aligned([
      ['', 'measured', 'promised', ''],
      ...targets.map(({ figure, value, atLeast, below, met }) => [
        figure,
        value < 1000 ? value.toFixed(1) : thousands(value),
        atLeast === undefined ? `below ${thousands(below)}` : `at least ${thousands(atLeast)}`,
        met ? 'met' : 'MISSED',
      ]),
    ]),
  );
  const missing = TARGETS.filter(({ figure }) => figures[figure] === undefined).map(({ figure }) => figure);
  if (missing.length > 0) lines.push('', `Not measured here: ${missing.join(', ')}`);
  lines.push('', 'Ratios', '');
  lines.push(
    ...aligned([['', 'ratio'], ...Object.entries(ratios).map(([name, value]) => [name, value.toFixed(2)])]),
  );
  return lines.join('\n');
}

function thousands(value) {
  return Math.round(value).toLocaleString('en');
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}
