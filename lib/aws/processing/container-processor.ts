import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { handlerKey, handlerLogs } from '../handler-parts';
import { CONTAINER_ENDPOINTS } from '../network/lake-endpoint';
import { requireReach } from '../network/reach';
import { grantSend } from '../queue-access';
import { acknowledge, complianceRules } from '../suppressions';
import { ContainerCluster } from './container-cluster';
import { requireRunnable } from './container-limits';
import type { ContainerProcessorOptions } from './container-options';
import { DeadLetterQueue } from './dead-letter-queue';
import { PackagedImage, SCRATCH_DIRECTORY } from './packaged-image';
import { QueueScaling } from './queue-scaling';

/** What runs in a container, and how. */
export interface ContainerProcessorProps extends ContainerProcessorOptions {
  /**
   * Name of a bundle this package ships that runs in a container: `silver-refine`, `sql-transform` or `file-ingest`.
   * @default - none: `image` is yours
   */
  readonly bundle?: string;

  /**
   * Files beside the shipped container: name → text.
   * @default - none
   */
  readonly files?: { readonly [name: string]: string };

  /**
   * Variables of the container: names and places, no secrets. Those of the queue and the memory are added.
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };

  /**
   * What runs, in a word or two, for descriptions.
   * @default - the construct's path
   */
  readonly purpose?: string;
}

/**
 * Work that is too large for a function, in Fargate tasks: a FIFO queue, as many tasks as its messages ask for, none
 * while there are none. Messages of one group (a table) are done one after the other. Nobody writes a Dockerfile, and
 * synthesis needs no Docker.
 */
export class ContainerProcessor extends Construct implements iam.IGrantable {
  /** Requests on their way to the tasks. */
  readonly queue: Queue;
  /** Requests that were given up. */
  readonly deadLetterQueue: IQueue;
  readonly cluster: ecs.ICluster;
  readonly service: ecs.FargateService;
  readonly taskDefinition: ecs.FargateTaskDefinition;
  readonly container: ecs.ContainerDefinition;
  /** Role of the tasks: grant it what they work on. */
  readonly taskRole: iam.IRole;
  readonly grantPrincipal: iam.IPrincipal;
  /** Of the tasks. */
  readonly securityGroups: ec2.ISecurityGroup[];
  /** Where tasks run; undefined for the private subnets. */
  readonly subnets?: ec2.SubnetSelection;
  readonly assignPublicIp: boolean;
  readonly logGroup: logs.LogGroup;
  /** Key of the logs and of the queues. */
  readonly encryptionKey: kms.IKey;
  private readonly strategies: ecs.CapacityProviderStrategy[];

  /** @throws Error when an option is outside what Fargate or SQS take, and when nothing says what runs */
  constructor(scope: Construct, id: string, props: ContainerProcessorProps) {
    super(scope, id);
    const { cpu = 2048, memoryLimitMiB = 8192, architecture = ecs.CpuArchitecture.ARM64 } = props;
    const purpose = props.purpose ?? this.node.path;
    requireRunnable(props, cpu, memoryLimitMiB);
    const image = props.image ?? this.packagedImage(props, architecture);

    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Logs and requests of ${this.node.path}`);
    const place = this.placeOf(props);
    this.cluster = place.cluster;
    this.subnets = place.subnets;
    this.assignPublicIp = place.assignPublicIp;
    requireReach(this, this.cluster.vpc, CONTAINER_ENDPOINTS);
    this.securityGroups = props.securityGroups ?? [this.createSecurityGroup()];
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
      encryptionKey: this.encryptionKey,
      fifo: true,
    }).queue;
    this.queue = new Queue(this, 'Queue', {
      fifo: true,
      contentBasedDeduplication: true,
      visibilityTimeout: props.visibilityTimeout ?? Duration.minutes(15),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: this.encryptionKey,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: (props.retryAttempts ?? 4) + 1 },
    });

    this.taskRole = new iam.Role(this, 'TaskRole', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: `Tasks of ${purpose}`.slice(0, 1000),
    });
    this.grantPrincipal = this.taskRole.grantPrincipal;
    this.queue.grantConsumeMessages(this.taskRole);
    const executionRole = this.createExecutionRole(purpose);
    this.logGroup = handlerLogs(this, this.encryptionKey, executionRole, props.logRetention);
    this.taskDefinition = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu,
      memoryLimitMiB,
      ephemeralStorageGiB: props.ephemeralStorage?.toGibibytes(),
      runtimePlatform: {
        cpuArchitecture: architecture,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      taskRole: this.taskRole,
      executionRole,
      volumes: [{ name: 'scratch' }],
    });
    this.container = this.taskDefinition.addContainer('Processor', {
      image,
      environment: {
        ...props.environment,
        TMPDIR: SCRATCH_DIRECTORY,
        [HANDLER_ENVIRONMENT.taskQueue]: this.queue.queueUrl,
        [HANDLER_ENVIRONMENT.engineMemory]: String(Math.floor(memoryLimitMiB * ENGINE_SHARE)),
      },
      logging: ecs.LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix: 'task' }),
      readonlyRootFilesystem: true,
      // Somebody has to pass the signal to stop on, and to bury children.
      linuxParameters: new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true }),
      stopTimeout: props.stopTimeout ?? Duration.seconds(120),
    });
    this.container.addMountPoints({
      sourceVolume: 'scratch',
      containerPath: SCRATCH_DIRECTORY,
      readOnly: false,
    });
    acknowledge(
      this.taskDefinition,
      ['AwsSolutions-ECS2'],
      'The variables hold names of tables and queues, and sizes: no secrets.',
    );

    this.strategies = strategiesOf(props);
    this.service = new ecs.FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.taskDefinition,
      capacityProviderStrategies: this.strategies,
      desiredCount: 0,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      vpcSubnets: this.subnets,
      securityGroups: this.securityGroups,
      assignPublicIp: this.assignPublicIp,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
    new QueueScaling(this, 'Scaling', {
      service: this.service,
      queue: this.queue,
      messagesPerTask: props.messagesPerTask ?? 5,
      maxTasks: props.maxTasks ?? 4,
    });
  }

  /** Lets somebody put requests into the queue, and use its key. */
  grantSend(grantee: iam.IGrantable): iam.Grant {
    return grantSend(this.queue, grantee);
  }

  /**
   * A step of a state machine that runs one task for one request and waits for its end, without the queue.
   * @param request what the task is to do, for example `{ refine: silver.uri }`
   */
  runTask(scope: Construct, id: string, request: { readonly [name: string]: string }): tasks.EcsRunTask {
    return new tasks.EcsRunTask(scope, id, {
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      cluster: this.cluster,
      taskDefinition: this.taskDefinition,
      launchTarget: new tasks.EcsFargateLaunchTarget({
        platformVersion: ecs.FargatePlatformVersion.LATEST,
        capacityProviderOptions: tasks.CapacityProviderOptions.custom(this.strategies),
      }),
      containerOverrides: [
        {
          containerDefinition: this.container,
          environment: [{ name: HANDLER_ENVIRONMENT.task, value: JSON.stringify(request) }],
        },
      ],
      subnets: this.subnets,
      securityGroups: this.securityGroups,
      assignPublicIp: this.assignPublicIp,
      resultPath: sfn.JsonPath.DISCARD,
    });
  }

  private packagedImage(
    { bundle, files = {} }: ContainerProcessorProps,
    architecture: ecs.CpuArchitecture,
  ): ecs.ContainerImage {
    if (bundle === undefined) {
      throw new Error(
        `"${this.node.path}" has neither bundle nor image. Name a container of this package, or pass an ecs.ContainerImage.`,
      );
    }
    return new PackagedImage(bundle, files, architecture);
  }

  private placeOf(props: ContainerProcessorProps): Place {
    const { cluster, vpc, subnets } = props;
    if (cluster !== undefined || vpc !== undefined) {
      return {
        cluster: cluster ?? new ContainerCluster(this, 'Own', { vpc }).cluster,
        subnets,
        assignPublicIp: props.assignPublicIp ?? false,
      };
    }
    return {
      cluster: ContainerCluster.of(this, { encryptionKey: this.encryptionKey }).cluster,
      subnets: subnets ?? { subnetType: ec2.SubnetType.PUBLIC },
      assignPublicIp: props.assignPublicIp ?? true,
    };
  }

  private createSecurityGroup(): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: this.cluster.vpc,
      description: 'Tasks: nothing inward, TLS outward',
      allowAllOutbound: false,
    });
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'AWS APIs');
    return group;
  }

  private createExecutionRole(purpose: string): iam.Role {
    const role = new iam.Role(this, 'ExecutionRole', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: `Starts the tasks of ${purpose}`.slice(0, 1000),
    });
    acknowledge(role, ['AwsSolutions-IAM5[Resource::*]'], 'ecr:GetAuthorizationToken takes no resource.');
    for (const one of [role, this.taskRole]) {
      acknowledge(
        one as iam.Role,
        complianceRules('IAMNoInlinePolicy'),
        'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
      );
    }
    return role;
  }
}

/** Of a task's memory: DuckDB takes up to a fifth more than it is given, Node and the files at hand need the rest. */
const ENGINE_SHARE = 0.6;

interface Place {
  readonly cluster: ecs.ICluster;
  readonly subnets?: ec2.SubnetSelection;
  readonly assignPublicIp: boolean;
}

function strategiesOf({
  spotWeight = 1,
  onDemandWeight = 0,
}: ContainerProcessorOptions): ecs.CapacityProviderStrategy[] {
  return [
    { capacityProvider: 'FARGATE_SPOT', weight: spotWeight },
    { capacityProvider: 'FARGATE', weight: onDemandWeight },
  ].filter(({ weight }) => weight > 0);
}
