import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { knownRun } from '../bounds';
import type { ILakeTable } from '../catalog';
import { allowEvents } from '../queue-access';
import { requireSamePlace } from '../same-environment';
import { DeadLetterQueue } from './dead-letter-queue';

/** Whose commits are waited for, and what is done about them. */
export interface CommitQueueProps {
  /** The tables that are read. */
  readonly sources: ILakeTable[];
  /** The table that is written: one run at a time is for it. */
  readonly target: ILakeTable;
  /** The request to bring the target up to date, as the handler takes it. */
  readonly request: { readonly [name: string]: string };
  /** How long a commit waits, so that others can be done with it. */
  readonly deliveryDelay: Duration;
  /** How often the request is made whatever was committed. */
  readonly catchUpInterval: Duration;
  /** Longest run of what empties the queue. */
  readonly runTimeout: Duration;
  /** Runs that may fail before their message is given up. */
  readonly maxReceiveCount: number;
  readonly encryptionKey: IKey;
  /** @default - a queue of its own */
  readonly deadLetterQueue?: IQueue;
}

/**
 * The commits to tables of the Glue Data Catalog as messages of a FIFO queue, one group for the table they lead to.
 *
 * Glue promises no delivery of its events, and a run that failed too often is given up: a request at an interval makes
 * up for both.
 */
export class CommitQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: IQueue;
  /** Tells the queue of commits. */
  readonly commitRule: events.Rule;
  /** Tells the queue at an interval. */
  readonly catchUpRule: events.Rule;

  /** @throws Error for a table in another account or region, and for a dead-letter queue that is not FIFO */
  constructor(scope: Construct, id: string, props: CommitQueueProps) {
    super(scope, id);
    for (const source of props.sources) {
      const { account, region } = Stack.of(source);
      requireSamePlace(
        this,
        source,
        { account, region },
        'Glue tells of commits in its own account and region.',
      );
    }
    requireFifo(props.deadLetterQueue);
    this.deadLetterQueue =
      props.deadLetterQueue ??
      new DeadLetterQueue(this, 'DeadLetters', { encryptionKey: props.encryptionKey, fifo: true }).queue;
    this.queue = new Queue(this, 'Queue', {
      fifo: true,
      // Events carry an id of their own: only an event that is delivered twice is dropped.
      contentBasedDeduplication: true,
      deliveryDelay: props.deliveryDelay,
      // Long enough for the function's poller to try again when it is throttled; a failed run is repeated after it.
      visibilityTimeout: Duration.seconds(2 * knownRun(props.runTimeout).toSeconds()),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.encryptionKey,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
    });
    allowEvents(this, this.queue, props.encryptionKey);

    const { target } = props;
    const messageGroupId = messageGroup(target.uri);
    const toQueue = (input?: events.RuleTargetInput): events.IRuleTarget => ({
      bind: () => ({ arn: this.queue.queueArn, input, sqsParameters: { messageGroupId } }),
    });
    this.commitRule = new events.Rule(this, 'Rule', {
      description: `Commits that ${target.databaseName}.${target.tableName} is made from`,
      eventPattern: commitPattern(props.sources),
      targets: [toQueue()],
    });
    this.catchUpRule = new events.Rule(this, 'CatchUp', {
      description: `Brings ${target.databaseName}.${target.tableName} up to date, whatever was missed`,
      schedule: events.Schedule.rate(props.catchUpInterval),
      targets: [toQueue(events.RuleTargetInput.fromObject(props.request))],
    });
  }
}

/** The events by which Glue tells of commits to tables. */
export function commitPattern(tables: ILakeTable[]): events.EventPattern {
  return {
    source: ['aws.glue'],
    detailType: ['Glue Data Catalog Table State Change'],
    detail: commitsTo(tables),
  };
}

function commitsTo(tables: ILakeTable[]): { [name: string]: unknown } {
  const update = { typeOfChange: ['UpdateTable'] };
  const names = tables.map(({ databaseName, tableName }) => ({
    databaseName: [databaseName],
    tableName: [tableName],
  }));
  return names.length === 1 ? { ...names[0], ...update } : { $or: names, ...update };
}

/** SQS takes 128 characters; the queue is for one table, so that the end of a longer name does as well. */
export function messageGroup(uri: string): string {
  return Token.isUnresolved(uri) ? uri : uri.slice(-128);
}

function requireFifo(queue: IQueue | undefined): void {
  if (queue === undefined || queue.fifo) return;
  throw new Error(
    `deadLetterQueue "${queue.node.path}" is a standard queue. SQS moves messages of a FIFO queue to FIFO queues only: ` +
      'pass one, or leave it out for one of its own.',
  );
}
