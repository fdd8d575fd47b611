import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DataContract } from '../../contract';
import { MetricStore } from '../metrics/metric-store';
import { reportPage } from '../report/page';
import { firstHalf, hasChanged } from './contract-change';
import { LocalApp, stateDirectory, whileDeployed } from './deployment';
import type { DeploymentContext } from './deployment';
import type { EventFlow } from './event-flow';
import type { Increment } from './increment';
import { LakeSql } from './lake-sql';
import { lineageDirectory, LineageGraph, readEvents } from '../lineage';
import { maintainOnLaptop } from './maintenance';
import { FileRun, checkFiles } from './file-run';
import type { FileInput } from './file-run';
import type { ProductRun, RunProgress } from './product-run';
import { TableRole } from './product-tables';
import { SourceLedger } from './source-ledger';
import { StreamRun, checkInput } from './stream-run';
import type { CheckedInput, ProductInput } from './stream-run';
import type { ProductReport } from './summary';
import type { ExecutedWorkflow } from './workflow-runs';

export interface LaptopRunOptions {
  /** Directory of the synthesized app. */
  readonly assembly: string;
  /** Directory of the tables and the report. */
  readonly out: string;
  readonly products: readonly (ProductInput | FileInput)[];
  /** Whether bronze tables are compacted once all is fed. @default false */
  readonly compacts?: boolean;
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
 * files, and files put where they are to arrive. Inputs are checked first; one that cannot be used leaves everything as it was.
 *
 * @throws UnusableInput for a file of events that cannot be used
 * @throws ProvisioningFailed when a table cannot become what its contract asks for
 */
export async function runOnLaptop(options: LaptopRunOptions): Promise<LaptopRunResult> {
  const out = resolve(options.out);
  const state = stateDirectory(out);
  const app = new LocalApp(options.assembly, out);
  const ledger = new SourceLedger(join(state, 'sources.json'));
  const { progress } = options;

  const checked: (CheckedInput | FileInput)[] = [];
  for (const input of options.products) {
    if (isFiles(input)) {
      app.filePipeline(productOf(input));
      progress.reading(input.files);
      checkFiles(input);
      checked.push(input);
      continue;
    }
    const { stream } = app.pipeline(productOf(input));
    progress.reading(input.events);
    checked.push(await checkInput(input, stream.name, ledger));
  }

  mkdirSync(out, { recursive: true });
  const [reportFile, summaryFile] = [join(out, 'report.html'), join(out, 'summary.json')];
  // What an earlier run left says nothing about this one, however this one ends.
  for (const file of [reportFile, summaryFile]) rmSync(file, { force: true });
  const context = { out, stateDirectory: state, metrics: new MetricStore(), progress };
  const sql = await LakeSql.open();
  const reports: ProductReport[] = [];
  try {
    const runs: (StreamRun | FileRun)[] = [];
    const increments: Increment[] = [];
    const workflows: ExecutedWorkflow[] = [];
    for (const product of checked) {
      if (isFiles(product)) {
        const pipeline = app.filePipeline(productOf(product));
        const bucket = app.lake.bucketDirectory(pipeline.bucket.name)!;
        runs.push(await FileRun.start({ ...context, input: product, pipeline, bucket, sql }));
        continue;
      }
      const pipeline = app.pipeline(productOf(product.input));
      const run = await StreamRun.start({ ...context, checked: product, pipeline, ledger, sql });
      runs.push(run);
      increments.push(...(await feedBeforeChange(run, product, app, context)));
    }
    await whileDeployed(app, context, async (flow) => {
      for (const run of runs) {
        if (run instanceof FileRun) await run.feed(flow);
        else await run.feed();
        await flow.settle();
      }
      if (options.compacts) await compactBronze(app, out);
      await flow.settle();
      await flow.runSchedules();
      tell(flow, runs);
      increments.push(...flow.increments);
      workflows.push(...flow.executed);
    });
    const lineage = new LineageGraph(readEvents(lineageDirectory(out))).steps;
    for (const run of runs) run.close();
    for (const run of runs) reports.push(await run.report(increments, { workflows, lineage }));
  } finally {
    sql?.close();
  }

  writeFileSync(reportFile, reportPage(reports, new Date()));
  const summaries = reports.map(({ summary }) => summary);
  // One product is what a user's own events make; several are the demonstration.
  const content = summaries.length === 1 ? summaries[0] : { products: summaries };
  writeFileSync(summaryFile, `${JSON.stringify(content, undefined, 2)}\n`);
  return { reports, reportFile, summaryFile, hasSql: sql !== undefined };
}

/** The first half of the events as the contract was before it changed, unless an earlier run has changed it already. */
async function feedBeforeChange(
  run: StreamRun,
  { input, inspection }: CheckedInput,
  app: LocalApp,
  context: DeploymentContext,
): Promise<readonly Increment[]> {
  const { change, contract } = input;
  const bronze = app.pipeline(run.product).tables.find(({ role }) => role === TableRole.BRONZE);
  if (!change || !bronze || (await hasChanged(bronze, change, contract))) return [];
  const before = new LocalApp(change.assembly, context.out);
  const increments: Increment[] = [];
  await whileDeployed(before, context, async (flow) => {
    await run.feed(firstHalf(inspection.rows), before.pipeline(run.product));
    await flow.settle();
    tell(flow, [run]);
    increments.push(...flow.increments);
  });
  return increments;
}

async function compactBronze(app: LocalApp, out: string): Promise<void> {
  const tables = app.intakes.flatMap(({ tables: own }) =>
    own.filter(({ role }) => role === TableRole.BRONZE),
  );
  await maintainOnLaptop({ out, tables, keepLast: Infinity, dryRun: false, compactOnly: true });
}

/** What failed behind the streams, to the products it belongs to. */
function tell(flow: EventFlow, runs: readonly ProductRun[]): void {
  for (const { product, message, halted } of flow.failures) {
    // What belongs to no product stands with the first: somebody has to hear of it.
    const run = runs.find((one) => one.product === product) ?? runs[0];
    if (halted) run.halt();
    else run.fail(message);
  }
}

function isFiles(input: ProductInput | CheckedInput | FileInput): input is FileInput {
  return 'files' in input;
}

function productOf({ contract }: { readonly contract: DataContract }): string {
  return contract.schema().tableName;
}
