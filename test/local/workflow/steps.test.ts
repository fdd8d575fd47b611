import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { PipelineWorkflow, WorkflowStep, WorkflowTrigger } from '../../../lib/aws';
import { type Parts, parts, workflow } from '../../aws/workflow/workflow-parts';
import { accountOf, answers, details, running } from './account';

function only(steps: (given: Parts) => WorkflowStep[], functions = answers(), containers = {}) {
  const given = parts();
  new PipelineWorkflow(given.stack, 'Only', {
    workflowName: 'only',
    steps: steps(given),
    notifications: { topics: [given.topic] },
  });
  return { given, functions, ...accountOf(given.stack, { functions, containers }) };
}

const broken = (name: string) =>
  jest.fn(async () => {
    throw Object.assign(new Error('broken'), { name });
  });

describe('refine', () => {
  it('is asked until silver has caught up, and gives a container time', async () => {
    const reports = [
      { caughtUp: false, handedOver: false },
      { caughtUp: false, handedOver: true },
      { caughtUp: false, handedOver: true },
      { caughtUp: true, handedOver: false },
    ];
    const refine = jest.fn(async () => reports.shift());
    const { account, clock } = running({}, { functions: { refine } });
    const run = account.start('orders-daily');
    await run.ended;
    expect([run.status, refine.mock.calls.length]).toEqual(['SUCCEEDED', 4]);
    expect(clock.now() - run.startDate).toBe((1 + 60 + 60) * 1000);
  });

  it.each([['CannotRefine'], ['UnexpectedEvent']])('is not tried again after %s', async (name) => {
    const refine = broken(name);
    const { account } = running({}, { functions: { refine } });
    const run = account.start('orders-daily');
    await run.ended;
    expect([run.error, refine.mock.calls.length]).toEqual(['Lakehouse.StepFailed', 1]);
  });

  it('that finds a gate of the contract shut is told as a gate', async () => {
    const refine = broken('GateHalted');
    const { account } = running({}, { functions: { refine } });
    const run = account.start('orders-daily');
    await run.ended;
    expect([run.error, refine.mock.calls.length]).toEqual(['Lakehouse.GateHalted', 1]);
    expect(account.messages).toMatchObject([{ subject: 'Data Quality Failure' }]);
  });
});

describe('steps side by side', () => {
  const together = ({ refine, silver, check, gold, transform }: Parts): WorkflowStep[] => [
    WorkflowStep.parallel('Silver', [
      WorkflowStep.refine('Orders', refine, silver),
      WorkflowStep.function('Customers', check),
    ]),
    WorkflowStep.transform('Revenue', transform, gold, {
      parameters: { rows: '{% $string($results.Customers.files) %}' },
    }),
  ];

  it('hand on what each answered, and publish what each wrote', async () => {
    const { account, functions } = only(together);
    const run = account.start('only');
    await run.ended;
    expect(run).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        results: { Orders: { caughtUp: true }, Customers: { files: 3 }, Revenue: { snapshotId: '42' } },
      },
    });
    expect(functions.transform.mock.calls[0][0]).toMatchObject({ parameters: { rows: '3' } });
    expect(
      details(account, 'Lakehouse Table Published').map(({ table, snapshot }) => [table, snapshot]),
    ).toEqual([
      ['glue://sales_silver/orders', '8213371049284571123'],
      ['glue://sales_gold/daily_revenue', '42'],
    ]);
  });

  it('have retries of their own, and say which of them failed', async () => {
    const check = broken('IOError');
    const { account, functions } = only(together, { ...answers(), check });
    const run = account.start('only');
    await run.ended;
    expect([check.mock.calls.length, functions.refine.mock.calls.length]).toEqual([4, 1]);
    expect(details(account, 'Lakehouse Workflow Failed')).toMatchObject([
      { task: 'Silver', error: 'IOError', cause: expect.stringMatching(/^Customers: .*broken/) },
    ]);
  });

  it('are no gates', () => {
    const given = parts();
    const gate = WorkflowStep.gate('Gate', given.gate, given.silver);
    expect(() => WorkflowStep.parallel('Both', [gate])).toThrow(
      '"Gate" in "Both" cannot run beside other steps',
    );
    expect(() => WorkflowStep.parallel('None', [])).toThrow(
      'The step "None" has no steps to run side by side.',
    );
  });
});

describe('states of the user’s own', () => {
  const own = (given: Parts): WorkflowStep[] => [
    WorkflowStep.function('Before', given.check),
    WorkflowStep.chain(
      'Own',
      sfn.Choice.jsonata(given.stack, 'Enough')
        .when(
          sfn.Condition.jsonata('{% $results.Before.files > 2 %}'),
          sfn.Pass.jsonata(given.stack, 'Yes', { outputs: { enough: true, date: '{% $date %}' } }),
        )
        .otherwise(sfn.Fail.jsonata(given.stack, 'No', { error: 'TooFew', cause: 'Files are missing' })),
    ),
  ];

  it('see the date and the results, and give one', async () => {
    const { account } = only(own);
    const run = account.start('only');
    await run.ended;
    expect(run.output).toMatchObject({ results: { Own: { enough: true, date: '2026-11-20' } } });
  });

  it('fail as any step does', async () => {
    const { account } = only(own, { ...answers(), check: jest.fn(async () => ({ files: 2 })) });
    await account.start('only').ended;
    expect(details(account, 'Lakehouse Workflow Failed')).toMatchObject([
      { task: 'Own', error: 'TooFew', cause: 'Files are missing' },
    ]);
  });
});

describe('a container', () => {
  const task = (given: Parts): WorkflowStep[] => {
    const cluster = new ecs.Cluster(given.stack, 'Cluster');
    const taskDefinition = new ecs.FargateTaskDefinition(given.stack, 'Task');
    const container = taskDefinition.addContainer('Main', { image: ecs.ContainerImage.fromRegistry('x') });
    const request = {
      refine: given.silver.uri,
      date: '{% $date %}',
      list: [1, '{% $failed %}'],
      note: 'say "so"',
    };
    return [WorkflowStep.container('Large', { cluster, taskDefinition, container, request })];
  };

  it('is given its request as JSON', async () => {
    const Main = jest.fn(async () => null);
    const { account } = only(task, answers(), { Main });
    const run = account.start('only');
    await run.ended;
    expect(run.status).toBe('SUCCEEDED');
    expect((Main.mock.calls as unknown[][])[0][0]).toEqual({
      refine: 'glue://sales_silver/orders',
      date: '2026-11-20',
      list: [1, false],
      note: 'say "so"',
    });
  });

  it('that fails is tried again: spare capacity may be taken away at any time', async () => {
    let left = 2;
    const Main = jest.fn(async () => {
      if (left-- > 0) throw new Error('taken away');
      return null;
    });
    const { account } = only(task, answers(), { Main });
    const run = account.start('only');
    await run.ended;
    expect([run.status, Main.mock.calls.length]).toEqual(['SUCCEEDED', 3]);
  });
});

describe('hand-over', () => {
  it('starts the next workflow for the same date when the one before is done, and only then', async () => {
    const given = parts();
    const first = workflow(given);
    new PipelineWorkflow(given.stack, 'Next', {
      workflowName: 'reports',
      steps: [WorkflowStep.function('Report', given.repair)],
      triggers: [WorkflowTrigger.workflowSucceeded(first)],
      alarms: { actionsEnabled: false },
    });
    const functions = answers();
    const { account } = accountOf(given.stack, { functions });
    await account.start('orders-daily', { date: '2026-05-31' }).ended;
    functions.gate.mockImplementation(async () => ({ decision: 'halt' }));
    await account.start('orders-daily', { date: '2026-06-01' }).ended;
    await account.settled();
    expect(functions.repair.mock.calls.map(([{ date }]) => date)).toEqual(['2026-05-31']);
  });

  it('starts by a published table, by a commit, and by any event', async () => {
    const given = parts();
    new PipelineWorkflow(given.stack, 'Next', {
      workflowName: 'reports',
      steps: [WorkflowStep.function('Report', given.repair)],
      triggers: [
        WorkflowTrigger.tablePublished(given.gold),
        WorkflowTrigger.tableCommitted(given.silver),
        WorkflowTrigger.event({ source: ['shop'], detailType: ['Nulls rise'] }),
      ],
      alarms: { actionsEnabled: false },
    });
    const functions = answers();
    const { account } = accountOf(given.stack, { functions });
    const glue = 'Glue Data Catalog Table State Change';
    const change = (detail: object, type: string, source: string) =>
      account.putEvent({
        source,
        'detail-type': type,
        time: '2026-11-21T01:00:00Z',
        detail: detail as never,
      });
    const table = { databaseName: 'sales_silver', tableName: 'orders' };
    change(
      { table: 'glue://sales_gold/daily_revenue', date: '2026-11-19' },
      'Lakehouse Table Published',
      'lakehouse.workflow',
    );
    change(
      { table: 'glue://sales_gold/other', date: '2026-11-19' },
      'Lakehouse Table Published',
      'lakehouse.workflow',
    );
    change({ ...table, typeOfChange: 'UpdateTable' }, glue, 'aws.glue');
    change({ ...table, typeOfChange: 'DeleteTable' }, glue, 'aws.glue');
    change({}, 'Nulls rise', 'shop');
    await account.settled();
    expect(functions.repair.mock.calls.map(([{ date }]) => date).sort()).toEqual([
      '2026-11-19',
      '2026-11-21',
      '2026-11-21',
    ]);
  });
});
