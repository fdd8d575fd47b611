// npm run bench [-- --json] [-- --full]
// Measures the way from raw Kinesis records to Parquet against what else could do it, and what the deployed function
// costs. Prints a table, or with --json the figures and ratios by name; the plot goes to bench/out/benchmarks.svg.
// --full adds a million rows, which takes minutes and some gigabytes of memory.
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NODE, runJson } from './child.mjs';
import { measurements } from './measurements.mjs';
import { OUT, ROOT } from './paths.mjs';
import { plot } from './plot.mjs';
import { ratios } from './ratios.mjs';
import { stage } from './stage.mjs';
import { tables } from './table.mjs';
import { judge, TARGETS } from './targets.mjs';

const options = process.argv.slice(2);
const unknown = options.find((option) => !['--json', '--full'].includes(option));
if (unknown !== undefined) {
  console.error(`Unknown option ${unknown}. Allowed: --json (figures by name), --full (a million rows too).`);
  process.exit(2);
}

const handler = await stage();
const steps = measurements({ full: options.includes('--full'), handler });
const figures = {};
for (const [i, { name, run }] of steps.entries()) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K[${i + 1}/${steps.length}] ${name}`);
  run(figures);
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');

const machine = {
  processor: os.cpus()[0].model.trim(),
  cores: os.cpus().length,
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.arch()}`,
  node: runJson(NODE, ['-p', 'JSON.stringify(process.versions.node)']),
};
const result = { machine, figures, ratios: ratios(figures), targets: judge(figures) };
const plotFile = path.join(OUT, 'benchmarks.svg');
writeFileSync(plotFile, plot(result, TARGETS[0].atLeast));
writeFileSync(path.join(OUT, 'benchmarks.json'), `${JSON.stringify(result, null, 2)}\n`);
if (options.includes('--json')) {
  console.log(JSON.stringify(result, null, 2));
} else {
  console.log(
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
  );
  console.log(tables(result));
  console.log(`\nPlot: ${path.relative(ROOT, plotFile)}`);
}
