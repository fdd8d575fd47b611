import { join } from 'node:path';
import type { MetricStore } from '../metrics/metric-store';
import { CloudAssembly } from '../template/assembly';
import { EmbeddedLake } from './embedded-lake';
import { linkEngine } from './engine-link';
import { EventFlow, type EventFlowOptions } from './event-flow';
import { filePipelines, pipelines } from './pipeline';
import type { FilePipeline, Intake, Pipeline } from './pipeline';
import type { RunProgress } from './product-run';
import { provisionTables } from './provisioning';

/** What every deployment of a run shares. */
export interface DeploymentContext {
  /** Directory of the tables. */
  readonly out: string;
  /** Directory of what the run keeps beside the tables. */
  readonly stateDirectory: string;
  readonly metrics: MetricStore;
  readonly progress: Pick<RunProgress, 'invoking'>;
  readonly services?: EventFlowOptions['services'];
}

/** A synthesized app, and what of it this machine stands for. */
export class LocalApp {
  readonly assembly: CloudAssembly;
  readonly lake: EmbeddedLake;
  readonly pipelines: readonly Pipeline[];
  readonly filePipelines: readonly FilePipeline[];

  constructor(
    readonly directory: string,
    out: string,
  ) {
    this.assembly = new CloudAssembly(directory);
    this.lake = new EmbeddedLake(this.assembly, out);
    this.pipelines = pipelines(this.assembly, this.lake);
    this.filePipelines = filePipelines(this.assembly, this.lake);
  }

  /** What takes records in, from wherever. */
  get intakes(): readonly Intake[] {
    return [...this.pipelines, ...this.filePipelines];
  }

  /** @throws Error where the app has no stream for a product */
  pipeline(product: string): Pipeline {
    const found = this.pipelines.find((pipeline) => pipeline.product === product);
    if (found) return found;
    throw new Error(`The app in ${this.directory} has no stream for the product "${product}"`);
  }

  /** @throws Error where the app has no folder for a product */
  filePipeline(product: string): FilePipeline {
    const found = this.filePipelines.find((pipeline) => pipeline.product === product);
    if (found) return found;
    throw new Error(`The app in ${this.directory} has no folder files of the product "${product}" arrive in`);
  }
}

/**
 * Deploys an app: provisions its tables, and lets events flow for as long as the work takes.
 * @throws ProvisioningFailed when a table cannot become what its contract asks for
 */
export async function whileDeployed(
  { assembly, lake, directory }: LocalApp,
  { stateDirectory, metrics, progress, services }: DeploymentContext,
  work: (flow: EventFlow) => Promise<void>,
): Promise<void> {
  await provisionTables(assembly, lake, () => undefined);
  linkEngine(directory);
  const flow = await EventFlow.open({
    assembly,
    lake,
    stateDirectory,
    metrics,
    services,
    invoking: ({ path }) => progress.invoking(path),
  });
  try {
    await work(flow);
  } finally {
    await flow.close();
  }
}

/** Where a run keeps what is not a table. */
export function stateDirectory(out: string): string {
  return join(out, '.lakehouse');
}
