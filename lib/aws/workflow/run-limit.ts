import { Aws, Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { requireDuration, requireWhole } from '../bounds';
import { type Guard, retryQuickly } from './failure-path';
import { consoleLink, epochSeconds, expression, literal, NOW, optional } from './expression';
import { LEDGER_EXPIRY, LEDGER_KEY, type RunLedger } from './run-ledger';

/** What becomes of a run that finds no free slot. */
export enum WhenBusy {
  /** It waits for one; whichever asks first after one came free gets it. */
  QUEUE = 'queue',
  /** It fails at once with the error `Lakehouse.AlreadyRunning`. */
  REJECT = 'reject',
}

/** How many runs may be under way at once, and what becomes of one more. */
export interface RunLimit {
  /**
   * Runs at once, 1 to 100.
   * @default 1
   */
  readonly slots?: number;
  /**
   * What becomes of a run that finds no free slot.
   * @default WhenBusy.QUEUE
   */
  readonly whenBusy?: WhenBusy;
  /**
   * How long a waiting run sleeps before it asks again, 5 seconds to an hour.
   * @default - one minute, or longer where many slots and a long timeout would make the history too long
   */
  readonly pollInterval?: Duration;
  /**
   * Name of the slots: workflows with one ledger and one name share them.
   * @default - the name of the workflow
   */
  readonly pool?: string;
}

/** A standard execution ends at 25,000 events: the rest is left to the steps. */
const EVENTS_FOR_WAITING = 20_000;
/** Taking, looking up, describing and choosing, by their events in the history. */
const EVENTS_PER_ATTEMPT = 21;

/**
 * Slots as DynamoDB items: taken by a conditional put in which an execution names itself and an expiry, given back by a
 * conditional delete. The lease ends no earlier than the execution must, so a slot is never taken from one that runs;
 * one whose execution ended without giving it back (stopped by hand, timed out) is freed by whoever asks next.
 */
export class RunSlots {
  readonly slots: number;
  private readonly pool: string;
  private readonly whenBusy: WhenBusy;
  private readonly pollInterval: Duration;

  constructor(
    private readonly scope: Construct,
    private readonly ledger: RunLedger,
    limit: RunLimit,
    workflowName: string,
    private readonly timeout: Duration,
  ) {
    requireWhole('limit.slots', limit.slots, {
      minimum: 1,
      maximum: 100,
      remedy: 'Leave out limit for runs without a limit.',
    });
    requireDuration('limit.pollInterval', limit.pollInterval, {
      minimum: 5,
      maximum: 3600,
      remedy: 'Leave it out for one minute.',
    });
    this.slots = limit.slots ?? 1;
    this.pool = limit.pool ?? workflowName;
    this.whenBusy = limit.whenBusy ?? WhenBusy.QUEUE;
    const shortest = this.shortestInterval();
    this.pollInterval = limit.pollInterval ?? Duration.seconds(Math.max(60, shortest));
    this.requireShortHistory(shortest);
  }

  /** States that take a slot and go on to `next`, or end in `rejected`. */
  take(next: sfn.IChainable, guard: Guard): sfn.IChainable {
    const { scope } = this;
    const take = tasks.DynamoPutItem.jsonata(scope, 'TakeSlot', {
      table: this.ledger.table,
      item: {
        [LEDGER_KEY]: tasks.DynamoAttributeValue.fromString(expression(this.slotId())),
        holder: tasks.DynamoAttributeValue.fromString(expression(ME)),
        heldSince: tasks.DynamoAttributeValue.fromString(expression(NOW)),
        [LEDGER_EXPIRY]: tasks.DynamoAttributeValue.numberFromString(
          expression(epochSeconds(this.timeout.toSeconds())),
        ),
      },
      conditionExpression: 'attribute_not_exists(#holder) OR #holder = :me OR #expiry < :now',
      expressionAttributeNames: { '#holder': 'holder', '#expiry': LEDGER_EXPIRY },
      expressionAttributeValues: {
        ':me': tasks.DynamoAttributeValue.fromString(expression(ME)),
        ':now': tasks.DynamoAttributeValue.numberFromString(expression(epochSeconds())),
      },
    });
    const look = tasks.DynamoGetItem.jsonata(scope, 'LookAtSlot', {
      table: this.ledger.table,
      key: { [LEDGER_KEY]: tasks.DynamoAttributeValue.fromString(expression(this.slotId())) },
      consistentRead: true,
      assign: { holder: expression(optional('$states.result.Item.holder.S', "''")) },
    });
    const describe = this.describeHolder();
    const free = tasks.DynamoDeleteItem.jsonata(scope, 'FreeSlot', {
      table: this.ledger.table,
      key: { [LEDGER_KEY]: tasks.DynamoAttributeValue.fromString(expression(this.slotId())) },
      conditionExpression: '#holder = :holder',
      expressionAttributeNames: { '#holder': 'holder' },
      expressionAttributeValues: { ':holder': tasks.DynamoAttributeValue.fromString(expression('$holder')) },
    });

    const isHolderRunning = sfn.Choice.jsonata(scope, 'IsHolderRunning')
      .when(sfn.Condition.jsonata(expression("$holderStatus = 'RUNNING'")), this.busy(take))
      .otherwise(free);
    take.addCatch(look, { errors: [CONDITION_FAILED] });
    free.addCatch(take, { errors: [CONDITION_FAILED] });
    describe.addCatch(isHolderRunning, { errors: [NO_EXECUTION], assign: { holderStatus: 'FORGOTTEN' } });
    for (const task of [take, look, describe, free]) guard(task, [CONDITION_FAILED, NO_EXECUTION]);
    take.next(next);
    look.next(
      sfn.Choice.jsonata(scope, 'IsSlotFree')
        .when(sfn.Condition.jsonata(expression("$holder = ''")), take)
        .otherwise(describe),
    );
    describe.next(isHolderRunning);
    free.next(take);
    return take;
  }

  /** Gives the slot back, if it is this execution's; on to `next` in any case. */
  giveBack(next: sfn.IChainable): sfn.IChainable {
    const task = tasks.DynamoDeleteItem.jsonata(this.scope, 'GiveSlotBack', {
      table: this.ledger.table,
      key: { [LEDGER_KEY]: tasks.DynamoAttributeValue.fromString(expression(this.slotId())) },
      conditionExpression: '#holder = :me',
      expressionAttributeNames: { '#holder': 'holder' },
      expressionAttributeValues: { ':me': tasks.DynamoAttributeValue.fromString(expression(ME)) },
    });
    retryQuickly(task, [CONDITION_FAILED]);
    // What stays behind is freed by whoever asks next; the run has its outcome already.
    task.addCatch(next, { errors: ['States.ALL'] });
    task.next(next);
    return task;
  }

  /** Lets the workflow ask whether holders of the pool's slots still run. */
  grantDescribe(role: iam.Role, executionArns: string): void {
    this.ledger._join(this.pool, role, executionArns);
  }

  private slotId(): string {
    return `${literal(`slot/${this.pool}/`)} & $slot`;
  }

  /** Not the task of aws-cdk-lib: it would grant every execution of the account, or make a circle of the role. */
  private describeHolder(): sfn.CustomState {
    return new sfn.CustomState(this.scope, 'DescribeHolder', {
      stateJson: {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:sfn:describeExecution`,
        Arguments: { ExecutionArn: expression('$holder') },
        Assign: { holderStatus: expression('$states.result.Status') },
      },
    });
  }

  private busy(again: sfn.IChainable): sfn.IChainable {
    const last =
      this.whenBusy === WhenBusy.REJECT
        ? sfn.Fail.jsonata(this.scope, 'Rejected', {
            error: 'Lakehouse.AlreadyRunning',
            cause: expression(`'Another run is under way: ' & ${consoleLink('$holder')}`),
          })
        : sfn.Wait.jsonata(this.scope, 'WaitForSlot', {
            time: sfn.WaitTime.duration(this.pollInterval),
          }).next(again);
    if (this.slots === 1) return last;
    return sfn.Pass.jsonata(this.scope, 'NextSlot', {
      assign: { slot: expression(`($slot + 1) % ${this.slots}`) },
    }).next(
      sfn.Choice.jsonata(this.scope, 'WasLastSlot')
        .when(sfn.Condition.jsonata(expression('$slot = 0')), last)
        .otherwise(again),
    );
  }

  /** Seconds between polls that keep the history of a run that waits all its time short enough. */
  private shortestInterval(): number {
    const eventsPerRound = this.slots * EVENTS_PER_ATTEMPT + 4;
    return Math.ceil((this.timeout.toSeconds() * eventsPerRound) / EVENTS_FOR_WAITING);
  }

  private requireShortHistory(shortest: number): void {
    if (this.whenBusy === WhenBusy.REJECT || this.pollInterval.toSeconds() >= shortest) return;
    throw new Error(
      `limit.pollInterval must be ${shortest} seconds or longer for ${this.slots} slots and a timeout of ` +
        `${this.timeout.toHumanString()}. Received ${this.pollInterval.toSeconds()} seconds. A waiting run would come ` +
        'near the 25,000 events of an execution: wait longer between polls, or shorten the timeout.',
    );
  }
}

const ME = '$states.context.Execution.Id';
/** Step Functions forgets executions after 90 days. */
const NO_EXECUTION = 'Sfn.ExecutionDoesNotExistException';
const CONDITION_FAILED = 'DynamoDB.ConditionalCheckFailedException';
