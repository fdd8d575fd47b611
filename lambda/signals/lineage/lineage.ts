import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, PRODUCT_DIMENSION } from '../../../lib/contract/metric-names';
import type {
  ErrorMessageFacet,
  Facet,
  InputDataset,
  OutputDataset,
  RunEvent,
  RunState,
} from '../../../lib/contract/lineage/run-event';
import type { LineageConfiguration } from '../../configuration/lineage';
import type { Secrets } from '../../lookups/secrets';
import { type EventSink, openSink } from './event-sink';
import { facet, PRODUCER, RUN_EVENT_SCHEMA } from './facets';
import { runId } from './run-id';

/** Longest time that a batch waits for its lineage to be told. */
const PATIENCE_MILLISECONDS = 2000;
/** Of what is said about an error: enough to know it again. */
const LONGEST_MESSAGE = 2000;

/** What a run was: its datasets, when it began, and what it failed with, where it did. */
export interface ToldRun {
  /** With the job, what tells the run from every other: told again, it has the same id. */
  readonly identity: readonly string[];
  /** Epoch milliseconds. */
  readonly started: number;
  readonly inputs: readonly InputDataset[];
  readonly outputs: readonly OutputDataset[];
  readonly jobFacets?: { readonly [name: string]: Facet };
  readonly error?: unknown;
}

/**
 * Tells what runs of a job read and made, as events of OpenLineage. Told once a run has ended, so that one that found
 * nothing to do is not told of at all: its start, and how it ended.
 *
 * A sink that is slow or away costs a run two seconds and a count in the metric `LineageFailures`, never the run.
 */
export class Lineage {
  private readonly job: { readonly namespace: string; readonly name: string };
  private readonly logger: Logger;

  /** @param task what the job does for its product, for example `ingest` */
  constructor(
    readonly configuration: LineageConfiguration,
    private readonly task: string,
    private readonly secrets?: Secrets,
  ) {
    const { product, metricNamespace } = configuration;
    this.job = { namespace: metricNamespace, name: `${product}.${task}` };
    this.logger = new Logger({ serviceName: product });
  }

  /** @param describe gives undefined for a run that nothing is to be said of; what it throws is a failure of the telling */
  async tell(describe: () => ToldRun | undefined): Promise<void> {
    try {
      const run = describe();
      if (run !== undefined) await within(PATIENCE_MILLISECONDS, (signal) => this.send(run, signal));
    } catch (error) {
      this.logger.warn('Lineage not told', {
        error: error instanceof Error ? error : new Error(String(error)),
      });
      const metrics = new Metrics({ namespace: this.configuration.metricNamespace });
      metrics.clearDefaultDimensions();
      metrics.setDefaultDimensions({ [PRODUCT_DIMENSION]: this.configuration.product });
      metrics.addMetric(METRICS.lineageFailures, MetricUnit.Count, 1);
      metrics.publishStoredMetrics();
    }
  }

  private async send(run: ToldRun, signal: AbortSignal): Promise<void> {
    const sink: EventSink = openSink(this.configuration, this.secrets);
    await sink.send(this.events(run), signal);
  }

  private events({ identity, started, inputs, outputs, jobFacets, error }: ToldRun): RunEvent[] {
    const { namespace, name } = this.job;
    const id = runId(namespace, name, ...identity);
    const job = {
      ...this.job,
      facets: {
        jobType: facet('jobType', {
          processingType: 'BATCH',
          integration: 'LAKEHOUSE',
          jobType: this.task.split('.')[0].toUpperCase(),
        }),
        ...jobFacets,
      },
    };
    const event = (eventType: RunState, time: number, errorMessage?: ErrorMessageFacet): RunEvent => ({
      eventType,
      eventTime: new Date(time).toISOString(),
      producer: PRODUCER,
      schemaURL: RUN_EVENT_SCHEMA,
      run: { runId: id, ...(errorMessage && { facets: { errorMessage } }) },
      job,
      // What they hold is known at the end: a start says which they are.
      ...(eventType === 'START'
        ? { inputs: inputs.map(named), outputs: outputs.map(named) }
        : { inputs, outputs }),
    });
    const end =
      error === undefined ? event('COMPLETE', Date.now()) : event('FAIL', Date.now(), failure(error));
    return [event('START', started), end];
  }
}

function named({ namespace, name }: InputDataset): InputDataset {
  return { namespace, name };
}

/** Without a stack, which is ours: the log has it. */
function failure(error: unknown): ErrorMessageFacet {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return facet('errorMessage', {
    message: message.slice(0, LONGEST_MESSAGE),
    programmingLanguage: 'TypeScript',
  });
}

/** Waits no longer for what is under way; a request that can be taken back is. */
async function within(milliseconds: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The sink of lineage took longer than ${milliseconds} ms.`));
      abort.abort();
    }, milliseconds);
  });
  try {
    await Promise.race([work(abort.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
