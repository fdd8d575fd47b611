import { ArnFormat, Duration, Names, Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { requireDuration } from '../bounds';
import type { ILakeTable } from '../catalog';
import { allowLogEncryption } from '../log-encryption';
import { acknowledgeWildcards } from '../suppressions';
import { AuditedStateMachine } from './audited-state-machine';
import { type DeadlineOptions, SlaWatch } from './deadline-watch';
import { type RetryPolicy, requireRetryPolicy } from './retry-policy';
import { RunLedger } from './run-ledger';
import type { RunLimit } from './run-limit';
import { runStates } from './run-states';
import { type BackfillOptions, WorkflowBackfill } from './workflow-backfill';
import { WorkflowAlarms, type WorkflowAlarmsOptions } from './workflow-alarms';
import { type WorkflowNotifications, WorkflowNotifier } from './workflow-notifier';
import { WorkflowSchedule } from './workflow-schedule';
import type { WorkflowStep } from './workflow-step';
import { type WorkflowTrigger, WorkflowTriggers } from './workflow-trigger';

/** How a workflow behaves; what it does is in `PipelineWorkflowProps`. */
export interface PipelineWorkflowOptions {
  /**
   * Name of the workflow: of its state machine, in notifications, and the dimension of its metrics.
   * @default - made of the stack's name and the path
   */
  readonly workflowName?: string;
  /**
   * Tables that others may read once all steps are done: for each an event `Lakehouse Table Published`. Up to 9.
   * @default - every table that a step writes
   */
  readonly publish?: ILakeTable[];
  /**
   * How steps that fail are tried again.
   * @default - 3 times, after 5, 10 and 20 minutes, each with jitter
   */
  readonly retries?: RetryPolicy;
  /**
   * Who is told of failures.
   * @default - nobody but those who read the events
   */
  readonly notifications?: WorkflowNotifications;
  /**
   * When runs start by themselves. Its time zone counts; the date of a run is the UTC day before.
   * @default - never
   */
  readonly schedule?: scheduler.ScheduleExpression;
  /**
   * How much later than scheduled a run may start, up to a day, so that not everything starts at once.
   * @default - on time
   */
  readonly flexibleWindow?: Duration;
  /**
   * What else starts runs.
   * @default - nothing
   */
  readonly triggers?: WorkflowTrigger[];
  /**
   * How many runs may be under way at once.
   * @default - any number
   */
  readonly limit?: RunLimit;
  /**
   * What the workflow remembers between runs. Workflows with one ledger can share slots.
   * @default - one of its own
   */
  readonly ledger?: RunLedger;
  /**
   * Runs for each date of a range.
   * @default - a second state machine, one date after the other
   */
  readonly backfill?: BackfillOptions;
  /**
   * When each day's run has to be done.
   * @default - nobody looks
   */
  readonly sla?: DeadlineOptions;
  /**
   * Parameter with JSON, `{"<step>": false}`, that leaves steps out without a deployment; read by every run.
   * @default - no step can be left out
   */
  readonly switches?: IStringParameter;
  /**
   * How the alarms behave, and whom they tell.
   * @default - duration above 5 minutes, and any failure; call `alarms.notify(topic)`
   */
  readonly alarms?: WorkflowAlarmsOptions;
  /**
   * How long a run may take, waiting for a slot included. Up to a year.
   * @default Duration.hours(12)
   */
  readonly timeout?: Duration;
  /**
   * Event bus for the events of the workflow.
   * @default - the account's default bus
   */
  readonly eventBus?: events.IEventBus;
  /**
   * Log what steps are given and answer. The history of an execution has it in any case, for 90 days and for those who
   * may read it; logs are read by more people.
   * @default false
   */
  readonly logExecutionData?: boolean;
  /**
   * How long logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Key of logs, ledger and queues. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
}

/** What a workflow does, and how. */
export interface PipelineWorkflowProps extends PipelineWorkflowOptions {
  /** What is done, in this order: checks, refinement, gates, SQL, and whatever else. */
  readonly steps: WorkflowStep[];
}

/**
 * Steps over the tables of a lake, for one date at a time: validate, transform, gate, then publish and notify. A run
 * that fails tells where, why, and where to look; it can be repeated for its date, since every step commits once.
 *
 * Start it with `{}` for yesterday (UTC) or with `{ "date": "2026-11-20" }`.
 */
export class PipelineWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;
  /** Name of the workflow. */
  readonly workflowName: string;
  /** Role the state machine works in. */
  readonly role: iam.Role;
  readonly logGroup: logs.LogGroup;
  /** Slots held and outcomes of dates. */
  readonly ledger: RunLedger;
  readonly alarms: WorkflowAlarms;
  /** Runs for each date of a range. */
  readonly backfill: WorkflowBackfill;
  /** Watches whether a day's run is done in time; undefined without `sla`. */
  readonly slaWatch?: SlaWatch;
  /** Starts runs by the clock; undefined without `schedule`. */
  readonly schedule?: WorkflowSchedule;
  /** Bus the events go to. */
  readonly eventBus: events.IEventBus;
  /** Key of logs, ledger and queues. */
  readonly encryptionKey: kms.IKey;
  /** Tables published when a run is done. */
  readonly published: ILakeTable[];

  /** @throws Error for steps without, or with the same, names, and for options outside of what AWS takes */
  constructor(scope: Construct, id: string, props: PipelineWorkflowProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.workflowName =
      props.workflowName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    requireWorkflow(this.workflowName, props);
    const timeout = props.timeout ?? Duration.hours(12);
    this.published = props.publish ?? [...new Set(props.steps.flatMap((step) => step._tables))];
    requirePublishable(this.published);

    this.encryptionKey = props.encryptionKey ?? new kms.Key(this, 'Key', { enableKeyRotation: true });
    allowLogEncryption(this, this.encryptionKey);
    this.ledger = props.ledger ?? new RunLedger(this, 'Ledger', { encryptionKey: this.encryptionKey });
    this.eventBus = props.eventBus ?? events.EventBus.fromEventBusName(this, 'Bus', 'default');

    const wildcards: [string[], string][] = [];
    const states = runStates(new Construct(this, 'States'), {
      workflowName: this.workflowName,
      steps: props.steps,
      published: this.published,
      retries: props.retries ?? {},
      topics: props.notifications?.topics ?? [],
      tellSuccess: props.notifications?.onSuccess ?? false,
      eventBus: this.eventBus,
      ledger: this.ledger,
      limit: props.limit,
      switches: props.switches,
      timeout,
      acknowledge: (arns, reason) => wildcards.push([arns, reason]),
    });
    const machine = new AuditedStateMachine(this, 'Machine', {
      definition: states.start,
      comment: `${this.workflowName}: ${props.steps.map(({ name }) => name).join(', ')}`,
      encryptionKey: this.encryptionKey,
      timeout,
      stateMachineName: this.workflowName,
      logRetention: props.logRetention,
      logExecutionData: props.logExecutionData,
    });
    this.stateMachine = machine.stateMachine;
    this.role = machine.role;
    this.logGroup = machine.logGroup;
    for (const [arns, reason] of wildcards) acknowledgeWildcards(this.role, arns, reason);
    states.slots?.grantDescribe(
      this.role,
      stack.formatArn({
        service: 'states',
        resource: 'execution',
        resourceName: `${this.workflowName}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
    // Publishing to an encrypted topic takes its key as well.
    const topics = [...(props.notifications?.topics ?? []), ...props.steps.flatMap((step) => step._topics)];
    for (const topic of new Set(topics))
      topic.masterKey?.grant(this.role, 'kms:Decrypt', 'kms:GenerateDataKey');

    new WorkflowNotifier(this, 'Notifier', {
      workflow: this,
      notifications: props.notifications ?? {},
    });
    this.backfill = new WorkflowBackfill(this, 'Backfill', {
      ...props.backfill,
      workflow: this,
      runsAtOnce: props.limit === undefined ? undefined : (props.limit.slots ?? 1),
      logRetention: props.logRetention,
    });
    this.alarms = new WorkflowAlarms(this, 'Alarms', {
      ...props.alarms,
      topics: props.alarms?.topics ?? props.notifications?.topics,
      workflow: this,
    });
    if (props.schedule !== undefined) {
      this.schedule = new WorkflowSchedule(this, 'Schedule', {
        stateMachine: this.stateMachine,
        encryptionKey: this.encryptionKey,
        expression: props.schedule,
        flexibleWindow: props.flexibleWindow,
      });
    }
    new WorkflowTriggers(this, 'Triggers', { workflow: this, triggers: props.triggers ?? [] });
    if (props.sla !== undefined) {
      this.slaWatch = new SlaWatch(this, 'Sla', {
        ...props.sla,
        topics: props.sla.topics ?? props.notifications?.topics,
        workflow: this,
      });
    }
  }

  /** Lets someone start runs, backfills included. */
  grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine
      .grantStartExecution(grantee)
      .combine(this.backfill.stateMachine.grantStartExecution(grantee));
  }
}

function requireWorkflow(name: string, props: PipelineWorkflowProps): void {
  if (!Token.isUnresolved(name) && !/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw new Error(
      `workflowName must be 1 to 64 letters, digits, _ or -. Received "${name}". Leave it out for a name of its own.`,
    );
  }
  if (props.steps.length === 0) {
    throw new Error(`The workflow "${name}" has no steps. Give it at least one WorkflowStep.`);
  }
  const names = props.steps.flatMap((step) => step._names);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) {
    throw new Error(
      `Two steps of the workflow "${name}" have the name "${twice}". Give each a name of its own: it is what ` +
        'notifications call the task.',
    );
  }
  if (props.flexibleWindow !== undefined && props.schedule === undefined) {
    throw new Error(
      'flexibleWindow is given, but no schedule. Give a schedule, or leave out flexibleWindow.',
    );
  }
  if (props.retries !== undefined) requireRetryPolicy('retries', props.retries);
  requireDuration('timeout', props.timeout, {
    minimum: 60,
    maximum: 31_536_000,
    remedy: 'Leave it out for 12 hours.',
  });
}

function requirePublishable(tables: ILakeTable[]): void {
  if (tables.length <= 9) return;
  throw new Error(
    `publish must be up to 9 tables. Received ${tables.length}: ${tables.map(({ uri }) => uri).join(', ')}. Name in ` +
      'publish the ones others wait for, or make two workflows.',
  );
}
