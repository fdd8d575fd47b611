import { GetJobRunCommand, GetJobRunsCommand, GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { SPARK_ARGUMENTS } from '../../../lib/contract/transform/spark-script';
import { ObjectExists, type ObjectStore } from '../../stores/object-store';
import { type EndedRun, SparkEngine, type SparkJob, type SparkOptions } from '../spark/spark-engine';
import { poll } from '../statement-run';

export interface GlueOptions extends SparkOptions {
  /** Name of the job, which has the script and Spark's settings. */
  readonly job: string;
}

/** Statements and answers are kept so long: what began before is nobody's. */
const REMEMBERED_MS = 7 * 86_400_000;
/** What the clock of Glue may be behind: a run of ours that it lists as begun earlier than we asked for it. */
const CLOCKS_DIFFER_MS = 5 * 60_000;
const ENDS: { readonly [state: string]: EndedRun['end'] } = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  ERROR: 'failed',
  EXPIRED: 'failed',
  STOPPED: 'gone',
  TIMEOUT: 'gone',
};

type Client = Pick<GlueClient, 'send'>;

/**
 * Transforms as runs of a Glue job. Glue takes no token to know a run again by: the statement is written before the run is
 * started, if it is not there yet, and a run carries the statement's URI. Where the statement was there, its run is looked
 * for first. The job allows one run at a time, so that a run Glue does not show yet cannot be started twice.
 */
export class GlueEngine extends SparkEngine<GlueOptions> {
  protected readonly what = 'Glue job run';

  constructor(
    private readonly client: Client,
    ...given: ConstructorParameters<typeof SparkEngine<GlueOptions>>
  ) {
    super(...given);
  }

  protected async begin(job: SparkJob, store: ObjectStore): Promise<string> {
    const asked = Date.now();
    const known = (await isNew(job, store)) ? undefined : await this.find(job, asked - REMEMBERED_MS);
    return (
      known ??
      poll(
        () => this.start(job, asked - CLOCKS_DIFFER_MS),
        `Another run of the Glue job ${this.options.job}`,
        this.options.remaining,
        this.sleep,
      )
    );
  }

  /** Undefined while another run has the job. */
  private async start(job: SparkJob, since: number): Promise<string | undefined> {
    try {
      const { JobRunId } = await this.client.send(
        new StartJobRunCommand({
          JobName: this.options.job,
          Arguments: {
            [SPARK_ARGUMENTS.statement]: job.statement,
            [SPARK_ARGUMENTS.answer]: job.answer,
          },
        }),
      );
      return JobRunId;
    } catch (error) {
      if ((error as Error).name !== 'ConcurrentRunsExceededException') throw error;
      // Perhaps it is ours: of a request whose answer was lost, and that the SDK sent again.
      return this.find(job, since);
    }
  }

  /** Glue lists the newest first: what began before the time is not looked through. */
  private async find({ statement }: SparkJob, since: number): Promise<string | undefined> {
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(
        new GetJobRunsCommand({ JobName: this.options.job, MaxResults: 100, NextToken }),
      );
      for (const { Id, Arguments, StartedOn } of page.JobRuns ?? []) {
        if (Arguments?.[SPARK_ARGUMENTS.statement] === statement) return Id;
        if (StartedOn !== undefined && StartedOn.getTime() < since) return undefined;
      }
      ({ NextToken } = page);
    } while (NextToken);
    return undefined;
  }

  protected async ended(RunId: string): Promise<EndedRun | undefined> {
    const { JobRun } = await this.client.send(new GetJobRunCommand({ JobName: this.options.job, RunId }));
    const state = JobRun?.JobRunState ?? '';
    if (!(state in ENDS)) return undefined;
    const reason = JobRun?.ErrorMessage ?? REASONS[state] ?? 'no reason given';
    return { end: ENDS[state], message: `${state.toLowerCase()}: ${reason}`, startedAt: JobRun?.StartedOn };
  }
}

const REASONS: { readonly [state: string]: string } = {
  TIMEOUT: 'it ran longer than the job may; give the job more workers, or a longer timeout',
};

async function isNew({ statement, sql }: SparkJob, store: ObjectStore): Promise<boolean> {
  try {
    await store.put(statement, Buffer.from(sql, 'utf8'), { contentType: 'text/plain', ifAbsent: true });
    return true;
  } catch (error) {
    if (error instanceof ObjectExists) return false;
    throw error;
  }
}

export function openGlue(options: GlueOptions): GlueEngine {
  // Polling adds up: the SDK backs off when Glue is asked too often.
  return new GlueEngine(new GlueClient({ retryMode: 'adaptive', maxAttempts: 8 }), options);
}
