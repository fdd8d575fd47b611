import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { median, NODE, runJson } from './child.mjs';
import { clickstream } from './events/clickstream.mjs';
import { BENCH, OUT, ROOT } from './paths.mjs';

const MEASURE = path.join(BENCH, 'measure.mjs');
const JAVASCRIPT = ['json-parse', 'lakehouse-constructs', 'hyparquet-writer', 'duckdb'];
const COLD_ROWS = 500;
const COLD_STARTS = 5;
const IMPORTS = 5;
const SYNTHESES = 3;

/** Every measurement as a name and a function that adds its figures, in the order they are run. */
export function measurements({ full, handler }) {
  const steps = [];
  for (const [rows, repetitions] of [[10_000, 15], ...(full ? [[1_000_000, 3]] : [])]) {
    for (const subject of JAVASCRIPT) {
      steps.push({
        name: `${subject}, ${rows} rows`,
        run: (figures) => {
          const result = runJson(NODE, ['--max-old-space-size=8192', MEASURE, subject, rows, repetitions]);
          addThroughput(figures, subject, rows, result);
        },
      });
    }
    if (hasPyarrow()) steps.push(pyarrow(rows, repetitions));
  }
  for (const subject of JAVASCRIPT) {
    steps.push({
      name: `${subject}, cold`,
      run: (figures) => {
        const starts = Array.from({ length: COLD_STARTS }, () =>
          runJson(NODE, [MEASURE, subject, COLD_ROWS, 1]),
        );
        figures[`coldBatchCpuMs.${subject}.${COLD_ROWS}`] = median(
          starts.map((start) => start.milliseconds[0]),
        );
      },
    });
  }
  if (handler) steps.push(...handlerSteps(handler));
  const reference = path.join(ROOT, 'dist', 'bin', 'reference-app.js');
  if (existsSync(reference)) steps.push(synthesis(reference));
  return steps;
}

function addThroughput(figures, subject, rows, { milliseconds, bytes }) {
  figures[`rowsPerCpuSecond.${subject}.${rows}.best`] = (rows / Math.min(...milliseconds)) * 1000;
  figures[`rowsPerCpuSecond.${subject}.${rows}.median`] = (rows / median(milliseconds)) * 1000;
  if (subject !== 'json-parse') figures[`parquetBytesPerRow.${subject}.${rows}`] = bytes / rows;
}

function hasPyarrow() {
  return spawnSync('python3', ['-c', 'import pyarrow']).status === 0;
}

function pyarrow(rows, repetitions) {
  return {
    name: `pyarrow, ${rows} rows`,
    run: (figures) => {
      const payloads = path.join(OUT, `payloads-${rows}.txt`);
      const lines = [];
      for (const event of clickstream(rows))
        lines.push(`${Buffer.from(JSON.stringify(event)).toString('base64')}\n`);
      writeFileSync(payloads, lines.join(''));
      const result = runJson('python3', [
        path.join(BENCH, 'subjects', 'pyarrow_json.py'),
        payloads,
        repetitions,
      ]);
      addThroughput(figures, 'pyarrow', rows, result);
    },
  };
}

function handlerSteps({ files, event, bytes, lakes }) {
  return [
    {
      name: 'memory of a full batch',
      run: (figures) => {
        const runs = lakes.map((lake) =>
          runJson(NODE, [path.join(BENCH, 'measure-memory.mjs'), event, ...files], lake),
        );
        figures['peakMemoryMiB.kinesis-ingest.10000'] =
          Math.max(...runs.map((run) => run.peakMemory)) / 2 ** 20;
      },
    },
    {
      name: 'loading the bundle',
      run: (figures) => {
        figures['bundleKiB.kinesis-ingest'] = bytes / 1024;
        const loads = Array.from({ length: IMPORTS }, () =>
          runJson(NODE, [path.join(BENCH, 'measure-import.mjs'), ...files]),
        );
        figures['importCpuMs.kinesis-ingest'] = median(loads.map((load) => load.milliseconds[0]));
      },
    },
  ];
}

function synthesis(reference) {
  const synthesize = (app, directory) =>
    runJson(process.execPath, ['--require', path.join(BENCH, 'report-cpu.cjs'), app], {
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: path.join(OUT, directory),
    }).milliseconds[0];
  return {
    name: 'synthesis of the reference stack',
    run: (figures) => {
      const runs = Array.from({ length: SYNTHESES }, () => ({
        reference: synthesize(reference, 'cdk.out'),
        empty: synthesize(path.join(BENCH, 'empty-app.cjs'), 'cdk-empty.out'),
      }));
      figures['synthCpuMs.reference'] = median(runs.map((run) => run.reference));
      figures['synthCpuMs.empty'] = median(runs.map((run) => run.empty));
      figures['synthCpuMs.difference'] = median(runs.map((run) => run.reference - run.empty));
    },
  };
}
