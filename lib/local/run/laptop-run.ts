import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { openDuckDb } from '../duckdb';
import { MetricStore } from '../metrics/metric-store';
import { reportPage } from '../report/page';
import { CloudAssembly } from '../template/assembly';
import { EmbeddedLake } from './embedded-lake';
import { linkEngine } from './engine-link';
import { EventFlow } from './event-flow';
import { pipelines } from './pipeline';
import { ProductRun, checkInput, stateDirectory } from './product-run';
import type { ProductInput, RunProgress } from './product-run';
import { provisionTables } from './provisioning';
import { SourceLedger } from './source-ledger';
import type { ProductReport } from './summary';

export interface LaptopRunOptions {
  /** Directory of the synthesized app. */
  readonly assembly: string;
  /** Directory of the tables and the report. */
  readonly out: string;
  readonly products: readonly ProductInput[];
  readonly progress: RunProgress;
}

export interface LaptopRunResult {
  readonly reports: ProductReport[];
  readonly reportFile: string;
  readonly summaryFile: string;
  /** False where DuckDB is not installed: there are no SQL answers. */
  readonly hasSql: boolean;
}

/**
 * Runs a synthesized app on this machine: its tables as directories, its functions as processes, its streams fed from
 * files. Inputs are checked first; one that cannot be used leaves everything as it was.
 *
 * @throws UnusableInput for a file of events that cannot be used
 * @throws ProvisioningFailed when a table cannot become what its contract asks for
 */
export async function runOnLaptop(options: LaptopRunOptions): Promise<LaptopRunResult> {
  const out = resolve(options.out);
  const state = stateDirectory(out);
  const assembly = new CloudAssembly(options.assembly);
  const lake = new EmbeddedLake(assembly, out);
  const byProduct = new Map(pipelines(assembly, lake).map((pipeline) => [pipeline.product, pipeline]));
  const ledger = new SourceLedger(join(state, 'sources.json'));

  const work = [];
  for (const input of options.products) {
    const product = input.contract.schema().tableName;
    const pipeline = byProduct.get(product);
    if (!pipeline)
      throw new Error(`The app in ${options.assembly} has no stream for the product "${product}"`);
    options.progress.reading(input.events);
    work.push({ pipeline, checked: await checkInput(input, pipeline.stream.name, ledger) });
  }

  mkdirSync(out, { recursive: true });
  await provisionTables(assembly, lake, () => undefined);
  const connection = await openDuckDb(availableParallelism());
  linkEngine(options.assembly);
  const metrics = new MetricStore();
  const flow = await EventFlow.open({
    assembly,
    lake,
    stateDirectory: state,
    metrics,
    invoking: ({ path }) => options.progress.invoking(path),
  });
  const reports: ProductReport[] = [];
  try {
    const runs: ProductRun[] = [];
    for (const { pipeline, checked } of work) {
      const run = await ProductRun.start({
        checked,
        pipeline,
        ledger,
        stateDirectory: state,
        metrics,
        connection,
        progress: options.progress,
      });
      runs.push(run);
      await run.feed();
      await flow.settle();
    }
    await flow.runSchedules();
    for (const { product, message } of flow.failures) {
      // What belongs to no product stands with the first: somebody has to hear of it.
      (runs.find((run) => run.product === product) ?? runs[0]).fail(message);
    }
    for (const run of runs) reports.push(await run.report());
  } finally {
    await flow.close();
    connection?.closeSync();
  }

  const reportFile = join(out, 'report.html');
  const summaryFile = join(out, 'summary.json');
  writeFileSync(reportFile, reportPage(reports, new Date()));
  const summaries = reports.map(({ summary }) => summary);
  // One product is what a user's own events make; several are the demonstration.
  const content = summaries.length === 1 ? summaries[0] : { products: summaries };
  writeFileSync(summaryFile, `${JSON.stringify(content, undefined, 2)}\n`);
  return { reports, reportFile, summaryFile, hasSql: connection !== undefined };
}
