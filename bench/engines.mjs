// node bench/engines.mjs [rows] [MiB]
// The DuckDB engine beside what else does such work on one machine: the latest row of each key (dedupe), sessions with a gap
// of 30 minutes, and what a change of one row in a hundred costs. A process for each, the memory of each measured. pandas
// and polars take part where PYTHON (python3) can import them, with pyarrow. Run `npm run build` first.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const ROWS = Number(process.argv[2] ?? 1_000_000);
/** Of 2 GiB: DuckDB takes a fifth more than it is told, and Node something. */
const MEMORY_MIB = Number(process.argv[3] ?? 1536);
/** Objects of JavaScript: more rows than this do not fit. */
const MOST_ROWS_BY_ROW = 1_000_000;
const python = process.env.PYTHON ?? 'python3';
const directory = mkdtempSync(path.join(os.tmpdir(), 'bench-engines-'));

function run(program, args) {
  const child = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (child.status === 0) return JSON.parse(child.stdout);
  const reason = child.stderr.split('\n').find((line) => /^\w*(Error|Exception)\b/.test(line));
  return { failed: reason ?? `ended by ${child.signal ?? child.status}` };
}

const ours = (subject) =>
  run(process.execPath, [
    path.join(here, 'engine-subjects.mjs'),
    subject,
    directory,
    String(ROWS),
    String(MEMORY_MIB),
  ]);
const theirs = (subject, paths) =>
  run(python, [
    path.join(here, 'engine-subjects.py'),
    subject,
    path.join(directory, 'theirs.parquet'),
    ...paths,
  ]);
const has = (library) =>
  spawnSync(python, ['-c', `import ${library}, pyarrow`], { stdio: 'ignore' }).status === 0;

const libraries = ['pandas', 'polars'].filter(has);
const mebibytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

try {
  const { paths, failed } = ours('make');
  if (failed) throw new Error(failed);
  console.log(
    `${ROWS.toLocaleString('en')} rows, ${MEMORY_MIB} MiB for DuckDB, ${os.availableParallelism()} cores\n`,
  );
  for (const kind of ['dedupe', 'sessions']) {
    const first = ours(`${kind}, DuckDB engine`);
    const others = libraries.map((library) => [`${kind}, ${library}`, theirs(`${kind}, ${library}`, paths)]);
    if (kind === 'dedupe' && ROWS <= MOST_ROWS_BY_ROW)
      others.push([`${kind}, row engine`, ours(`${kind}, row engine`)]);
    for (const [name, result] of [[`${kind}, DuckDB engine`, first], ...others]) {
      if (result.failed) {
        console.log(`${name.padEnd(26)} failed: ${result.failed}`);
        continue;
      }
      if (result.rows !== first.rows)
        throw new Error(`${name} came to ${result.rows} rows, not ${first.rows}.`);
      console.log(
        `${name.padEnd(26)} ${result.seconds.toFixed(1).padStart(7)} s, ${result.cpuSeconds.toFixed(1).padStart(7)} s CPU ` +
          `(${(result.cpuSeconds / first.cpuSeconds).toFixed(2)}), peak ${result.peakMiB.toFixed(0).padStart(5)} MiB, ${result.rows} rows`,
      );
    }
  }
  const change = ours('change of 1 %');
  if (change.failed) throw new Error(change.failed);
  console.log(
    `\nA change of ${(ROWS / 100).toLocaleString('en')} rows of the latest keys: read ${mebibytes(change.read)}, wrote ` +
      `${mebibytes(change.written)} of a table of ${mebibytes(change.before)}; ${change.seconds.toFixed(1)} s, peak ${change.peakMiB.toFixed(0)} MiB`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
