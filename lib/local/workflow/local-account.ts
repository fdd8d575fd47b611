import { type EventRule, eventRules } from '../messaging/event-rules';
import { targetInput } from '../messaging/rule-input';
import type { CloudAssembly } from '../template/assembly';
import type { Json, JsonObject } from '../template/json';
import { textAt } from '../template/json';
import type { Clock } from './clock';
import { type StateMachineDefinition, StatesError } from './definition';
import { MemoryTable } from './dynamodb-table';
import type { ExecutionIdentity } from './interpreter';
import { LocalExecution } from './local-execution';
import { Queries } from './queries';
import { scheduledTimes } from './schedule-times';

/** What stands in for a function or a container: gets the payload, gives the answer, throws as the function would. */
export type LocalFunction = (payload: Json, clock: Clock) => Promise<Json>;

export interface LocalAccountOptions {
  readonly clock: Clock;
  /** Functions by name. */
  readonly functions?: { readonly [name: string]: LocalFunction };
  /** Containers by name of the container; given what their `LAKEHOUSE_TASK` holds. */
  readonly containers?: { readonly [name: string]: LocalFunction };
  /** Decides on jitter: from 0 up to 1. */
  readonly random?: () => number;
  /** Sees every call of a service first; what it throws, the task fails with. */
  readonly before?: (resource: string, argument: Json) => void;
}

export interface SentMessage {
  readonly topicArn: string;
  readonly subject?: string;
  /** By protocol, `default` among them. */
  readonly texts: { readonly [protocol: string]: string };
}

/**
 * The workflows of a synthesized app on this machine: its state machines as they would be deployed, their tables, topics,
 * rules and schedules in memory, their functions as given.
 */
export class LocalAccount {
  readonly messages: SentMessage[] = [];
  readonly events: JsonObject[] = [];
  readonly metrics: JsonObject[] = [];
  /** Calls of web services by API destinations. */
  readonly webhookCalls: Json[] = [];
  readonly executions: LocalExecution[] = [];
  /** Event source mappings that a workflow has switched, by their id. */
  readonly eventSourcesEnabled = new Map<string, boolean>();
  /** Values of SSM parameters by name; those of the template to begin with. */
  readonly parameters = new Map<string, string>();
  private readonly rules: EventRule[];
  private readonly tables = new Map<string, MemoryTable>();
  private readonly queries: Queries;

  constructor(
    private readonly assembly: CloudAssembly,
    private readonly options: LocalAccountOptions,
  ) {
    this.rules = eventRules(assembly);
    this.queries = new Queries(() => options.clock.now());
    for (const table of assembly.ofType('AWS::DynamoDB::Table')) {
      const keys = (table.properties.KeySchema as JsonObject[]).map((key) => String(key.AttributeName));
      this.tables.set(table.name, new MemoryTable(keys));
    }
    for (const parameter of assembly.ofType('AWS::SSM::Parameter')) {
      this.parameters.set(parameter.name, String(parameter.properties.Value));
    }
  }

  /** Items of the only table, or of the one named. */
  items(table?: string): { [key: string]: JsonObject } {
    return (table === undefined ? [...this.tables.values()][0] : this.tables.get(table))!.all();
  }

  /**
   * Starts a state machine by its name or path in the construct tree.
   * @throws Error if there is none
   */
  start(stateMachine: string, input: Json = {}, name?: string): LocalExecution {
    const found = this.assembly
      .ofType('AWS::StepFunctions::StateMachine')
      .find(
        (resource) =>
          [resource.name, resource.arn].includes(stateMachine) ||
          resource.path.startsWith(`${stateMachine}/`),
      );
    if (found === undefined) throw new Error(`There is no state machine "${stateMachine}".`);
    return this.begin(found.arn, input, name);
  }

  /** Puts an event on the bus: rules that match start what they start. */
  putEvent(event: JsonObject): void {
    const full = { time: new Date(this.options.clock.now()).toISOString(), ...event };
    this.events.push(full);
    for (const rule of this.rules) {
      if (!rule.pattern.matches(full)) continue;
      for (const target of rule.targets) this.deliver(target, full, rule.resource.arn);
    }
  }

  /** Lets the schedules between now and a moment fire, each at its time. */
  async runSchedules(until: number): Promise<void> {
    const due = this.assembly
      .ofType('AWS::Scheduler::Schedule')
      .flatMap(({ properties }) =>
        scheduledTimes(
          String(properties.ScheduleExpression),
          textAt(properties, 'ScheduleExpressionTimezone') ?? 'UTC',
          this.options.clock.now(),
          until,
        ).map((at) => ({ at, target: properties.Target as JsonObject })),
      )
      .sort((a, b) => a.at - b.at);
    for (const { at, target } of due) {
      await this.options.clock.sleep(at - this.options.clock.now()).over;
      const time = new Date(at).toISOString().replace('.000Z', 'Z');
      const input = String(target.Input ?? '{}').replaceAll('<aws.scheduler.scheduled-time>', time);
      this.begin(String(target.Arn), JSON.parse(input) as Json);
    }
    await this.options.clock.sleep(until - this.options.clock.now()).over;
  }

  /** Waits until nothing runs any more. */
  async settled(): Promise<void> {
    for (let index = 0; index < this.executions.length; index++) await this.executions[index].ended;
  }

  private begin(arn: string, input: Json, name?: string): LocalExecution {
    const machine = this.assembly.byArn(arn);
    if (machine === undefined) throw new Error(`There is no state machine "${arn}".`);
    const named = name ?? `run-${this.executions.length + 1}`;
    const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${named}`;
    const express = machine.properties.StateMachineType === 'EXPRESS';
    const twin = this.executions.find((execution) => execution.arn === executionArn);
    if (twin !== undefined && !express) {
      if (twin.status === 'RUNNING' && JSON.stringify(twin.input) === JSON.stringify(input)) return twin;
      throw new StatesError(
        'StepFunctions.ExecutionAlreadyExistsException',
        `Execution Already Exists: ${executionArn}`,
      );
    }
    const definition = JSON.parse(String(machine.properties.DefinitionString)) as StateMachineDefinition;
    const execution = new LocalExecution(
      executionArn,
      named,
      arn,
      input,
      definition,
      {
        clock: this.options.clock,
        queries: this.queries,
        random: this.options.random ?? Math.random,
        call: (resource, argument, identity) => this.call(resource, argument, identity),
      },
      (ended) => {
        if (!express) this.tellEnd(ended);
      },
    );
    this.executions.push(execution);
    return execution;
  }

  private tellEnd(execution: LocalExecution): void {
    this.putEvent({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: {
        executionArn: execution.arn,
        stateMachineArn: execution.stateMachineArn,
        name: execution.name,
        status: execution.status,
        ...(execution.error === undefined ? {} : { error: execution.error, cause: execution.cause! }),
      },
    });
  }

  private deliver(target: JsonObject, event: JsonObject, ruleArn: string): void {
    const arn = String(target.Arn);
    const input = JSON.parse(targetInput(target, event, ruleArn)) as Json;
    if (arn.includes(':stateMachine:')) this.begin(arn, input);
    else if (arn.includes(':sns:'))
      this.messages.push({
        topicArn: arn,
        texts: { default: typeof input === 'string' ? input : JSON.stringify(input) },
      });
    else this.webhookCalls.push(input);
  }

  private async call(resource: string, argument: Json, identity: ExecutionIdentity): Promise<Json> {
    const action = resource.replace(/^arn:[^:]+:states:::/, '');
    // Nothing that answers over a network answers at once.
    await Promise.resolve();
    try {
      this.options.before?.(action, argument);
    } catch (error) {
      throw thrownBy(error);
    }
    const given = argument as JsonObject;
    switch (action) {
      case 'lambda:invoke':
        return this.invoke(given);
      case 'ecs:runTask.sync':
        return this.runTask(given);
      case 'sns:publish':
        return this.publish(given);
      case 'events:putEvents':
        return this.putEntries(given, identity);
      case 'states:startExecution':
      case 'states:startExecution.sync:2':
        return this.startExecution(given, action.endsWith('.sync:2'));
      case 'aws-sdk:sfn:describeExecution':
        return this.describe(String(given.ExecutionArn));
      case 'aws-sdk:ssm:getParameter':
        return this.parameter(String(given.Name));
      case 'aws-sdk:ssm:putParameter':
        this.parameters.set(String(given.Name), String(given.Value));
        return { Version: 1 };
      case 'aws-sdk:lambda:updateEventSourceMapping':
        this.eventSourcesEnabled.set(String(given.Uuid), given.Enabled === true);
        return {};
      case 'aws-sdk:cloudwatch:putMetricData':
        this.metrics.push(...(given.MetricData as JsonObject[]));
        return {};
      default:
        if (action.startsWith('dynamodb:'))
          return this.table(given).call(action.slice('dynamodb:'.length), given);
        throw new StatesError('States.Runtime', `${action} is not there on this machine`);
    }
  }

  private async invoke(argument: JsonObject): Promise<Json> {
    const name = String(argument.FunctionName).split(':function:').at(-1)!;
    const found = this.options.functions?.[name];
    if (found === undefined) {
      throw new StatesError(
        'Lambda.ResourceNotFoundException',
        `No function ${name} is given on this machine`,
      );
    }
    try {
      return { StatusCode: 200, Payload: await found(argument.Payload, this.options.clock) };
    } catch (error) {
      throw thrownBy(error);
    }
  }

  private async runTask(argument: JsonObject): Promise<Json> {
    const overrides = (argument.Overrides as JsonObject).ContainerOverrides as JsonObject[];
    const [override] = overrides;
    const environment = override.Environment as JsonObject[];
    const task = environment.find(({ Name }) => Name === 'LAKEHOUSE_TASK');
    const found = this.options.containers?.[String(override.Name)];
    if (found === undefined)
      throw new StatesError('ECS.InvalidParameterException', `No container ${String(override.Name)}`);
    try {
      await found(JSON.parse(String(task?.Value ?? '{}')) as Json, this.options.clock);
    } catch (error) {
      throw new StatesError('States.TaskFailed', thrownBy(error).reason);
    }
    return { TaskArn: 'arn:aws:ecs:local:task/1', Containers: [{ Name: override.Name, ExitCode: 0 }] };
  }

  private publish(argument: JsonObject): Json {
    const text = String(argument.Message);
    this.messages.push({
      topicArn: String(argument.TopicArn),
      subject: textAt(argument, 'Subject'),
      texts:
        argument.MessageStructure === 'json'
          ? (JSON.parse(text) as Record<string, string>)
          : { default: text },
    });
    return { MessageId: String(this.messages.length) };
  }

  private putEntries(argument: JsonObject, identity: ExecutionIdentity): Json {
    const entries = argument.Entries as JsonObject[];
    for (const entry of entries) {
      this.putEvent({
        source: entry.Source,
        'detail-type': entry.DetailType,
        detail: entry.Detail,
        resources: [identity.executionArn],
      });
    }
    return { FailedEntryCount: 0, Entries: entries.map((_, index) => ({ EventId: String(index) })) };
  }

  private async startExecution(argument: JsonObject, wait: boolean): Promise<Json> {
    const execution = this.begin(String(argument.StateMachineArn), argument.Input, textAt(argument, 'Name'));
    if (!wait) return { ExecutionArn: execution.arn };
    await execution.ended;
    if (execution.status !== 'SUCCEEDED') {
      throw new StatesError('States.TaskFailed', JSON.stringify(this.describe(execution.arn)));
    }
    return { ExecutionArn: execution.arn, Status: execution.status, Output: execution.output ?? null };
  }

  private describe(arn: string): Json {
    const execution = this.executions.find((one) => one.arn === arn);
    if (execution === undefined) {
      throw new StatesError('Sfn.ExecutionDoesNotExistException', `Execution Does Not Exist: '${arn}'`);
    }
    return {
      ExecutionArn: arn,
      Status: execution.status,
      ...(execution.error === undefined ? {} : { Error: execution.error, Cause: execution.cause! }),
    };
  }

  private parameter(name: string): Json {
    const value = this.parameters.get(name);
    if (value === undefined) throw new StatesError('Ssm.ParameterNotFoundException', name);
    return { Parameter: { Name: name, Value: value } };
  }

  private table(argument: JsonObject): MemoryTable {
    const table = this.tables.get(String(argument.TableName));
    if (table === undefined) {
      throw new StatesError(
        'DynamoDB.ResourceNotFoundException',
        `There is no table ${String(argument.TableName)}`,
      );
    }
    return table;
  }
}

/** As Lambda reports what a function throws: the name of the error, and a cause in JSON. */
function thrownBy(error: unknown): StatesError {
  if (error instanceof StatesError) return error;
  const { name, message } = error as Error;
  return new StatesError(name, JSON.stringify({ errorType: name, errorMessage: message }));
}
