import { Duration } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  type IQueue,
  Queue,
  QueueEncryption,
} from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { BUNDLES, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import { knownRun, requireDuration, requireWhole } from '../bounds';
import type { ILakeTable } from '../catalog';
import { type HandlerNetwork, networkOf } from '../handler-network';
import { noteHandedOver } from '../handed-over';
import { handlerDescription, handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { grantSend } from '../queue-access';
import { acknowledgeHandlerFunction } from '../suppressions';
import { DeadLetterQueue } from './dead-letter-queue';

/** Deliveries SQS itself counts at the most; the function sets requests aside long before, in their order. */
const MOST_RECEIVES = 1000;

/** Commits for many writers. */
export interface ITableCommitter extends IConstruct {
  /** Where writers hand over the files they wrote. */
  readonly queue: IQueue;
  /** Lets a writer hand over files for a bronze table and its quarantine, and this commit them. */
  grantHandOver(writer: iam.IGrantable, bronze: ILakeTable, quarantine: ILakeTable): iam.Grant;
}

/** How a committer runs. */
export interface TableCommitterProps {
  /**
   * Memory of the function in MB, 128 to 10,240.
   * @default 1024
   */
  readonly memorySize?: number;

  /**
   * Longest run of the function, up to 15 minutes.
   * @default Duration.minutes(1)
   */
  readonly timeout?: Duration;

  /**
   * How often a request is delivered before it is set aside without being tried, from 1 to 999. It is tried for as
   * long as its tables cannot be reached, twice `timeout` apart.
   * @default 200
   */
  readonly deliveryAttempts?: number;

  /**
   * Network the function runs in, where that is your rule.
   * @default - none: it reaches AWS over TLS, and nothing reaches it
   */
  readonly network?: HandlerNetwork;

  /**
   * How long the function's logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs and the queues. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Role of the function.
   * @default - a role of its own, with nothing but its grants
   */
  readonly role?: iam.IRole;
}

/**
 * One committer for many writers: a FIFO queue in which `StreamProcessor`s hand over the files they wrote, and a
 * function that commits up to ten requests for a table as one snapshot. Commits of a table follow one another, so that
 * writers never wait for each other. Exactly once as direct commits are: replays are dropped, overlaps trimmed.
 *
 * What cannot be committed goes to the dead letters with all that follows on its shard, in order; other shards go on.
 * Mend the cause and redrive the queue. Alarm on `metricOldestRequest` and on `metricDeadLetters`.
 */
export class TableCommitter extends Construct implements ITableCommitter {
  /** The function. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  readonly queue: Queue;
  /** Requests that could not be committed. */
  readonly deadLetterQueue: Queue;
  readonly eventSourceMapping: lambda.EventSourceMapping;
  /** Key of the logs and the queues. */
  readonly encryptionKey: kms.IKey;
  private readonly granted = new Set<ILakeTable>();

  /** @throws Error when an option is outside what AWS takes */
  constructor(scope: Construct, id: string, props: TableCommitterProps = {}) {
    super(scope, id);
    requireOptions(props);
    const timeout = props.timeout ?? Duration.minutes(1);

    this.role = props.role ?? handlerRole(this, `Commits what writers hand over to ${this.node.path}`);
    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Logs and requests of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
      encryptionKey: this.encryptionKey,
      fifo: true,
    }).queue;
    this.queue = new Queue(this, 'Queue', {
      fifo: true,
      // A table is a message group: tables do not slow each other down.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      visibilityTimeout: Duration.seconds(2 * knownRun(timeout).toSeconds()),
      // Records that were handed over are acknowledged: as long as SQS keeps anything.
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: this.encryptionKey,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MOST_RECEIVES },
    });

    this.handler = new lambda.Function(this, 'Handler', {
      description: handlerDescription(`Commits what writers hand over to ${this.node.path}`),
      code: stagedCode(BUNDLES.tableCommit),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 1024,
      timeout,
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      ...networkOf(props.network, this.role),
      environment: {
        [HANDLER_ENVIRONMENT.commitDeadLetters]: this.deadLetterQueue.queueUrl,
        ...(props.deliveryAttempts !== undefined && {
          [HANDLER_ENVIRONMENT.commitDeliveries]: String(props.deliveryAttempts),
        }),
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'Nothing calls this function asynchronously; what cannot be committed goes to the dead-letter queue.',
    );
    grantSend(this.deadLetterQueue, this.role);
    this.queue.grantConsumeMessages(this.role);
    this.eventSourceMapping = new lambda.EventSourceMapping(this, 'Source', {
      target: this.handler,
      eventSourceArn: this.queue.queueArn,
      // The most a FIFO queue hands over at once: they become one snapshot.
      batchSize: 10,
      reportBatchItemFailures: true,
    });
  }

  grantHandOver(writer: iam.IGrantable, bronze: ILakeTable, quarantine: ILakeTable): iam.Grant {
    for (const table of [bronze, quarantine]) {
      if (this.granted.has(table)) continue;
      this.granted.add(table);
      noteHandedOver(table);
      table.grantReadWrite(this.role);
      this.handler.node.addDependency(table);
    }
    return grantSend(this.queue, writer);
  }

  /**
   * Age of the oldest request that is not committed, in seconds: what the tables lag behind their writers.
   * @param props statistic, period, label and the like
   */
  metricOldestRequest(props?: MetricOptions): Metric {
    return this.queue.metricApproximateAgeOfOldestMessage(props);
  }

  /**
   * Requests that could not be committed and wait to be sent back. More than none is for a person to look at.
   * @param props statistic, period, label and the like
   */
  metricDeadLetters(props?: MetricOptions): Metric {
    return this.deadLetterQueue.metricApproximateNumberOfMessagesVisible(props);
  }
}

function requireOptions({ memorySize, timeout, deliveryAttempts }: TableCommitterProps): void {
  requireWhole('memorySize', memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 1024.',
  });
  requireDuration('timeout', timeout, {
    minimum: 1,
    maximum: 900,
    remedy: 'Ten requests commit in seconds: leave it out for one minute.',
  });
  requireWhole('deliveryAttempts', deliveryAttempts, {
    minimum: 1,
    maximum: MOST_RECEIVES - 1,
    unit: 'deliveries',
    remedy: `SQS counts to ${MOST_RECEIVES} and then moves requests without keeping their shards in order.`,
  });
}
