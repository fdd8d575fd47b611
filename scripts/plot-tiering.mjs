// Draws docs/images/tiering.svg: what each tiering profile costs, by how much of the data is read again.
// node scripts/build.mjs && node scripts/plot-tiering.mjs
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const { Duration, Size } = require('aws-cdk-lib');
const { TieringProfile } = require('../dist/lib/aws');

const SHARES = [0, 0.05, 0.25];
const FILLS = ['#1f6feb', '#6ea8fe', '#c9d1d9'];
const PROFILES = [
  TieringProfile.custom({ name: 'standard class only' }),
  TieringProfile.INTELLIGENT,
  TieringProfile.INTELLIGENT_ARCHIVE,
  TieringProfile.INSTANT_ARCHIVE,
  TieringProfile.QUARTER_AND_YEAR,
  TieringProfile.HOT_COOL_ARCHIVE,
  TieringProfile.DEEP_ARCHIVE,
];

const rows = PROFILES.map((profile) => ({
  name: profile.name,
  recovery:
    profile.recoveryTime.toHours() === 0 ? 'read at once' : `up to ${profile.recoveryTime.toHours()} h`,
  costs: SHARES.map((readShare) =>
    profile.estimateMonthlyCost({
      monthlyVolume: Size.tebibytes(1),
      retention: Duration.days(720),
      readShare,
    }),
  ),
}));
const { pricesAsOf } = rows[0].costs[0];
const LEFT = 220;
const WIDTH = 820;
const TOP = 70;
const BAR = 13;
const ROW = SHARES.length * BAR + 14;
const height = TOP + rows.length * ROW + 36;
const most = Math.max(...rows.flatMap(({ costs }) => costs.map(({ total }) => total)));
const text = (x, y, content, anchor = 'start', size = 13) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}">${content}</text>`;
const bars = rows.map(({ name, recovery, costs }, row) => {
  const y = TOP + row * ROW;
  return [
    text(LEFT - 10, y + 16, name, 'end'),
    text(LEFT - 10, y + 32, recovery, 'end', 11),
    ...costs.map(({ total }, i) => {
      const width = ((total / most) * (WIDTH - LEFT - 80)).toFixed(1);
      return (
        `<rect x="${LEFT}" y="${y + i * BAR}" width="${width}" height="${BAR - 2}" rx="2" fill="${FILLS[i]}"/>` +
        text(LEFT + Number(width) + 6, y + i * BAR + 10, `$${Math.round(total)}`, 'start', 11)
      );
    }),
  ].join('\n');
});
const legend = SHARES.map((share, i) => {
  const x = LEFT + i * 170;
  return `<rect x="${x}" y="42" width="12" height="12" fill="${FILLS[i]}"/>${text(x + 18, 52, `${share * 100} % read a month`, 'start', 12)}`;
});
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" fill="#24292f" role="img" aria-label="Monthly cost of each tiering profile">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(16, 24, 'What a tiering profile costs a month: 1 TiB comes in each month and is kept for two years', 'start', 15)}
${legend.join('\n')}
${bars.join('\n')}
${text(16, height - 12, `List prices of us-east-1 as of ${pricesAsOf}; objects of 64 MiB; share of the objects older than 30 days that is read each month`, 'start', 11)}
</svg>
`;
fs.writeFileSync(path.join(root, 'docs/images/tiering.svg'), svg);
