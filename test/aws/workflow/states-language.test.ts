import { Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

import { BarrierInput, InputBarrier, PipelineWorkflow, WhenBusy, WorkflowStep } from '../../../lib/aws';
import { languageProblems } from './states-language';
import { parts, steps, workflow } from './workflow-parts';

// It ships no types of its own.
const validate = require('asl-validator');

/** Every state machine of a stack by its logical id, with references as text. */
function machines(stack: Stack): [string, any][] {
  const found = Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine');
  return Object.entries(found).map(([id, { Properties }]) => {
    const definition = Properties.DefinitionString;
    const parts: unknown[] = definition['Fn::Join']?.[1] ?? [definition];
    const text = parts.map((part) => (typeof part === 'string' ? part : 'aws')).join('');
    return [id, JSON.parse(text)];
  });
}

function everything(): Stack {
  const given = parts();
  const { stack } = given;
  const cluster = new ecs.Cluster(stack, 'Cluster');
  const taskDefinition = new ecs.FargateTaskDefinition(stack, 'Task');
  const container = taskDefinition.addContainer('Main', { image: ecs.ContainerImage.fromRegistry('x') });
  const daily = workflow(given, {
    limit: { slots: 3, pool: 'etl' },
    schedule: ScheduleExpression.cron({ hour: '2', minute: '0' }),
    switches: new StringParameter(stack, 'Switches', { stringValue: '{}' }),
    sla: { at: '08:00', timeZone: 'Europe/Berlin' },
    notifications: { topics: [given.topic, given.sourceTeam], onSuccess: true },
  });
  new InputBarrier(stack, 'Barrier', {
    workflow: daily,
    inputs: [
      BarrierInput.tablePublished('gold', given.gold),
      BarrierInput.tableCommitted('silver', given.silver),
    ],
    deadline: { at: '06:00' },
  });
  new PipelineWorkflow(stack, 'Other', {
    steps: [
      WorkflowStep.parallel('Together', [
        WorkflowStep.refine('One', given.refine, given.silver),
        WorkflowStep.container('Two', { cluster, taskDefinition, container }),
      ]),
      WorkflowStep.container('Alone', { cluster, taskDefinition, container }),
      WorkflowStep.chain('Own', sfn.Pass.jsonata(stack, 'Mine').next(sfn.Pass.jsonata(stack, 'Mine too'))),
      WorkflowStep.rateGate(
        'Rate',
        { failed: '1', total: '100', maxPercent: '2' },
        { sourceTeam: given.topic },
      ),
    ],
    limit: { whenBusy: WhenBusy.REJECT },
    backfill: { inOrder: false },
    alarms: { actionsEnabled: false },
  });
  return stack;
}

describe('every state machine keeps the rules of the Amazon States Language', () => {
  const made = machines(everything());

  it.each(made)('%s, by the rules told apart here', (_, definition) => {
    expect(languageProblems(definition)).toEqual([]);
  });

  it.each(made)('%s, by an independent validator', (_, definition) => {
    // It knows neither variables in a Catch nor numbers that an expression gives.
    const { isValid, errorsText } = validate(definition, { checkArn: false, checkPaths: false });
    expect(isValid ? '' : errorsText('\n')).toBe('');
  });

  it('are all that are expected', () => {
    expect(made.map(([id]) => id.replace(/Machine.*/, '')).sort()).toEqual(
      ['Barrier', 'BarrierDeadline', 'Daily', 'DailyBackfill', 'DailySla', 'Other', 'OtherBackfill'].sort(),
    );
  });
});

describe('the check itself finds', () => {
  const fine = () => ({
    StartAt: 'A',
    States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } } as Record<string, any>,
  });

  it('nothing in a machine that is fine', () => expect(languageProblems(fine())).toEqual([]));

  it.each<[string, (machine: ReturnType<typeof fine>) => void, string]>([
    ['a state that is not there', (m) => (m.States.A.Next = 'C'), 'A: goes on to C, which is no state'],
    ['a state nobody reaches', (m) => (m.States.C = { Type: 'Fail' }), 'C: is never reached'],
    ['a state that goes nowhere', (m) => delete m.States.A.Next, 'A: has 0 of Next and End'],
    ['a catch in a pass', (m) => (m.States.A.Catch = []), 'A: cannot have Catch'],
    [
      'text around an expression',
      (m) => (m.States.A.Output = 'x {% 1 %}'),
      'A: has more than an expression in x {% 1 %}',
    ],
    [
      'an expression that cannot be read',
      (m) => (m.States.A.Output = '{% (1 %}'),
      'A: Expected ")" before end of expression: {% (1 %}',
    ],
  ])('%s', (_, spoil, problem) => {
    const machine = fine();
    spoil(machine);
    expect(languageProblems(machine)).toContain(problem);
  });
});

it('has no states of its own for what is not asked for', () => {
  const given = parts();
  new PipelineWorkflow(given.stack, 'Small', {
    steps: steps(given).slice(0, 1),
    alarms: { actionsEnabled: false },
  });
  const [[, small]] = machines(given.stack).filter(([id]) => id.startsWith('SmallMachine'));
  expect(Object.keys(small.States).sort()).toEqual(
    [
      'AnnounceFailure',
      'Begin',
      'CheckFiles',
      'DescribeFailure',
      'Failed',
      'HasFailed',
      'IsDate',
      'Publish',
      'RecordFailure',
      'RecordSuccess',
      'RefuseDate',
      'Succeeded',
    ].sort(),
  );
});
