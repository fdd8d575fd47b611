import { throughput, titleOf } from './table.mjs';

const WIDTH = 760;
const LEFT = 210;
const RIGHT = 80;
const BAR = 26;
const GAP = 12;
const TOP = 56;

/** Rows per CPU-second as horizontal bars, with a line at what is promised. */
export function plot({ figures, machine }, promised) {
  const measured = throughput(figures, 10_000);
  const longest = Math.max(promised, ...measured.map(({ median }) => median));
  const scale = (value) => (value / longest) * (WIDTH - LEFT - RIGHT);
  const height = TOP + measured.length * (BAR + GAP) + 34;
  const bars = measured.map(({ subject, median }, i) => {
    const y = TOP + i * (BAR + GAP);
    const fill = { 'lakehouse-constructs': '#1f6feb', 'json-parse': '#c9d1d9' }[subject] ?? '#8b949e';
    return [
      text(LEFT - 10, y + 18, titleOf(subject), 'end'),
      `<rect x="${LEFT}" y="${y}" width="${scale(median).toFixed(1)}" height="${BAR}" rx="3" fill="${fill}"/>`,
      text(LEFT + scale(median) + 8, y + 18, `${Math.round(median / 1000)}k`),
    ].join('\n');
  });
  const x = (LEFT + scale(promised)).toFixed(1);
  const bottom = height - 28;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13" fill="#24292f" role="img" aria-label="Rows per CPU-second at 10,000 rows">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(16, 24, 'Raw Kinesis records to Parquet: rows per CPU-second, 10,000 rows, median', 'start', 15)}
<line x1="${x}" y1="${TOP - 12}" x2="${x}" y2="${bottom}" stroke="#cf222e" stroke-dasharray="4 3"/>
${text(Number(x) + 5, TOP - 4, `promised: ${promised / 1000}k`, 'start', 11)}
${bars.join('\n')}
${text(16, height - 10, `${machine.processor}, ${machine.cores} cores, Node ${machine.node}`, 'start', 11)}
</svg>
`;
}

function text(x, y, content, anchor = 'start', size = 13) {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" font-size="${size}">${escaped}</text>`;
}
