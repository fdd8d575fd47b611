import { AthenaEngine } from '../../lambda/engines/athena';
import { EmrEngine } from '../../lambda/engines/emr';
import { SqlRefused, StillRunning } from '../../lambda/pipeline/sql-transform/engine';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import type { TableFile } from '../../lambda/tables/table-files';
import { MemoryStore } from '../stores/memory-store';

interface Call {
  readonly name: string;
  readonly input: any;
}

const noSleep = async () => undefined;
const table = { uri: 'glue://lake_silver/sales' } as IcebergTable;
const snapshot = { 'snapshot-id': '5937117119577207079', 'timestamp-ms': 0, 'manifest-list': '' } as never;
const files = [{ filePath: "s3://b/o'brien.parquet" }] as TableFile[];

/** Athena as far as it is spoken to: an execution for each token, which ends as it is told. */
function athena(
  ends: (call: number, sql: string) => any,
  remaining = () => 100_000,
  requestId = 'message-1',
) {
  const calls: Call[] = [];
  const executions = new Map<string, { id: string; status: any }>();
  const client = {
    send: async ({ constructor, input }: { constructor: { name: string }; input: any }) => {
      calls.push({ name: constructor.name, input });
      if (constructor.name === 'StartQueryExecutionCommand') {
        const known = executions.get(input.ClientRequestToken);
        if (known) return { QueryExecutionId: known.id };
        const id = `q${executions.size}`;
        executions.set(input.ClientRequestToken, { id, status: ends(executions.size, input.QueryString) });
        return { QueryExecutionId: id };
      }
      if (constructor.name === 'GetQueryExecutionCommand') {
        const found = [...executions.values()].find(({ id }) => id === input.QueryExecutionId)!;
        return { QueryExecution: { Status: { SubmissionDateTime: new Date(), ...found.status } } };
      }
      const text = (...values: (string | undefined)[]) => ({
        Data: values.map((VarCharValue) => ({ VarCharValue })),
      });
      return input.NextToken === undefined
        ? { ResultSet: { Rows: [text('v', 'w'), text('1', undefined)] }, NextToken: 'more' }
        : { ResultSet: { Rows: [text('2', 'x')] } };
    },
  };
  const engine = (id = requestId) =>
    new AthenaEngine(client as never, { workgroup: 'lake', requestId: id, remaining }, noSleep);
  return { engine, calls, starts: () => calls.filter(({ name }) => name.startsWith('Start')) };
}

describe('Athena', () => {
  const succeeds = () => ({ State: 'SUCCEEDED' });
  const fails = (reason: string, error?: any) => ({
    State: 'FAILED',
    StateChangeReason: reason,
    AthenaError: error,
  });

  test('reads tables as they were at a snapshot, and the files asked for', async () => {
    const engine = athena(succeeds).engine();
    expect(await engine.read({ table })).toBe('SELECT * FROM "lake_silver"."sales" WHERE FALSE');
    const past = 'SELECT * FROM "lake_silver"."sales" FOR VERSION AS OF 5937117119577207079';
    expect(await engine.read({ table, snapshot })).toBe(past);
    expect(await engine.read({ table, snapshot, files })).toBe(
      `${past} WHERE "$path" IN ('s3://b/o''brien.parquet')`,
    );
    expect(await engine.read({ table, snapshot, files: [] })).toBe(`${past} WHERE FALSE`);
  });

  test('answers all pages, without the names of the columns', async () => {
    expect(await athena(succeeds).engine().query('SELECT 1')).toEqual([
      ['1', null],
      ['2', 'x'],
    ]);
  });

  test('knows a request that is delivered again by its statement, and begins anew for another', async () => {
    const { engine, starts } = athena(succeeds);
    await engine().execute('MERGE');
    await engine().execute('MERGE');
    await engine('message-2').execute('MERGE');
    await engine().execute('OTHER');
    const tokens = starts().map(({ input }) => input.ClientRequestToken);
    expect(tokens[1]).toBe(tokens[0]);
    expect(new Set(tokens).size).toBe(3);
    expect(tokens.every((token) => /^[0-9a-f]{64}$/.test(token))).toBe(true);
  });

  test.each([
    ['a conflict', fails('ICEBERG_COMMIT_ERROR: another commit was first')],
    ['its own fault', fails('INTERNAL', { ErrorCategory: 1 })],
    ['what it calls retryable', fails('busy', { ErrorCategory: 2, Retryable: true })],
  ])('is asked again after %s', async (_, failure) => {
    const { engine, starts } = athena((call) => (call < 2 ? failure : succeeds()));
    await engine().execute('MERGE');
    expect(new Set(starts().map(({ input }) => input.ClientRequestToken)).size).toBe(3);
  });

  test('tries are counted though the clock of Athena is behind', async () => {
    const SubmissionDateTime = new Date(Date.now() - 10_000);
    const conflict = fails('ICEBERG_COMMIT_ERROR: another commit was first');
    const { engine, starts } = athena(() => ({ ...conflict, SubmissionDateTime }));
    await expect(engine().execute('MERGE')).rejects.toThrow('ICEBERG_COMMIT_ERROR');
    expect(starts()).toHaveLength(4);
  });

  test('is not asked again after a mistake in the statement', async () => {
    const { engine, starts } = athena(() => fails('COLUMN_NOT_FOUND: line 1:8', { ErrorCategory: 2 }));
    await expect(engine().execute('MERGE')).rejects.toThrow(SqlRefused);
    expect(starts()).toHaveLength(1);
  });

  test('gives a request back whose tries all failed for what may pass', async () => {
    const { engine } = athena(() => fails('EXHAUSTED_RESOURCES'));
    await expect(engine().execute('MERGE')).rejects.toThrow('EXHAUSTED_RESOURCES');
    await expect(engine().execute('MERGE')).rejects.not.toThrow(SqlRefused);
  });

  test('leaves a statement running when the function has no time left', async () => {
    const { engine, starts } = athena(
      () => ({ State: 'RUNNING' }),
      () => 1_000,
    );
    await expect(engine().execute('MERGE')).rejects.toThrow(StillRunning);
    await expect(engine().execute('MERGE')).rejects.toThrow(StillRunning);
    expect(new Set(starts().map(({ input }) => input.ClientRequestToken)).size).toBe(1);
  });

  test('takes tables of the Glue catalog only', async () => {
    const engine = athena(succeeds).engine();
    expect(() => engine.tableName('file:///tmp/x')).toThrow('is not in the Glue Data Catalog');
  });
});

describe('EMR Serverless', () => {
  function emr(states: string[], answer: any = { rows: [['1', null]] }, remaining = () => 100_000) {
    const calls: Call[] = [];
    const store = new MemoryStore();
    const client = {
      send: async ({ constructor, input }: { constructor: { name: string }; input: any }) => {
        calls.push({ name: constructor.name, input });
        if (constructor.name === 'StartJobRunCommand') {
          await store.put(
            input.jobDriver.sparkSubmit.entryPointArguments[3],
            Buffer.from(JSON.stringify(answer)),
          );
          return { jobRunId: `j${calls.length}` };
        }
        return { jobRun: { state: states.length > 1 ? states.shift() : states[0], stateDetails: 'because' } };
      },
    };
    const options = {
      application: 'app',
      role: 'role',
      script: 's3://assets/run.py',
      workspace: 's3://scratch/jobs',
      settings: '--conf spark.executor.cores=8',
      requestId: 'message-1',
      remaining,
    };
    const engine = new EmrEngine(client as never, options, async () => store, noSleep);
    return { engine, store, starts: () => calls.filter(({ name }) => name.startsWith('Start')) };
  }

  test('runs a statement as a job by a token, and reads its answer', async () => {
    const { engine, store, starts } = emr(['SUBMITTED', 'RUNNING', 'SUCCESS']);
    expect(await engine.query('SELECT 1')).toEqual([['1', null]]);
    const [{ input }] = starts();
    expect(input.clientToken).toMatch(/^[0-9a-f]{64}$/);
    const { sparkSubmit } = input.jobDriver;
    expect(sparkSubmit.sparkSubmitParameters).toMatch(/timeZone=UTC .*--conf spark.executor.cores=8$/);
    const statement = await store.get(sparkSubmit.entryPointArguments[1]);
    expect(Buffer.from(statement).toString()).toBe('SELECT 1');
  });

  test('tells a statement that Spark refuses from a job that failed', async () => {
    await expect(emr(['SUCCESS'], { refused: 'no such column' }).engine.execute('x')).rejects.toThrow(
      SqlRefused,
    );
    const failing = emr(['FAILED']);
    await expect(failing.engine.execute('x')).rejects.toThrow('failed: because');
    expect(new Set(failing.starts().map(({ input }) => input.clientToken)).size).toBe(3);
    await expect(emr(['RUNNING'], {}, () => 1_000).engine.execute('x')).rejects.toThrow(StillRunning);
  });

  test('a request whose jobs all failed begins anew when delivered again, behind those that the service knows by their tokens', async () => {
    const jobs = new Map<string, { id: string; createdAt: Date }>();
    const client = {
      send: async ({ constructor, input }: { constructor: { name: string }; input: any }) => {
        if (constructor.name !== 'StartJobRunCommand') {
          const { createdAt } = [...jobs.values()].find(({ id }) => id === input.jobRunId)!;
          return { jobRun: { state: 'FAILED', createdAt } };
        }
        const known = jobs.get(input.clientToken) ?? { id: `j${jobs.size}`, createdAt: new Date() };
        jobs.set(input.clientToken, known);
        return { jobRunId: known.id };
      },
    };
    const options = {
      application: 'app',
      role: 'role',
      script: 's3://assets/run.py',
      workspace: 's3://scratch/jobs',
      settings: '',
      requestId: 'message-1',
      remaining: () => 100_000,
    };
    const store = new MemoryStore();
    const engine = () => new EmrEngine(client as never, options, async () => store, noSleep);
    await expect(engine().execute('MERGE')).rejects.toThrow('EMR Serverless job j2 failed: no reason given');
    for (const job of jobs.values()) job.createdAt = new Date(Date.now() - 3_600_000);
    await expect(engine().execute('MERGE')).rejects.toThrow('EMR Serverless job j5 failed');
    expect(jobs.size).toBe(6);
  });

  test('reads tables as they were at a snapshot, and the files asked for', async () => {
    const { engine } = emr(['SUCCESS']);
    expect(await engine.read({ table, snapshot, files })).toBe(
      "SELECT * FROM `lakehouse`.`lake_silver`.`sales` VERSION AS OF 5937117119577207079 WHERE _file IN ('s3://b/o\\'brien.parquet')",
    );
  });
});
