import {
  EMRServerlessClient,
  GetJobRunCommand,
  type JobRun,
  StartJobRunCommand,
} from '@aws-sdk/client-emr-serverless';
import { quoteName, quoteText, SqlDialect } from '../../../lib/contract/quality/sql-dialect';
import {
  type AnswerRow,
  SqlRefused,
  type StatementEngine,
  type TableRead,
} from '../../pipeline/sql-transform/engine';
import type { ObjectStore } from '../../stores/object-store';
import { storeFor } from '../../stores/store-for';
import { glueTable, type Invocation, poll, realSleep, statementToken } from '../statement-run';

export interface EmrOptions extends Invocation {
  readonly application: string;
  readonly role: string;
  /** `s3://` URI of the script (lib/contract/transform/spark-script.ts). */
  readonly script: string;
  /** `s3://` URI of the folder for statements and answers. */
  readonly workspace: string;
  /** More options of spark-submit. */
  readonly settings: string;
}

/** Jobs of a request that may fail for reasons that pass, before the request is given back. */
const ATTEMPTS = 3;
const CATALOG = 'lakehouse';
/** Iceberg over the Glue Data Catalog; casts that lose something fail, as they do in the other engines. */
const SETTINGS: { readonly [name: string]: string } = {
  'spark.jars': '/usr/share/aws/iceberg/lib/iceberg-spark3-runtime.jar',
  'spark.sql.extensions': 'org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
  [`spark.sql.catalog.${CATALOG}`]: 'org.apache.iceberg.spark.SparkCatalog',
  [`spark.sql.catalog.${CATALOG}.catalog-impl`]: 'org.apache.iceberg.aws.glue.GlueCatalog',
  [`spark.sql.catalog.${CATALOG}.io-impl`]: 'org.apache.iceberg.aws.s3.S3FileIO',
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.ansi.enabled': 'true',
};
const ENDED = ['SUCCESS', 'FAILED', 'CANCELLED'];

interface Answer {
  readonly rows?: AnswerRow[];
  readonly refused?: string;
}

type Client = Pick<EMRServerlessClient, 'send'>;

/** Transforms as Spark jobs of an EMR Serverless application. Each statement is a job, which takes a minute or two to begin. */
export class EmrEngine implements StatementEngine {
  readonly commits = 'statements';
  readonly dialect = SqlDialect.SPARK;
  readonly longestStatement = 5_000_000;

  constructor(
    private readonly client: Client,
    private readonly options: EmrOptions,
    private readonly store: (uri: string) => Promise<ObjectStore> = storeFor,
    private readonly sleep = realSleep,
  ) {}

  tableName(uri: string): string {
    return [CATALOG, ...glueTable(uri)].map((part) => quoteName(part, this.dialect)).join('.');
  }

  async read({ table, snapshot, files }: TableRead): Promise<string> {
    const name = this.tableName(table.uri);
    if (snapshot === undefined) return `SELECT * FROM ${name} WHERE FALSE`;
    const rows = `SELECT * FROM ${name} VERSION AS OF ${snapshot['snapshot-id']}`;
    if (files === undefined) return rows;
    if (files.length === 0) return `${rows} WHERE FALSE`;
    const paths = files.map(({ filePath }) => quoteText(filePath, this.dialect));
    return `${rows} WHERE _file IN (${paths.join(', ')})`;
  }

  async query(sql: string): Promise<AnswerRow[]> {
    return (await this.run(sql)).rows ?? [];
  }

  async execute(sql: string): Promise<void> {
    await this.run(sql);
  }

  async close(): Promise<void> {}

  private async run(sql: string): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      const token = statementToken(this.options.requestId, sql, attempt);
      const id = await this.start(sql, token);
      const run = await poll(
        () => this.ended(id),
        `The EMR Serverless job ${id}`,
        this.options.remaining,
        this.sleep,
      );
      if (run.state === 'SUCCESS') return this.answer(token);
      const message = `EMR Serverless job ${id} ${run.state?.toLowerCase()}: ${run.stateDetails ?? 'no reason given'}`;
      if (run.state === 'CANCELLED') throw new SqlRefused(message);
      if (attempt + 1 === ATTEMPTS) throw new Error(message);
    }
  }

  private async start(sql: string, token: string): Promise<string> {
    const { application, role, script, workspace, settings } = this.options;
    const [statement, answer] = [`${workspace}/${token}.sql`, this.answerUri(token)];
    await (
      await this.store(workspace)
    ).put(statement, Buffer.from(sql, 'utf8'), { contentType: 'text/plain' });
    const own = Object.entries(SETTINGS).map(([name, value]) => `--conf ${name}=${value}`);
    const { jobRunId } = await this.client.send(
      new StartJobRunCommand({
        applicationId: application,
        executionRoleArn: role,
        clientToken: token,
        name: `transform-${token.slice(0, 12)}`,
        jobDriver: {
          sparkSubmit: {
            entryPoint: script,
            entryPointArguments: [statement, answer],
            sparkSubmitParameters: [...own, ...(settings === '' ? [] : [settings])].join(' '),
          },
        },
      }),
    );
    return jobRunId!;
  }

  private async ended(jobRunId: string): Promise<JobRun | undefined> {
    const { jobRun } = await this.client.send(
      new GetJobRunCommand({ applicationId: this.options.application, jobRunId }),
    );
    return ENDED.includes(jobRun?.state ?? '') ? jobRun : undefined;
  }

  private async answer(token: string): Promise<Answer> {
    const uri = this.answerUri(token);
    const bytes = await (await this.store(uri)).get(uri);
    const answer = JSON.parse(Buffer.from(bytes).toString('utf8')) as Answer;
    if (answer.refused === undefined) return answer;
    throw new SqlRefused(`Spark refuses the statement: ${answer.refused}`);
  }

  private answerUri(token: string): string {
    return `${this.options.workspace}/${token}.json`;
  }
}

export function openEmr(options: EmrOptions): EmrEngine {
  return new EmrEngine(new EMRServerlessClient({}), options);
}
