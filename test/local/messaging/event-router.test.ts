import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventRouter } from '../../../lib/local/messaging/event-router';
import type { DeadLetter, EventRouterOptions, ServiceEvent } from '../../../lib/local/messaging/event-router';
import { EndlessEvents } from '../../../lib/local/messaging/virtual-time';
import type { InvocationResult } from '../../../lib/local/streams/event-source-mapping';
import { assemblyOf, lambdaFunction } from '../assembly-of';

const COMMIT: ServiceEvent = {
  source: 'aws.glue',
  detailType: 'Glue Data Catalog Table State Change',
  resources: [],
  detail: { databaseName: 'lake_bronze', tableName: 'orders', typeOfChange: 'UpdateTable' },
};
const START = Date.parse('2024-01-01T00:00:00Z');
const arn = (logicalId: string): object => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const rule = (target: object, properties: object = {}): object => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventPattern: { source: ['aws.glue'], detail: { tableName: ['orders'] } },
    State: 'ENABLED',
    Targets: [{ Id: 'Target0', ...target }],
    ...properties,
  },
});
const fifoRule = rule({ Arn: arn('Commits'), SqsParameters: { MessageGroupId: 'orders' } });
const refining = {
  Commits: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      FifoQueue: true,
      ContentBasedDeduplication: true,
      DelaySeconds: 60,
      VisibilityTimeout: 600,
      RedrivePolicy: { deadLetterTargetArn: arn('DeadLetters'), maxReceiveCount: 3 },
    },
  },
  DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, QueueName: 'dead.fifo' } },
  Refine: lambdaFunction('refine'),
  Source: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arn('Commits'),
      FunctionName: { Ref: 'Refine' },
      BatchSize: 2,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  },
};

type Records = { Records: { messageId: string; body: string; attributes: Record<string, string> }[] };

describe('EventRouter', () => {
  let directory: string;
  const invocations: { name: string; event: Records }[] = [];
  const letters: DeadLetter[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'router-'));
    invocations.length = 0;
    letters.length = 0;
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function router(
    resources: object,
    answer: (event: Records, call: number) => InvocationResult = () => ({ value: { batchItemFailures: [] } }),
    more: Partial<EventRouterOptions> = {},
  ): EventRouter {
    return new EventRouter({
      assembly: assemblyOf(directory, resources),
      invoke: async ({ logicalId }, event) => {
        invocations.push({ name: logicalId, event: event as Records });
        return answer(event as Records, invocations.length);
      },
      occurred: async () => [],
      deadLetter: (letter) => letters.push(letter),
      start: START,
      ...more,
    });
  }
  const sentTo = (name: string): string[][] =>
    invocations
      .filter((one) => one.name === name)
      .map(({ event }) => event.Records.map(({ body }) => body.replace(/.*"id":"[0-9-]*?0*(\d+)".*/, '$1')));

  it('takes an event from a rule over a FIFO queue to the function behind it, after the delay', async () => {
    const events = router({ ...refining, Rule: fifoRule });
    events.publish(COMMIT);
    events.publish({ ...COMMIT, detail: { ...COMMIT.detail, tableName: 'flights' } });
    await events.untilQuiet();
    expect(invocations).toHaveLength(1);
    const [record] = invocations[0].event.Records;
    expect(record).toMatchObject({
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:Test-Commits',
      attributes: { MessageGroupId: 'orders', ApproximateReceiveCount: '1', SentTimestamp: String(START) },
    });
    expect(Number(record.attributes.ApproximateFirstReceiveTimestamp)).toBe(START + 60_000);
    expect(JSON.parse(record.body)).toEqual({
      version: '0',
      id: '00000000-0000-4000-8000-000000000001',
      'detail-type': 'Glue Data Catalog Table State Change',
      source: 'aws.glue',
      account: '000000000000',
      time: '2024-01-01T00:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: COMMIT.detail,
    });
  });

  it('gathers what waits into batches, in order', async () => {
    const events = router({ ...refining, Rule: fifoRule });
    for (let commit = 0; commit < 5; commit++) events.publish(COMMIT);
    await events.untilQuiet();
    expect(sentTo('Refine')).toEqual([['1', '2'], ['3', '4'], ['5']]);
  });

  it('hands out again what a function reported as failed, and the rest of its group after it', async () => {
    const events = router({ ...refining, Rule: fifoRule }, ({ Records }, call) => ({
      value: { batchItemFailures: call === 1 ? [{ itemIdentifier: Records[1].messageId }] : [] },
    }));
    for (let commit = 0; commit < 3; commit++) events.publish(COMMIT);
    await events.untilQuiet();
    expect(sentTo('Refine')).toEqual([
      ['1', '2'],
      ['2', '3'],
    ]);
    expect(invocations[1].event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual([
      '2',
      '1',
    ]);
  });

  it('gives up a message after as many attempts as its queue allows, and says why', async () => {
    const events = router({ ...refining, Rule: fifoRule }, () => ({
      error: { type: 'CommitConflict', message: 'as told' },
    }));
    events.publish(COMMIT);
    await events.untilQuiet();
    expect(invocations).toHaveLength(3);
    expect(letters).toMatchObject([
      {
        queue: 'dead.fifo',
        consumer: { path: 'Test/Refine' },
        reason: 'CommitConflict: as told',
        body: expect.stringContaining('aws.glue'),
      },
    ]);
  });

  it('takes an answer that names no message of the batch for a failure of all', async () => {
    const events = router({ ...refining, Rule: fifoRule }, (_event, call) => ({
      value: { batchItemFailures: call === 1 ? [{ itemIdentifier: 'unknown' }] : [] },
    }));
    events.publish(COMMIT);
    events.publish(COMMIT);
    await events.untilQuiet();
    expect(sentTo('Refine')).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('passes to a function only what the filter of its mapping lets through', async () => {
    const Source = {
      ...refining.Source,
      Properties: {
        ...refining.Source.Properties,
        FilterCriteria: { Filters: [{ Pattern: '{"body":{"refine":[{"prefix":"glue://"}]}}' }] },
      },
    };
    const events = router({ ...refining, Source });
    for (const body of ['{"refine":"glue://a/b"}', '{"refine":"s3://a/b"}', 'glue://'])
      events.send('Test-Commits', body, { groupId: 'g' });
    await events.untilQuiet();
    expect(sentTo('Refine')).toEqual([['{"refine":"glue://a/b"}']]);
    expect(letters).toEqual([]);
  });

  it('calls a function that is a target itself, twice more when it fails', async () => {
    const resources = {
      Refine: lambdaFunction('refine'),
      Rule: rule({ Arn: arn('Refine'), InputPath: '$.detail' }),
    };
    const events = router(resources, () => ({ error: { type: 'Error', message: 'as told' } }));
    events.publish(COMMIT);
    await events.untilQuiet();
    expect(invocations.map(({ event }) => event)).toEqual([COMMIT.detail, COMMIT.detail, COMMIT.detail]);
    expect(letters).toMatchObject([{ queue: undefined, reason: 'Error: as told' }]);
  });

  it('retries a function as its configuration says and sends what it gave up to its destination', async () => {
    const resources = {
      Refine: lambdaFunction('refine'),
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Refine' },
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: arn('Failures') } },
        },
      },
      Failures: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'failures' } },
      Rule: rule({ Arn: arn('Refine') }),
    };
    const events = router(resources, () => ({ error: { type: 'Error', message: 'as told' } }));
    events.publish(COMMIT);
    await events.untilQuiet();
    expect(invocations).toHaveLength(1);
    expect(letters).toMatchObject([{ queue: 'failures' }]);
  });

  it('goes on with what an invocation brought about', async () => {
    const silver: ServiceEvent = { ...COMMIT, detail: { ...COMMIT.detail, databaseName: 'lake_silver' } };
    let told = false;
    const events = router(
      {
        Refine: lambdaFunction('refine'),
        Transform: lambdaFunction('transform'),
        OfBronze: rule(
          { Arn: arn('Refine') },
          { EventPattern: { detail: { databaseName: ['lake_bronze'] } } },
        ),
        OfSilver: rule(
          { Arn: arn('Transform') },
          { EventPattern: { detail: { databaseName: ['lake_silver'] } } },
        ),
      },
      undefined,
      {
        occurred: async () => {
          const events = told ? [] : [silver];
          told = true;
          return events;
        },
      },
    );
    events.publish(COMMIT);
    await events.untilQuiet();
    expect(invocations.map(({ name }) => name)).toEqual(['Refine', 'Transform']);
  });

  it('says so when something brings about itself', async () => {
    const resources = { Refine: lambdaFunction('refine'), Rule: rule({ Arn: arn('Refine') }) };
    const events = router(resources, undefined, { occurred: async () => [COMMIT], limit: 50 });
    events.publish(COMMIT);
    await expect(events.untilQuiet()).rejects.toThrow(EndlessEvents);
    expect(invocations).toHaveLength(50);
  });

  it('does once what is done by the clock: by rules and by EventBridge Scheduler', async () => {
    const events = router({
      ...refining,
      CatchUp: rule(
        { Arn: arn('Commits'), Input: '{"refine":"silver"}', SqsParameters: { MessageGroupId: 'orders' } },
        { EventPattern: undefined, ScheduleExpression: 'rate(1 hour)' },
      ),
      Off: rule(
        { Arn: arn('Refine') },
        { EventPattern: undefined, ScheduleExpression: 'rate(1 hour)', State: 'DISABLED' },
      ),
      Nightly: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'cron(0 3 * * ? *)',
          Target: { Arn: arn('Refine'), Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
        },
      },
    });
    events.runSchedules();
    await events.untilQuiet();
    expect(invocations.map(({ event }) => event)).toMatchObject([
      { at: '2024-01-01T00:00:00Z' },
      { Records: [{ body: '{"refine":"silver"}' }] },
    ]);
  });

  it('runs a state machine where it is told how, and names what it cannot run', async () => {
    const resources = {
      Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: {} },
      Rule: rule({ Arn: { Ref: 'Machine' }, Input: '{"date":"2024-01-01"}' }),
      Elsewhere: rule({ Arn: 'arn:aws:sns:us-east-1:000000000000:alarms' }),
    };
    const executions: string[] = [];
    const able = router(resources, undefined, {
      execute: async ({ logicalId }, input) => {
        executions.push(`${logicalId} ${input}`);
        return { value: null };
      },
    });
    able.publish(COMMIT);
    await able.untilQuiet();
    expect(executions).toEqual(['Machine {"date":"2024-01-01"}']);
    expect(able.notRun).toEqual(['Test/Elsewhere → arn:aws:sns:us-east-1:000000000000:alarms']);
    const unable = router(resources);
    unable.publish(COMMIT);
    expect(unable.notRun).toContain('Test/Rule → Test/Machine');
  });

  it('refuses a rule it cannot follow, by its name', () => {
    const Rule = rule({ Arn: arn('Refine') }, { EventPattern: { source: [{ cidr: '*' }] } });
    expect(() => router({ Refine: lambdaFunction('refine'), Rule })).toThrow(
      /^Test\/Rule: The event pattern cannot be used at source/,
    );
  });
});
