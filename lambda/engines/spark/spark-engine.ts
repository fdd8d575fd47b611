import { quoteName, quoteText, SqlDialect } from '../../../lib/contract/quality/sql-dialect';
import { SPARK_CATALOG } from '../../../lib/contract/transform/spark-settings';
import {
  type AnswerRow,
  SqlRefused,
  type StatementEngine,
  type TableRead,
} from '../../pipeline/sql-transform/engine';
import type { ObjectStore } from '../../stores/object-store';
import { storeFor } from '../../stores/store-for';
import { glueTable, type Invocation, isFresh, poll, realSleep, statementToken } from '../statement-run';

export interface SparkOptions extends Invocation {
  /** `s3://` URI of the folder for statements and answers. */
  readonly workspace: string;
}

/** One try of a statement. */
export interface SparkJob {
  /** The same for the same request, statement and try. 64 characters. */
  readonly token: string;
  readonly sql: string;
  /** URI the statement is handed over at. */
  readonly statement: string;
  /** URI its answer will be at. */
  readonly answer: string;
}

/** How a run ended. */
export interface EndedRun {
  /** `gone` is one that nobody should start again: stopped by somebody, or too long. */
  readonly end: 'succeeded' | 'failed' | 'gone';
  /** What is told of it, for example `failed: no reason given`. */
  readonly message: string;
  /** Undefined where the service does not say. */
  readonly startedAt?: Date;
}

interface Answer {
  readonly rows?: AnswerRow[];
  readonly refused?: string;
}

/** Runs of a delivery that may fail for reasons that pass, before the request is given back. */
const FRESH_ATTEMPTS = 3;
/** Beyond this many tries of one request no more are begun: each is a cluster for a minute or more. */
const MOST_ATTEMPTS = 30;

/** Transforms as Spark jobs of a service: each statement is a job, which runs lib/contract/transform/spark-script.ts. */
export abstract class SparkEngine<O extends SparkOptions = SparkOptions> implements StatementEngine {
  readonly commits = 'statements';
  readonly dialect = SqlDialect.SPARK;
  readonly longestStatement = 5_000_000;
  /** What a run is called in messages. */
  protected abstract readonly what: string;

  constructor(
    protected readonly options: O,
    private readonly storeOf: (uri: string) => Promise<ObjectStore> = storeFor,
    protected readonly sleep = realSleep,
  ) {}

  /** Hands the statement over and returns the id of its run: perhaps of one that an earlier delivery began. */
  protected abstract begin(job: SparkJob, store: ObjectStore): Promise<string>;
  /** Undefined while it runs. */
  protected abstract ended(id: string): Promise<EndedRun | undefined>;

  tableName(uri: string): string {
    return [SPARK_CATALOG, ...glueTable(uri)].map((part) => quoteName(part, this.dialect)).join('.');
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
    const { requestId, workspace, remaining } = this.options;
    const store = await this.storeOf(workspace);
    let fresh = 0;
    for (let attempt = 0; ; attempt++) {
      const asked = Date.now();
      const token = statementToken(requestId, sql, attempt);
      const [statement, answer] = [`${workspace}/${token}.sql`, `${workspace}/${token}.json`];
      const id = await this.begin({ token, sql, statement, answer }, store);
      const run = await poll(() => this.ended(id), `The ${this.what} ${id}`, remaining, this.sleep);
      if (run.end === 'succeeded') return read(await store.get(answer));
      const message = `${this.what} ${id} ${run.message}`;
      if (run.end === 'gone') throw new SqlRefused(message);
      // One that began before we asked is an earlier delivery's.
      if (isFresh(run.startedAt, asked)) fresh += 1;
      if (fresh === FRESH_ATTEMPTS || attempt + 1 === MOST_ATTEMPTS) throw new Error(message);
    }
  }
}

function read(bytes: Uint8Array): Answer {
  const answer = JSON.parse(Buffer.from(bytes).toString('utf8')) as Answer;
  if (answer.refused === undefined) return answer;
  throw new SqlRefused(`Spark refuses the statement: ${answer.refused}`);
}
