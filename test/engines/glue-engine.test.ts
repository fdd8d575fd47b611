import { CreateJobCommand, GetJobRunsCommand, GlueClient } from '@aws-sdk/client-glue';
import { sqlEngine } from '../../lambda/configuration/sql-engine';
import { openSqlEngine } from '../../lambda/engines/open-sql-engine';
import { GlueEngine } from '../../lambda/engines/glue';
import { statementToken } from '../../lambda/engines/statement-run';
import { SqlRefused, StillRunning } from '../../lambda/pipeline/sql-transform/engine';
import { optional } from '../skip';
import { MemoryStore } from '../stores/memory-store';
import { MOTO, type Moto, startMoto } from '../stores/moto';

interface Run {
  readonly Id: string;
  readonly Arguments: { readonly [name: string]: string };
  readonly StartedOn: Date;
  /** What GetJobRun answers, one after another; the last one stays. */
  readonly states: string[];
}

interface World {
  /** States of each run in turn. */
  readonly states?: readonly (readonly string[])[];
  readonly answer?: object;
  readonly remaining?: () => number;
  /** Calls of StartJobRun whose answer is lost on the way back, by number. */
  readonly lost?: readonly number[];
  /** Calls of StartJobRun that the SDK sends again, as the answer to the first was lost. */
  readonly resent?: readonly number[];
  /** Calls of StartJobRun that find another's run. */
  readonly busy?: readonly number[];
  readonly pageSize?: number;
  readonly errorMessage?: string;
  /** Milliseconds that the clock of Glue is behind. */
  readonly behind?: number;
}

const ENDED = ['SUCCEEDED', 'FAILED', 'ERROR', 'STOPPED', 'TIMEOUT', 'EXPIRED'];
const noSleep = async () => undefined;

/** Glue as far as it is spoken to: one run at a time, listed with the newest first, and no token. */
function glue(world: World = {}) {
  const { states = [['SUCCEEDED']], answer = { rows: [['1', null]] }, pageSize = 100 } = world;
  const runs: Run[] = [];
  const store = new MemoryStore();
  const calls: string[] = [];
  let starts = 0;
  const client = {
    send: async ({ constructor, input }: { constructor: { name: string }; input: any }) => {
      calls.push(constructor.name);
      if (constructor.name === 'GetJobRunsCommand') {
        const from = Number(input.NextToken ?? 0);
        const JobRuns = [...runs].reverse().slice(from, from + pageSize);
        return { JobRuns, NextToken: from + pageSize < runs.length ? String(from + pageSize) : undefined };
      }
      if (constructor.name === 'GetJobRunCommand') {
        const { states: left, StartedOn } = runs.find(({ Id }) => Id === input.RunId)!;
        const JobRunState = left.length > 1 ? left.shift() : left[0];
        return { JobRun: { JobRunState, ErrorMessage: world.errorMessage, StartedOn } };
      }
      const number = starts++;
      const running = runs.some(({ states: left }) => !ENDED.includes(left[0]));
      const exceeded = Object.assign(new Error('Concurrent runs exceeded for lake'), {
        name: 'ConcurrentRunsExceededException',
      });
      if (running || world.busy?.includes(number)) throw exceeded;
      const Id = `jr_${runs.length}`;
      const then = [...(states[runs.length] ?? states[states.length - 1])];
      runs.push({
        Id,
        Arguments: input.Arguments,
        StartedOn: new Date(Date.now() - (world.behind ?? 0)),
        states: then,
      });
      await store.put(input.Arguments['--answer'], Buffer.from(JSON.stringify(answer)));
      if (world.resent?.includes(number)) throw exceeded;
      if (world.lost?.includes(number)) throw new Error('socket hang up');
      return { JobRunId: Id };
    },
  };
  const engine = (requestId = 'message-1') =>
    new GlueEngine(
      client as never,
      {
        job: 'lake',
        workspace: 's3://scratch/jobs',
        requestId,
        remaining: world.remaining ?? (() => 100_000),
      },
      async () => store,
      noSleep,
    );
  return { engine, runs, calls, store };
}

test('a statement is a run, which is followed to its end, and its answer is read', async () => {
  const { engine, runs, calls, store } = glue({ states: [['STARTING', 'WAITING', 'RUNNING', 'SUCCEEDED']] });
  expect(await engine().query('SELECT 1')).toEqual([['1', null]]);
  const token = statementToken('message-1', 'SELECT 1', 0);
  const statement = `s3://scratch/jobs/${token}.sql`;
  expect(runs.map(({ Arguments }) => Arguments)).toEqual([
    { '--statement': statement, '--answer': `s3://scratch/jobs/${token}.json` },
  ]);
  expect(Buffer.from(await store.get(statement)).toString()).toBe('SELECT 1');
  // Nothing is looked for where nobody asked before.
  expect(calls).toEqual(['StartJobRunCommand', ...Array.from({ length: 4 }, () => 'GetJobRunCommand')]);
});

test('a function that is told of a job has this engine, and one that is told of none does not start', async () => {
  const environment = {
    LAKEHOUSE_SQL_ENGINE: 'glue',
    LAKEHOUSE_GLUE_JOB: 'lake',
    LAKEHOUSE_GLUE_WORKSPACE: 's3://scratch/jobs',
  };
  const engine = await openSqlEngine(sqlEngine(environment), 'message-1', () => 1_000);
  expect(engine).toBeInstanceOf(GlueEngine);
  expect((engine as GlueEngine).tableName('glue://lake_gold/sessions')).toBe(
    '`lakehouse`.`lake_gold`.`sessions`',
  );
  expect(() => sqlEngine({ ...environment, LAKEHOUSE_GLUE_JOB: undefined })).toThrow(
    'LAKEHOUSE_GLUE_JOB is not set',
  );
  expect(() => sqlEngine({ LAKEHOUSE_SQL_ENGINE: 'presto' })).toThrow(
    'LAKEHOUSE_SQL_ENGINE is "presto". Allowed: athena, duckdb, emr, glue.',
  );
});

describe('a run is started once', () => {
  test('a request that is delivered again finds the run that is under way, and the one that is done', async () => {
    let left = 1_000;
    const { engine, runs } = glue({ states: [['RUNNING', 'RUNNING', 'SUCCEEDED']], remaining: () => left });
    await expect(engine().execute('MERGE')).rejects.toThrow(
      new StillRunning('The Glue job run jr_0 still runs.'),
    );
    left = 100_000;
    await engine().execute('MERGE');
    await engine().execute('MERGE');
    expect(runs).toHaveLength(1);
    await engine('message-2').execute('MERGE');
    await engine().execute('OTHER');
    expect(runs).toHaveLength(3);
  });

  test('so does one whose function died before it had the answer of Glue', async () => {
    const { engine, runs } = glue({ lost: [0] });
    await expect(engine().execute('MERGE')).rejects.toThrow('socket hang up');
    await engine().execute('MERGE');
    expect(runs).toHaveLength(1);
  });

  test('so does one that died between the statement and the run: then there is none, and it is started', async () => {
    const { engine, runs, store } = glue();
    const token = statementToken('message-1', 'MERGE', 0);
    await store.put(`s3://scratch/jobs/${token}.sql`, Buffer.from('MERGE'));
    await engine().execute('MERGE');
    expect(runs).toHaveLength(1);
  });

  test('a start that the SDK sent twice finds its own run, where Glue has room for one', async () => {
    const { engine, runs, calls } = glue({ states: [['RUNNING', 'SUCCEEDED']], resent: [0] });
    await engine().execute('MERGE');
    expect(runs).toHaveLength(1);
    expect(calls).toEqual([
      'StartJobRunCommand',
      'GetJobRunsCommand',
      'GetJobRunCommand',
      'GetJobRunCommand',
    ]);
  });

  test('it waits for the run of another request, as long as the function has time', async () => {
    const { engine, runs } = glue({ busy: [0, 1] });
    await engine().execute('MERGE');
    expect(runs).toHaveLength(1);
    const short = glue({ busy: [0], remaining: () => 1_000 });
    await expect(short.engine().execute('MERGE')).rejects.toThrow(
      new StillRunning('Another run of the Glue job lake still runs.'),
    );
    // It was never started, and is when it is delivered again.
    await short.engine().execute('MERGE');
    expect(short.runs).toHaveLength(1);
  });

  test('while it waits it looks among the newest runs only: what has the job is one of them', async () => {
    const { engine, runs, calls } = glue({ pageSize: 2, busy: [4, 5, 6] });
    for (const other of ['a', 'b', 'c', 'd']) await engine(other).execute('MERGE');
    for (const [at, run] of runs.entries())
      runs[at] = { ...run, StartedOn: new Date(Date.now() - 3_600_000) };
    calls.length = 0;
    await engine().execute('MERGE');
    expect(calls.filter((call) => call === 'GetJobRunsCommand')).toHaveLength(3);
  });

  test('a run is found behind a page of others, and none is looked for among those of last week', async () => {
    const { engine, runs, calls } = glue({ pageSize: 2 });
    await engine().execute('MERGE');
    for (const other of ['a', 'b', 'c']) await engine(other).execute('MERGE');
    calls.length = 0;
    await engine().execute('MERGE');
    expect(runs).toHaveLength(4);
    expect(calls).toEqual(['GetJobRunsCommand', 'GetJobRunsCommand', 'GetJobRunCommand']);

    const week = 7 * 86_400_000 + 60_000;
    for (const [at, run] of runs.entries())
      runs[at] = { ...run, StartedOn: new Date(Date.now() - week), Arguments: {} };
    calls.length = 0;
    await engine().execute('MERGE');
    expect(calls).toEqual(['GetJobRunsCommand', 'StartJobRunCommand', 'GetJobRunCommand']);
  });
});

describe('a run that ends otherwise', () => {
  test.each(['FAILED', 'ERROR', 'EXPIRED'])(
    '%s: it may have been passing, and is tried again',
    async (state) => {
      const { engine, runs } = glue({ states: [[state], [state], ['SUCCEEDED']] });
      await engine().execute('MERGE');
      expect(new Set(runs.map(({ Arguments }) => Arguments['--statement'])).size).toBe(3);
    },
  );

  test('a request whose tries all failed is given back with what Glue says, and begins anew when delivered again', async () => {
    const { engine, runs } = glue({
      states: [['FAILED']],
      errorMessage: 'An error occurred while calling o1.sql',
    });
    await expect(engine().execute('MERGE')).rejects.toThrow(
      'Glue job run jr_2 failed: An error occurred while calling o1.sql',
    );
    expect(runs).toHaveLength(3);
    for (const [at, run] of runs.entries())
      runs[at] = { ...run, StartedOn: new Date(Date.now() - 3_600_000) };
    await expect(engine().execute('MERGE')).rejects.toThrow('Glue job run jr_5 failed');
    expect(runs).toHaveLength(6);
  });

  test('tries are counted though the clock of Glue is behind', async () => {
    const { engine, runs } = glue({ states: [['FAILED']], behind: 30_000 });
    await expect(engine().execute('MERGE')).rejects.toThrow('Glue job run jr_2 failed: no reason given');
    expect(runs).toHaveLength(3);
  });

  test('a request that is delivered again and again has thirty tries, and no more', async () => {
    const { engine, runs } = glue({ states: [['FAILED']] });
    const past = () => {
      for (const [at, run] of runs.entries())
        runs[at] = { ...run, StartedOn: new Date(Date.now() - 3_600_000) };
    };
    for (let delivery = 0; delivery < 12; delivery++) {
      await expect(engine().execute('MERGE')).rejects.toThrow('failed: no reason given');
      past();
    }
    expect(runs).toHaveLength(30);
  });

  test.each([
    [
      'TIMEOUT',
      'Glue job run jr_0 timeout: it ran longer than the job may; give the job more workers, or a longer timeout',
    ],
    ['STOPPED', 'Glue job run jr_0 stopped: no reason given'],
  ])('%s: nobody should start it again', async (state, message) => {
    const { engine, runs } = glue({ states: [[state]] });
    await expect(engine().execute('MERGE')).rejects.toThrow(new SqlRefused(message));
    expect(runs).toHaveLength(1);
  });

  test('a statement that Spark refuses is told as such', async () => {
    const { engine, runs } = glue({ answer: { refused: 'no such column' } });
    await expect(engine().execute('MERGE')).rejects.toThrow(
      new SqlRefused('Spark refuses the statement: no such column'),
    );
    expect(runs).toHaveLength(1);
  });
});

optional(MOTO)('against moto', () => {
  let moto: Moto;
  let client: GlueClient;

  beforeAll(async () => {
    moto = await startMoto();
    client = new GlueClient({});
    await client.send(
      new CreateJobCommand({
        Name: 'lake',
        Role: 'arn:aws:iam::123456789012:role/glue',
        Command: { Name: 'glueetl', ScriptLocation: 's3://assets/run.py' },
        GlueVersion: '5.1',
        WorkerType: 'G.1X',
        NumberOfWorkers: 2,
      }),
    );
  });
  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  test('a run is started with its arguments, followed, and found again', async () => {
    const store = new MemoryStore();
    const token = statementToken('message-1', 'SELECT 1', 0);
    await store.put(`s3://scratch/jobs/${token}.json`, Buffer.from('{"rows":[["1"]]}'));
    const engine = () =>
      new GlueEngine(
        client,
        {
          job: 'lake',
          workspace: 's3://scratch/jobs',
          requestId: 'message-1',
          remaining: () => 60_000,
        },
        async () => store,
        noSleep,
      );
    const runs = async () =>
      (await client.send(new GetJobRunsCommand({ JobName: 'lake' }))).JobRuns?.map(({ Id }) => Id) ?? [];
    expect(await engine().query('SELECT 1')).toEqual([['1']]);
    expect(await engine().query('SELECT 1')).toEqual([['1']]);
    expect(await runs()).toHaveLength(1);
  });
});
