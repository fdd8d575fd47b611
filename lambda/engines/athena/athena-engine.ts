import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { quoteName, quoteText, SqlDialect } from '../../../lib/contract/quality/sql-dialect';
import {
  type AnswerRow,
  SqlRefused,
  type StatementEngine,
  type TableRead,
} from '../../pipeline/sql-transform/engine';
import { glueTable, type Invocation, isFresh, poll, realSleep, statementToken } from '../statement-run';

export interface AthenaOptions extends Invocation {
  readonly workgroup: string;
}

/** Statements of a request that may fail for reasons that pass, before the request is given back. */
const FRESH_ATTEMPTS = 4;
/** Beyond this many tries of one request nobody remembers the first. */
const MOST_ATTEMPTS = 100;
/** Another commit got in between, or capacity was short: Athena does not always say that trying again helps. */
const PASSING =
  /ICEBERG_COMMIT_ERROR|CommitFailedException|INTERNAL_ERROR|EXHAUSTED_RESOURCES|Rate exceeded|SlowDown|throttl/i;

type Client = Pick<AthenaClient, 'send'>;

/** Transforms in Athena: it reads and commits Iceberg tables of the Glue Data Catalog itself. */
export class AthenaEngine implements StatementEngine {
  readonly commits = 'statements';
  readonly dialect = SqlDialect.ATHENA;
  // https://docs.aws.amazon.com/athena/latest/ug/service-limits.html: bytes in UTF-8; most text is one byte a character.
  readonly longestStatement = 240_000;

  constructor(
    private readonly client: Client,
    private readonly options: AthenaOptions,
    private readonly sleep = realSleep,
  ) {}

  tableName(uri: string): string {
    return glueTable(uri)
      .map((part) => quoteName(part, this.dialect))
      .join('.');
  }

  async read({ table, snapshot, files }: TableRead): Promise<string> {
    const name = this.tableName(table.uri);
    if (snapshot === undefined) return `SELECT * FROM ${name} WHERE FALSE`;
    const rows = `SELECT * FROM ${name} FOR VERSION AS OF ${snapshot['snapshot-id']}`;
    if (files === undefined) return rows;
    if (files.length === 0) return `${rows} WHERE FALSE`;
    const paths = files.map(({ filePath }) => quoteText(filePath, this.dialect));
    return `${rows} WHERE "$path" IN (${paths.join(', ')})`;
  }

  async query(sql: string): Promise<AnswerRow[]> {
    const QueryExecutionId = await this.run(sql);
    const rows: AnswerRow[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken }));
      for (const { Data = [] } of page.ResultSet?.Rows ?? []) {
        rows.push(Data.map(({ VarCharValue }) => VarCharValue ?? null));
      }
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    // The first row holds the names of the columns.
    return rows.slice(1);
  }

  async execute(sql: string): Promise<void> {
    await this.run(sql);
  }

  async close(): Promise<void> {}

  /** Returns the id of an execution that succeeded: perhaps of one that an earlier delivery of the request began. */
  private async run(sql: string): Promise<string> {
    const { requestId, remaining } = this.options;
    let fresh = 0;
    for (let attempt = 0; ; attempt++) {
      const asked = Date.now();
      const id = await this.start(sql, statementToken(requestId, sql, attempt));
      const execution = await poll(() => this.finished(id), `The Athena query ${id}`, remaining, this.sleep);
      if (execution.Status?.State === 'SUCCEEDED') return id;
      const reason = execution.Status?.StateChangeReason ?? 'no reason given';
      const message = `Athena query ${id} ${execution.Status?.State?.toLowerCase()}: ${reason}`;
      if (!isPassing(execution)) throw new SqlRefused(message);
      // One that failed before we asked is an earlier delivery's.
      if (isFresh(execution.Status?.SubmissionDateTime, asked)) fresh += 1;
      if (fresh === FRESH_ATTEMPTS || attempt === MOST_ATTEMPTS) throw new Error(message);
      await this.sleep(1_000 * 2 ** fresh);
    }
  }

  private async start(QueryString: string, ClientRequestToken: string): Promise<string> {
    try {
      const { QueryExecutionId } = await this.client.send(
        new StartQueryExecutionCommand({
          QueryString,
          ClientRequestToken,
          WorkGroup: this.options.workgroup,
          QueryExecutionContext: { Catalog: 'AwsDataCatalog' },
        }),
      );
      return QueryExecutionId!;
    } catch (error) {
      // What Athena cannot parse it refuses at once; too many requests have another name and are the SDK's to repeat.
      const { name, message } = error as Error;
      if (name === 'InvalidRequestException') throw new SqlRefused(message, { cause: error });
      throw error;
    }
  }

  private async finished(QueryExecutionId: string): Promise<QueryExecution | undefined> {
    const { QueryExecution: execution } = await this.client.send(
      new GetQueryExecutionCommand({ QueryExecutionId }),
    );
    const state = execution?.Status?.State;
    return state === 'QUEUED' || state === 'RUNNING' || state === undefined ? undefined : execution;
  }
}

/** Category 1 is Athena's own fault, 2 the user's. */
function isPassing({ Status }: QueryExecution): boolean {
  if (Status?.State === 'CANCELLED') return false;
  const { Retryable, ErrorCategory } = Status?.AthenaError ?? {};
  return Retryable === true || ErrorCategory === 1 || PASSING.test(Status?.StateChangeReason ?? '');
}

export function openAthena(options: AthenaOptions): AthenaEngine {
  // Polling adds up: the SDK backs off when Athena is asked too often.
  return new AthenaEngine(new AthenaClient({ retryMode: 'adaptive', maxAttempts: 8 }), options);
}
