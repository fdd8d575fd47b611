import type { InvocationResult } from '../streams/event-source-mapping';
import type { CloudAssembly, Resource } from '../template/assembly';
import { numberAt, objectAt, textAt } from '../template/json';
import type { Json, JsonObject } from '../template/json';
import { LAPTOP } from '../template/physical-names';
import { EmbeddedQueue } from './embedded-queue';
import type { QueueMessage, SendOptions } from './embedded-queue';
import { eventRules, schedules } from './event-rules';
import type { EventRule, Schedule } from './event-rules';
import { QueueDelivery, queueMapping } from './queue-delivery';
import type { QueueMapping } from './queue-delivery';
import { targetInput } from './rule-input';
import { VirtualTime } from './virtual-time';

/** What happened, as a service tells EventBridge. */
export interface ServiceEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
  /** When it happened where clocks are real, epoch milliseconds: it is not told to have been before. */
  readonly time?: number;
}

/** A message no consumer could deal with, or an event whose target failed each time. */
export interface DeadLetter {
  /** Queue it went to; absent where the template has none for it. */
  readonly queue?: string;
  readonly body: string;
  /** Function, container or state machine that failed. */
  readonly consumer: Resource;
  readonly reason: string;
}

export interface EventRouterOptions {
  readonly assembly: CloudAssembly;
  /** Runs a function or a container of the template. */
  readonly invoke: (resource: Resource, event: unknown) => Promise<InvocationResult>;
  /** Asked after each invocation: what it did that a service would tell. */
  readonly occurred: () => Promise<readonly ServiceEvent[]>;
  /** Starts a state machine of the template and waits for its end. @default - state machines are not run */
  readonly execute?: (stateMachine: Resource, input: string) => Promise<InvocationResult>;
  readonly deadLetter: (letter: DeadLetter) => void;
  /** Why a consumer reported a message as failed: its answer does not say. */
  readonly failureOf?: (consumer: Resource) => string | undefined;
  /** @default Date.now() */
  readonly start?: number;
  /** Steps after which events count as endless. @default 10,000 */
  readonly limit?: number;
}

/** Container a queue feeds: it polls the queue its environment names. */
export interface QueueConsumer {
  readonly queue: string;
  readonly consumer: Resource;
  readonly mapping: QueueMapping;
}

/** Lambda repeats a failed asynchronous invocation so often, after a minute and then after two. */
const ASYNCHRONOUS_RETRIES = 2;
const MINUTE = 60_000;
const FUNCTION = 'AWS::Lambda::Function';

/**
 * Takes events through a template: from its rules to their targets, from its queues to their functions and containers,
 * one step after the other in virtual time, so that the same run happens in the same order.
 */
export class EventRouter {
  private readonly assembly: CloudAssembly;
  private readonly time: VirtualTime;
  private readonly rules: readonly EventRule[];
  private readonly queues = new Map<string, EmbeddedQueue>();
  private readonly deliveries = new Map<string, QueueDelivery[]>();
  private readonly polls = new Map<QueueDelivery, number>();
  private readonly lastErrors = new Map<string, string>();
  private readonly unknown = new Set<string>();
  private published = 0;

  /** @throws UnusablePattern for a rule nobody could follow */
  constructor(
    private readonly options: EventRouterOptions,
    containers: readonly QueueConsumer[] = [],
  ) {
    const { assembly } = options;
    this.assembly = assembly;
    this.time = new VirtualTime(options.start ?? Date.now(), options.limit);
    this.rules = eventRules(assembly);
    for (const resource of assembly.ofType('AWS::SQS::Queue'))
      this.queues.set(resource.name, new EmbeddedQueue(resource));
    for (const consumer of [...mappingsOfQueues(assembly), ...containers]) this.connect(consumer);
  }

  /** Targets of rules that nothing on this machine stands for, by the rule's path. */
  get notRun(): string[] {
    return [...this.unknown].sort();
  }

  publish(event: ServiceEvent): void {
    const { source, detailType, resources, detail, time = 0 } = event;
    const document: JsonObject = {
      version: '0',
      id: `00000000-0000-4000-8000-${String(++this.published).padStart(12, '0')}`,
      'detail-type': detailType,
      source,
      account: LAPTOP.account,
      time: timestamp(Math.max(time, this.time.now)),
      region: LAPTOP.region,
      resources: [...resources],
      detail,
    };
    for (const { resource, targets } of this.rules.filter(({ pattern }) => pattern.matches(document))) {
      for (const target of targets) this.reach(resource, target, targetInput(target, document, resource.arn));
    }
  }

  /** Puts a message into a queue of the app; undefined where there is none of that name. @throws MessageRefused */
  send(queueName: string, body: string, options: SendOptions = {}): string | undefined {
    const queue = this.queues.get(queueName);
    if (!queue) return undefined;
    const messageId = queue.send(body, this.time.now, options);
    this.planPolls(queue);
    return messageId;
  }

  /** Everything the app does by the clock, once. */
  runSchedules(): void {
    for (const schedule of schedules(this.assembly)) {
      const { resource, target } = schedule;
      this.reach(resource, target, scheduledInput(schedule, this.time.now));
    }
  }

  /** Until every event has had its effect. @throws EndlessEvents */
  untilQuiet(): Promise<void> {
    return this.time.untilQuiet();
  }

  private reach(rule: Resource, target: JsonObject, input: string): void {
    const arn = textAt(target, 'Arn') ?? '';
    const resource = this.assembly.byArn(arn) ?? this.functionOf(arn);
    switch (resource?.type) {
      case 'AWS::SQS::Queue':
        this.send(resource.name, input, {
          groupId: textAt(objectAt(target, 'SqsParameters'), 'MessageGroupId'),
        });
        break;
      case FUNCTION:
        this.planCall(resource, input, 0, (event) => this.options.invoke(resource, event));
        break;
      case 'AWS::StepFunctions::StateMachine': {
        const { execute } = this.options;
        if (execute) this.planCall(resource, input, undefined, () => execute(resource, input));
        else this.unknown.add(`${rule.path} → ${resource.path}`);
        break;
      }
      default:
        this.unknown.add(`${rule.path} → ${arn}`);
    }
  }

  /** A call nobody waits for. An execution of a state machine has retries of its own: none here. */
  private planCall(
    resource: Resource,
    input: string,
    attempt: number | undefined,
    call: (event: unknown) => Promise<InvocationResult>,
  ): void {
    const time = this.time.now + (attempt ?? 0) * MINUTE;
    this.time.plan(time, `${resource.path} is invoked`, async () => {
      const result = await call(JSON.parse(input));
      await this.publishWhatOccurred();
      if (!result.error) return;
      const settings = this.asynchronousInvocation(resource);
      if (attempt !== undefined && attempt < settings.retries) {
        this.planCall(resource, input, attempt + 1, call);
        return;
      }
      this.options.deadLetter({
        queue: this.assembly.byArn(settings.deadLetterArn ?? '')?.name,
        body: input,
        consumer: resource,
        reason: `${result.error.type}: ${result.error.message}`,
      });
    });
  }

  private asynchronousInvocation(resource: Resource): { retries: number; deadLetterArn?: string } {
    const config = this.assembly
      .ofType('AWS::Lambda::EventInvokeConfig')
      .find(({ properties }) => textAt(properties, 'FunctionName') === resource.name)?.properties;
    const onFailure = objectAt(objectAt(config ?? {}, 'DestinationConfig'), 'OnFailure');
    return {
      retries: numberAt(config ?? {}, 'MaximumRetryAttempts') ?? ASYNCHRONOUS_RETRIES,
      deadLetterArn:
        textAt(onFailure, 'Destination') ??
        textAt(objectAt(resource.properties, 'DeadLetterConfig'), 'TargetArn'),
    };
  }

  private connect({ queue: name, consumer, mapping }: QueueConsumer): void {
    const queue = this.queues.get(name);
    if (!queue) return;
    const delivery = new QueueDelivery({
      queue,
      mapping,
      region: LAPTOP.region,
      invoke: async (event) => {
        const result = await this.options.invoke(consumer, event);
        const reason = result.error
          ? `${result.error.type}: ${result.error.message}`
          : this.options.failureOf?.(consumer);
        this.lastErrors.set(name, reason ?? 'reported as failed');
        await this.publishWhatOccurred();
        return result;
      },
      dead: (messages) => this.bury(queue, messages, consumer),
    });
    this.deliveries.set(name, [...(this.deliveries.get(name) ?? []), delivery]);
  }

  private bury(queue: EmbeddedQueue, messages: readonly QueueMessage[], consumer: Resource): void {
    const deadLetterQueue = this.assembly.byArn(queue.deadLetterArn ?? '')?.name;
    const reason = this.lastErrors.get(queue.name) ?? 'received too often';
    for (const { body } of messages)
      this.options.deadLetter({ queue: deadLetterQueue, body, consumer, reason });
  }

  private planPolls(queue: EmbeddedQueue): void {
    for (const delivery of this.deliveries.get(queue.name) ?? []) {
      const poll = delivery.nextPoll(this.time.now);
      if (poll === undefined || (this.polls.get(delivery) ?? Infinity) <= poll) continue;
      this.polls.set(delivery, poll);
      this.time.plan(poll, `${queue.name} is polled`, async () => {
        // One was planned for earlier since.
        if (this.polls.get(delivery) !== poll) return;
        this.polls.delete(delivery);
        await delivery.poll(this.time.now);
        this.planPolls(queue);
      });
    }
  }

  private async publishWhatOccurred(): Promise<void> {
    for (const event of await this.options.occurred()) this.publish(event);
  }

  /** A function by its ARN with a version or an alias. */
  private functionOf(arn: string): Resource | undefined {
    return this.assembly.ofType(FUNCTION).find((resource) => arn.startsWith(`${resource.arn}:`));
  }
}

function mappingsOfQueues(assembly: CloudAssembly): QueueConsumer[] {
  return assembly.ofType('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => {
    const queue = assembly.byArn(textAt(properties, 'EventSourceArn') ?? '');
    const consumer = assembly
      .ofType(FUNCTION)
      .find(({ name, arn }) => [name, arn].includes(textAt(properties, 'FunctionName') ?? ''));
    if (queue?.type !== 'AWS::SQS::Queue' || !consumer || properties.Enabled === false) return [];
    return [{ queue: queue.name, consumer, mapping: queueMapping(properties) }];
  });
}

/** What a schedule's target is given: its input, or the event of a rule. */
function scheduledInput({ resource, target }: Schedule, now: number): string {
  const time = timestamp(now);
  const input = textAt(target, 'Input');
  if (resource.type === 'AWS::Scheduler::Schedule') {
    const context: Record<string, Json> = {
      '<aws.scheduler.schedule-arn>': resource.arn,
      '<aws.scheduler.scheduled-time>': time,
      '<aws.scheduler.execution-id>': 'laptop',
      '<aws.scheduler.attempt-number>': '1',
    };
    return (input ?? '{}').replace(/<aws\.scheduler\.[a-z-]+>/g, (name) => String(context[name] ?? name));
  }
  const event: JsonObject = {
    version: '0',
    id: '00000000-0000-4000-8000-000000000000',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: LAPTOP.account,
    time,
    region: LAPTOP.region,
    resources: [resource.arn],
    detail: {},
  };
  return targetInput(target, event, resource.arn);
}

/** To the second, as the services write it. */
function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
