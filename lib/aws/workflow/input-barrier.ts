import { Duration, Names, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { ILakeTable } from '../catalog';
import { acknowledge, complianceRules } from '../suppressions';
import { AuditedStateMachine } from './audited-state-machine';
import { type DeadlineOptions, DeadlineWatch } from './deadline-watch';
import { eventsRole, undeliveredEvents } from './event-delivery';
import { epochSeconds, expression, isDate, literal, NOW, optional } from './expression';
import { retryQuickly } from './failure-path';
import type { PipelineWorkflow } from './pipeline-workflow';
import { LEDGER_EXPIRY, LEDGER_KEY, OUTCOME_RETENTION_SECONDS } from './run-ledger';
import { WORKFLOW_EVENT_SOURCE, WorkflowEvent } from './workflow-event';

/** One of several inputs that have to be there before a run. */
export class BarrierInput {
  /**
   * An object in a bucket, which is made to send its events to EventBridge.
   * @param name what it is called in messages
   * @param keyPattern key with `{date}` in it; `*` stands for any text: `finance/{date}/_SUCCESS`
   */
  static object(name: string, bucket: IBucket, keyPattern: string): BarrierInput {
    if (keyPattern.split('{date}').length !== 2) {
      throw new Error(
        `keyPattern must have {date} in it, once. Received "${keyPattern}". The barrier waits for the inputs of one ` +
          "date: 'finance/{date}/_SUCCESS'.",
      );
    }
    const source = keyPattern
      .replace(/[.+?^${}()|[\]\\/]/g, '\\$&')
      .replace('\\{date\\}', '([0-9]{4}-[0-9]{2}-[0-9]{2})')
      .replace(/\*/g, '.*');
    return new BarrierInput(
      name,
      {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: [{ wildcard: keyPattern.replace(/\\/g, '\\\\').replace('{date}', '*') }] },
        },
      },
      { key: events.EventField.fromPath('$.detail.object.key') },
      `/^${source}$/`,
      bucket,
    );
  }

  /** A table that a workflow publishes. */
  static tablePublished(name: string, table: ILakeTable): BarrierInput {
    return new BarrierInput(
      name,
      {
        source: [WORKFLOW_EVENT_SOURCE],
        detailType: [WorkflowEvent.TABLE_PUBLISHED],
        detail: { table: [table.uri] },
      },
      { date: events.EventField.fromPath('$.detail.date') },
    );
  }

  /** A commit to a table of the Glue catalog: for the UTC day of the commit. */
  static tableCommitted(name: string, table: ILakeTable): BarrierInput {
    return new BarrierInput(
      name,
      {
        source: ['aws.glue'],
        detailType: ['Glue Data Catalog Table State Change'],
        detail: {
          databaseName: [table.databaseName],
          tableName: [table.tableName],
          typeOfChange: ['UpdateTable'],
        },
      },
      { on: events.EventField.time },
    );
  }

  private constructor(
    /** What it is called. */
    readonly name: string,
    /** Which events. @internal */
    readonly _pattern: events.EventPattern,
    /** What is told the barrier. @internal */
    readonly _told: { [key: string]: string },
    /** Regular expression with the date as its group. @internal */
    readonly _keyExpression?: string,
    /** Bucket that has to send events. @internal */
    readonly _bucket?: IBucket,
  ) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name)) {
      throw new Error(
        `The name of an input must be a letter, then up to 39 letters, digits, _ or -. Received "${name}".`,
      );
    }
  }
}

/** What is waited for, and what is started. */
export interface InputBarrierProps {
  /** The workflow that is started with `{ "date": … }` when all inputs of a date are there. */
  readonly workflow: PipelineWorkflow;
  /** What is waited for: 2 to 40 inputs. */
  readonly inputs: BarrierInput[];
  /**
   * By when the inputs of a date have to be there.
   * @default - nobody looks
   */
  readonly deadline?: DeadlineOptions;
}

/**
 * Starts a workflow once for a date, when all its inputs are there. Events may come twice and in any order: what landed
 * is a set in the ledger, and the run has the date in its name, by which Step Functions knows a second start.
 */
export class InputBarrier extends Construct {
  readonly stateMachine: sfn.StateMachine;
  /** Tells when inputs are missing at the deadline; undefined without one. */
  readonly deadline?: DeadlineWatch;

  /** @throws Error for too few or too many inputs, or two of one name */
  constructor(scope: Construct, id: string, props: InputBarrierProps) {
    super(scope, id);
    requireInputs(props.inputs);
    const { workflow, inputs } = props;
    const name = Names.uniqueResourceName(this, { maxLength: 60, separator: '-' });
    const machine = new AuditedStateMachine(this, 'Machine', {
      definition: this.states(workflow, inputs, name),
      comment: `Starts ${workflow.workflowName} when ${inputs.map((input) => input.name).join(', ')} are there`,
      encryptionKey: workflow.encryptionKey,
      timeout: Duration.minutes(5),
      // Each object is an event: short runs that cost by the request.
      stateMachineType: sfn.StateMachineType.EXPRESS,
    });
    this.stateMachine = machine.stateMachine;
    this.listen(workflow, inputs);
    if (props.deadline !== undefined) {
      const all = inputs.map((input) => literal(input.name)).join(', ');
      this.deadline = new DeadlineWatch(this, 'Deadline', {
        ...props.deadline,
        name: `${workflow.workflowName} inputs`,
        ledger: workflow.ledger,
        eventBus: workflow.eventBus,
        encryptionKey: workflow.encryptionKey,
        itemId: inputsId(name),
        isDone: '$exists($item.startedAt.S)',
        missing: `($landed := $item.landed.SS; 'Missing: ' & $join($filter([${all}], function($v) { $not($v in $landed) }), ', '))`,
      });
    }
  }

  private listen(workflow: PipelineWorkflow, inputs: BarrierInput[]): void {
    const role = eventsRole(this, 'Role');
    const deadLetterQueue = undeliveredEvents(this, workflow.encryptionKey);
    for (const input of inputs) {
      if (input._bucket !== undefined) sendEvents(input._bucket);
      new events.Rule(this, `Input-${input.name}`, {
        description: `${workflow.workflowName} waits for ${input.name}`,
        eventPattern: input._pattern,
        targets: [
          new targets.SfnStateMachine(this.stateMachine, {
            role,
            deadLetterQueue,
            input: events.RuleTargetInput.fromObject({ input: input.name, ...input._told }),
          }),
        ],
      });
    }
  }

  private states(workflow: PipelineWorkflow, inputs: BarrierInput[], name: string): sfn.IChainable {
    const scope = new Construct(this, 'States');
    const text = tasks.DynamoAttributeValue.fromString.bind(tasks.DynamoAttributeValue);
    const key = { [LEDGER_KEY]: text(expression(inputsId(name))) };
    const waiting = sfn.Succeed.jsonata(scope, 'Waiting');
    const started = tasks.DynamoUpdateItem.jsonata(scope, 'NoteStart', {
      table: workflow.ledger.table,
      key,
      updateExpression: 'SET #started = if_not_exists(#started, :now)',
      expressionAttributeNames: { '#started': 'startedAt' },
      expressionAttributeValues: { ':now': text(expression(NOW)) },
    });
    retryQuickly(started);
    started.next(sfn.Succeed.jsonata(scope, 'Started'));
    const start = tasks.StepFunctionsStartExecution.jsonata(scope, 'StartWorkflow', {
      stateMachine: workflow.stateMachine,
      name: expression(`${literal(`${name}-`)} & $date`),
      input: sfn.TaskInput.fromObject({ date: expression('$date') }),
    });
    retryQuickly(start, [ALREADY_STARTED]);
    start.addCatch(started, { errors: [ALREADY_STARTED] });
    start.next(started);
    const mark = tasks.DynamoUpdateItem.jsonata(scope, 'NoteInput', {
      table: workflow.ledger.table,
      key,
      updateExpression: 'ADD #landed :input SET #expiry = if_not_exists(#expiry, :expiry)',
      expressionAttributeNames: { '#landed': 'landed', '#expiry': LEDGER_EXPIRY },
      expressionAttributeValues: {
        ':input': tasks.DynamoAttributeValue.fromStringSet([expression('$states.input.input')]),
        ':expiry': tasks.DynamoAttributeValue.numberFromString(
          expression(epochSeconds(OUTCOME_RETENTION_SECONDS)),
        ),
      },
      returnValues: tasks.DynamoReturnValues.ALL_NEW,
      outputs: {
        landed: expression('$count($states.result.Attributes.landed.SS)'),
        started: expression('$exists($states.result.Attributes.startedAt.S)'),
      },
    });
    retryQuickly(mark);
    mark.next(
      sfn.Choice.jsonata(scope, 'AllThere')
        .when(
          sfn.Condition.jsonata(
            expression(`$states.input.landed = ${inputs.length} and $not($states.input.started)`),
          ),
          start,
        )
        .otherwise(waiting),
    );
    return sfn.Pass.jsonata(scope, 'ReadDate', { assign: { date: expression(dateExpression(inputs)) } }).next(
      sfn.Choice.jsonata(scope, 'IsDate')
        .when(sfn.Condition.jsonata(expression(isDate('$date'))), mark)
        .otherwise(sfn.Succeed.jsonata(scope, 'NoInput')),
    );
  }
}

/** The function is one of aws-cdk-lib, which makes one for all buckets of a stack. */
function sendEvents(bucket: IBucket): void {
  bucket.enableEventBridgeNotification();
  const reason = 'aws-cdk-lib makes this function and its role to configure the notifications of buckets.';
  const configured = bucket.node.tryFindChild('Notifications');
  const singleton = Stack.of(bucket).node.children.filter(({ node }) =>
    node.id.startsWith('BucketNotificationsHandler'),
  );
  for (const construct of [configured, ...singleton]) {
    if (construct === undefined) continue;
    acknowledge(construct, [...complianceRules('IAMNoInlinePolicy'), BASIC_EXECUTION], reason);
  }
}

const BASIC_EXECUTION =
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]';
const ALREADY_STARTED = 'StepFunctions.ExecutionAlreadyExistsException';

function inputsId(name: string): string {
  return `${literal(`inputs/${name}/`)} & $date`;
}

/** The date an event names, the UTC day of it, or the date in its key; an empty text where the key is another's. */
function dateExpression(inputs: BarrierInput[]): string {
  const byKey = inputs
    .filter((input) => input._keyExpression !== undefined)
    .map(
      (input) =>
        `$states.input.input = ${literal(input.name)} ? ` +
        `${optional(`$match($states.input.key, ${input._keyExpression}).groups[0]`, "''")} : `,
    );
  return (
    `$exists($states.input.date) ? $states.input.date : ` +
    `$exists($states.input.on) ? $substring($states.input.on, 0, 10) : ${byKey.join('')}''`
  );
}

function requireInputs(inputs: BarrierInput[]): void {
  const names = inputs.map((input) => input.name);
  if (inputs.length < 2 || inputs.length > 40) {
    throw new Error(
      `inputs must be 2 to 40. Received ${inputs.length}. For one, give the workflow a WorkflowTrigger.`,
    );
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two inputs have the name "${twice}". Give each one of its own.`);
}
