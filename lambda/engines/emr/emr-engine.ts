import { EMRServerlessClient, GetJobRunCommand, StartJobRunCommand } from '@aws-sdk/client-emr-serverless';
import { SPARK_ARGUMENTS } from '../../../lib/contract/transform/spark-script';
import { ICEBERG_SETTINGS, sparkSubmitOptions } from '../../../lib/contract/transform/spark-settings';
import type { ObjectStore } from '../../stores/object-store';
import { type EndedRun, SparkEngine, type SparkJob, type SparkOptions } from '../spark/spark-engine';

export interface EmrOptions extends SparkOptions {
  readonly application: string;
  readonly role: string;
  /** `s3://` URI of the script (lib/contract/transform/spark-script.ts). */
  readonly script: string;
  /** More options of spark-submit. */
  readonly settings: string;
}

const SETTINGS = {
  'spark.jars': '/usr/share/aws/iceberg/lib/iceberg-spark3-runtime.jar',
  ...ICEBERG_SETTINGS,
};
const ENDS: { readonly [state: string]: EndedRun['end'] } = {
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'gone',
};

type Client = Pick<EMRServerlessClient, 'send'>;

/** Transforms as Spark jobs of an EMR Serverless application. A job takes a minute or two to begin. */
export class EmrEngine extends SparkEngine<EmrOptions> {
  protected readonly what = 'EMR Serverless job';

  constructor(
    private readonly client: Client,
    ...given: ConstructorParameters<typeof SparkEngine<EmrOptions>>
  ) {
    super(...given);
  }

  protected async begin({ token, sql, statement, answer }: SparkJob, store: ObjectStore): Promise<string> {
    const { application, role, script, settings } = this.options;
    await store.put(statement, Buffer.from(sql, 'utf8'), { contentType: 'text/plain' });
    const { jobRunId } = await this.client.send(
      new StartJobRunCommand({
        applicationId: application,
        executionRoleArn: role,
        // The service knows a run again by it.
        clientToken: token,
        name: `transform-${token.slice(0, 12)}`,
        jobDriver: {
          sparkSubmit: {
            entryPoint: script,
            entryPointArguments: [SPARK_ARGUMENTS.statement, statement, SPARK_ARGUMENTS.answer, answer],
            sparkSubmitParameters: [
              sparkSubmitOptions(SETTINGS),
              ...(settings === '' ? [] : [settings]),
            ].join(' '),
          },
        },
      }),
    );
    return jobRunId!;
  }

  protected async ended(jobRunId: string): Promise<EndedRun | undefined> {
    const { jobRun } = await this.client.send(
      new GetJobRunCommand({ applicationId: this.options.application, jobRunId }),
    );
    const state = jobRun?.state ?? '';
    if (!(state in ENDS)) return undefined;
    return {
      end: ENDS[state],
      message: `${state.toLowerCase()}: ${jobRun?.stateDetails ?? 'no reason given'}`,
      startedAt: jobRun?.createdAt,
    };
  }
}

export function openEmr(options: EmrOptions): EmrEngine {
  return new EmrEngine(new EMRServerlessClient({}), options);
}
