import type { Duration, Size } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';

/** How a container runs; what runs is in `ContainerProcessorProps`. */
export interface ContainerProcessorOptions {
  /**
   * An image of your own, which does what the packaged one does: it polls the queue of `LAKEHOUSE_TASK_QUEUE`, or does
   * the one request of `LAKEHOUSE_TASK` and ends; it writes to `/scratch` only.
   * @default - built from this package when the app is deployed, by the CDK CLI: Node 22, a user without rights
   */
  readonly image?: ecs.ContainerImage;

  /**
   * Cluster the tasks run in.
   * @default - one for the stack, ContainerCluster.of(stack), or one of its own where a `vpc` is given
   */
  readonly cluster?: ecs.ICluster;

  /**
   * Network the tasks run in. From there they have to reach ECR, S3, SQS, Glue and CloudWatch Logs.
   * @default - that of the cluster
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the tasks.
   * @default - the private subnets of a network that is given; the public ones of the network made here
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Security groups of the tasks.
   * @default - one of its own: nothing inward, TLS outward
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Whether a task gets a public address, which it needs in a public subnet to reach AWS.
   * @default - only in the network made here
   */
  readonly assignPublicIp?: boolean;

  /**
   * CPU units of a task, 1,024 for a core.
   * @default 2048
   */
  readonly cpu?: number;

  /**
   * Memory of a task in MiB. Three fifths are the SQL engine's, which spills to the scratch volume beyond.
   * @default 8192
   */
  readonly memoryLimitMiB?: number;

  /**
   * Processor the tasks run on, and the packaged image is built for.
   * @default ecs.CpuArchitecture.ARM64
   */
  readonly architecture?: ecs.CpuArchitecture;

  /**
   * Size of the scratch volume, 21 to 200 GiB, for what does not fit in memory.
   * @default - 20 GiB, which cost nothing
   */
  readonly ephemeralStorage?: Size;

  /**
   * Share of the tasks on spare capacity (FARGATE_SPOT), for about a third of the price. A task that is taken away
   * leaves its message in the queue, and another does it again from the start.
   * @default 1
   */
  readonly spotWeight?: number;

  /**
   * Share of the tasks on on-demand capacity. ECS does not turn to it by itself where there is no spare capacity: a
   * weight above 0 is what keeps some tasks coming then.
   * @default 0
   */
  readonly onDemandWeight?: number;

  /**
   * Messages for which there is to be a task.
   * @default 5
   */
  readonly messagesPerTask?: number;

  /**
   * Tasks at the most. Without messages there are none.
   * @default 4
   */
  readonly maxTasks?: number;

  /**
   * How long a task may go on when it is told to stop, up to 120 seconds.
   * @default Duration.seconds(120)
   */
  readonly stopTimeout?: Duration;

  /**
   * How long a message is hidden when a task takes it, from one minute to twelve hours. A task at work extends it.
   * @default Duration.minutes(15)
   */
  readonly visibilityTimeout?: Duration;

  /**
   * How often a message that failed is tried again before it goes to the dead-letter queue. Tasks that were taken away
   * count.
   * @default 4
   */
  readonly retryAttempts?: number;

  /**
   * How long logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs and the queues. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
}
