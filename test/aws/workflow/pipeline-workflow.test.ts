import { Duration, SecretValue } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Authorization, Connection } from 'aws-cdk-lib/aws-events';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { TimeZone } from 'aws-cdk-lib';
import {
  BarrierInput,
  ContainerProcessor,
  InputBarrier,
  PipelineWorkflow,
  type PipelineWorkflowOptions,
  WorkflowStep,
} from '../../../lib/aws';
import { lakehouseMatchers } from '../../../lib/testing';
import { allowedStatements } from '../statements';
import { type Parts, parts, steps, workflow } from './workflow-parts';

expect.extend(lakehouseMatchers);

function synth(options: PipelineWorkflowOptions = {}, given: Parts = parts()) {
  const daily = workflow(given, options);
  return { given, daily, template: Template.fromStack(given.stack) };
}

/** States of the workflow, with references as text. */
function statesOf(template: Template): any {
  const [machine] = Object.values(
    template.findResources('AWS::StepFunctions::StateMachine', {
      Properties: { StateMachineName: 'orders-daily' },
    }),
  );
  const joined: unknown[] = machine.Properties.DefinitionString['Fn::Join'][1];
  return JSON.parse(joined.map((part) => (typeof part === 'string' ? part : '<ref>')).join('')).States;
}

test('logs every transition, encrypted and without data, and is traced', () => {
  const { template } = synth();
  const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  expect(machines).toHaveLength(2);
  for (const { Properties } of machines) {
    expect(Properties).toMatchObject({
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false, Destinations: [expect.anything()] },
      TracingConfiguration: { Enabled: true },
    });
  }
  template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue() });
});

test('logs data as well where asked to', () => {
  const { template } = synth({ logExecutionData: true });
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'orders-daily',
    LoggingConfiguration: { IncludeExecutionData: true },
  });
});

test('alarms on a run of more than 5 minutes, on failures, timeouts and stops, and tells the topics', () => {
  const { template } = synth();
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => [
    Properties.MetricName,
    Properties.Threshold,
    Properties.Statistic,
    Properties.AlarmActions?.length,
  ]);
  expect(alarms).toEqual(
    expect.arrayContaining([
      ['ExecutionTime', 300_000, 'Maximum', 1],
      ['ExecutionsFailed', 0, 'Sum', 1],
      ['ExecutionsTimedOut', 0, 'Sum', 1],
      ['ExecutionsAborted', 0, 'Sum', 1],
    ]),
  );
});

test('takes another duration, and refuses alarms that reach nobody', () => {
  const { template } = synth({ alarms: { maxDuration: Duration.hours(2) } });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ExecutionTime',
    Threshold: 7_200_000,
  });
  expect(() => synth({ notifications: {} })).toThrow('The alarms of "Test/Daily/Alarms" reach nobody.');
});

test('tries a step again as the policy says, quick faults of the service apart', () => {
  expect(statesOf(synth().template).CheckFiles.Retry).toEqual([
    expect.objectContaining({
      ErrorEquals: expect.arrayContaining(['Lambda.ServiceException']),
      IntervalSeconds: 2,
    }),
    { ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 0 },
    {
      ErrorEquals: ['States.ALL'],
      IntervalSeconds: 300,
      MaxAttempts: 3,
      BackoffRate: 2,
      JitterStrategy: 'FULL',
    },
  ]);
  const once = { maxAttempts: 1, backoffRate: 1, jitter: false };
  expect(statesOf(synth({ retries: once }).template).CheckFiles.Retry.at(-1)).toEqual({
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 300,
    MaxAttempts: 1,
    BackoffRate: 1,
    JitterStrategy: 'NONE',
  });
});

test('goes from what fails in a step to the topic', () => {
  const states = statesOf(synth().template);
  for (const step of ['CheckFiles', 'RefineOrders', 'OrdersGate', 'DailyRevenue']) {
    expect(states[step].Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'DescribeFailure' }]);
  }
  expect([states.DescribeFailure.Next, states.AnnounceFailure.Next]).toEqual(['AnnounceFailure', 'Notify']);
  expect(states.Notify.Resource).toContain('states:::sns:publish');
});

test('starts on schedule in its time zone, within a window, and keeps starts that failed', () => {
  const { template } = synth({
    schedule: ScheduleExpression.cron({ hour: '2', minute: '0', timeZone: TimeZone.of('Europe/Berlin') }),
    flexibleWindow: Duration.minutes(10),
  });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(0 2 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 },
    Target: Match.objectLike({
      Input: '{"scheduled":"<aws.scheduler.scheduled-time>"}',
      DeadLetterConfig: Match.anyValue(),
    }),
  });
});

test.each([
  ['@hourly', ScheduleExpression.rate(Duration.hours(1)), 'rate(1 hour)'],
  ['every six hours', ScheduleExpression.expression('cron(0 */6 * * ? *)'), 'cron(0 */6 * * ? *)'],
])('starts %s', (_, schedule, text) => {
  synth({ schedule }).template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: text,
    FlexibleTimeWindow: { Mode: 'OFF' },
  });
});

test('calls a webhook with every failure, its own and untold ones, and keeps calls that failed', () => {
  const given = parts();
  const connection = new Connection(given.stack, 'Connection', {
    authorization: Authorization.apiKey('x-api-key', SecretValue.secretsManager('help-desk')),
  });
  const webhook = { endpoint: 'https://help.example.com/tickets', connection };
  const { template } = synth({ notifications: { topics: [given.topic], webhook } }, given);
  template.hasResourceProperties('AWS::Events::ApiDestination', {
    InvocationEndpoint: 'https://help.example.com/tickets',
    InvocationRateLimitPerSecond: 10,
    HttpMethod: 'POST',
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['lakehouse.workflow'],
      'detail-type': ['Lakehouse Workflow Failed'],
      detail: { workflow: ['orders-daily'] },
    },
    Targets: [Match.objectLike({ InputPath: '$.detail', DeadLetterConfig: Match.anyValue() })],
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: Match.objectLike({ source: ['aws.states'] }),
    Targets: [Match.anyValue(), Match.anyValue()],
  });
});

test('may do what it does, on what it is given, and nothing else', () => {
  const given = parts();
  const { template } = synth({ limit: {} }, given);
  const statements = allowedStatements(template, 'DailyMachineRole');
  expect(statements.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
  expect(
    statements
      .filter(({ resources }) => resources.includes('*'))
      .flatMap(({ actions }) => actions)
      .sort(),
  ).toEqual(
    [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ].sort(),
  );
  const on = (action: string) =>
    statements.filter(({ actions }) => actions.includes(action)).flatMap(({ resources }) => resources);
  expect(
    on('lambda:InvokeFunction').filter(
      (arn) => !/function:(check|refine|gate|transform|repair)(:\*)?$/.test(arn),
    ),
  ).toEqual([]);
  expect(on('states:DescribeExecution')).toEqual([
    'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:orders-daily:*',
  ]);
  expect(on('dynamodb:PutItem')).toHaveLength(1);
});

describe('refuses', () => {
  const step = (name: string, given: Parts) => WorkflowStep.function(name, given.check);

  test('a workflow without steps, and two steps of one name', () => {
    const given = parts();
    expect(() => workflow(given, { steps: [] } as never)).toThrow(
      'The workflow "orders-daily" has no steps.',
    );
    const twice = [step('A', given), WorkflowStep.parallel('B', [step('A', given)])];
    expect(() => workflow(parts(), { steps: twice } as never)).toThrow(
      'Two steps of the workflow "orders-daily" have the name "A".',
    );
  });

  test.each([[''], ['1st'], ['a/b'], ['x'.repeat(61)]])('the name %j of a step', (name) => {
    expect(() => step(name, parts())).toThrow('The name of a step must be a letter, then up to 59');
  });

  test.each<[PipelineWorkflowOptions, string]>([
    [{ workflowName: 'a b' }, 'workflowName must be 1 to 64 letters, digits, _ or -. Received "a b".'],
    [{ timeout: Duration.seconds(30) }, 'timeout must be between 60 and 31536000 seconds. Received 30.'],
    [{ flexibleWindow: Duration.minutes(5) }, 'flexibleWindow is given, but no schedule.'],
    [{ retries: { maxAttempts: 100 } }, 'retries.maxAttempts must be between 0 and 99. Received 100.'],
    [
      { retries: { interval: Duration.seconds(0) } },
      'retries.interval must be between 1 and 86400 seconds. Received 0.',
    ],
    [{ retries: { backoffRate: 0.5 } }, 'retries.backoffRate must be between 1 and 10. Received 0.5.'],
    [
      { retries: { maxDelay: Duration.minutes(1) } },
      'retries.maxDelay must be between 301 and 31622400 seconds. Received 60.',
    ],
    [
      { alarms: { maxDuration: Duration.seconds(0) } },
      'alarms.maxDuration must be between 1 and 31536000 seconds. Received 0.',
    ],
  ])('%j', (options, message) => {
    expect(() => synth(options)).toThrow(message);
  });

  test('more tables than one call can publish', () => {
    const given = parts();
    expect(() => synth({ publish: Array(10).fill(given.gold) }, given)).toThrow(
      'publish must be up to 9 tables. Received 10',
    );
  });
});

test.each([
  ['unknown', undefined],
  ['known', { account: '123456789012', region: 'eu-central-1' }],
])('has no nag finding in an environment that is %s', (_, env) => {
  const given = parts(env);
  const { stack } = given;
  const daily = workflow(given, {
    limit: { slots: 2 },
    schedule: ScheduleExpression.cron({ hour: '2', minute: '0' }),
    switches: new StringParameter(stack, 'Switches', { stringValue: '{}' }),
    sla: { at: '08:00', timeZone: 'Europe/Berlin' },
    notifications: {
      topics: [given.topic],
      webhook: {
        endpoint: 'https://help.example.com/tickets',
        connection: Connection.fromEventBusArn(
          stack,
          'Connection',
          'arn:aws:events:eu-central-1:123456789012:connection/desk/1',
          'arn:aws:secretsmanager:eu-central-1:123456789012:secret:desk',
        ),
      },
    },
  });
  const bucket = Bucket.fromBucketName(stack, 'Landing', 'landing');
  new InputBarrier(stack, 'Barrier', {
    workflow: daily,
    inputs: [
      BarrierInput.tablePublished('gold', given.gold),
      BarrierInput.object('finance', bucket, 'finance/{date}/_SUCCESS'),
    ],
    deadline: { at: '06:00' },
  });
  expect(steps(given)).toHaveLength(4);
  expect(stack).toHaveNoNagFindings();
});

test('a container runs with the address its public subnets ask for, and the role may run no other', () => {
  const given = parts();
  const { stack } = given;
  const processor = new ContainerProcessor(stack, 'Large', {
    image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/node:22'),
  });
  new PipelineWorkflow(stack, 'Nightly', {
    workflowName: 'orders-daily',
    steps: [WorkflowStep.processor('Large', processor, { refine: given.silver.uri })],
    notifications: { topics: [given.topic] },
  });
  const { Arguments } = statesOf(Template.fromStack(stack)).Large;
  expect(Arguments.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('ENABLED');
  expect(stack).toHaveNoNagFindings();
});
