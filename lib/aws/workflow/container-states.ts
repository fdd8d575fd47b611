import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as ecsLib from 'aws-cdk-lib/aws-ecs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { oneTask, type StepStates } from './step-states';
import type { StepOptions } from './workflow-step';

/** A container task, and the request it is given. */
export interface ContainerTask {
  /** The cluster it runs in. */
  readonly cluster: ecs.ICluster;
  /** What runs: a Fargate task definition of this app. */
  readonly taskDefinition: ecs.FargateTaskDefinition;
  /** The container that is told what to do. */
  readonly container: ecs.ContainerDefinition;
  /**
   * The request, as JSON in the container's `LAKEHOUSE_TASK`. Texts of the form `{% … %}` are JSONata.
   * @default - `{ date, workflow, execution }`
   */
  readonly request?: { [key: string]: unknown };
  /**
   * Subnets of the task.
   * @default - the private ones of the cluster's network
   */
  readonly subnets?: ec2.SubnetSelection;
  /**
   * Security groups of the task.
   * @default - one of its own
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
  /**
   * Whether the task has an address of its own, which it needs in a public subnet.
   * @default false
   */
  readonly assignPublicIp?: boolean;
  /**
   * Run on spare capacity, for about a third of the price: a task that is taken away fails, and is tried again.
   * @default true
   */
  readonly spot?: boolean;
}

export function containerStates(task: ContainerTask, options: StepOptions): StepStates {
  return oneTask((surroundings, name, keep) => {
    const spot = task.spot ?? true;
    surroundings.acknowledge(
      [`${familyArn(surroundings.scope, task.taskDefinition)}:*`],
      'A run starts the newest revision of one task definition.',
    );
    return tasks.EcsRunTask.jsonata(surroundings.scope, name, {
      cluster: task.cluster,
      taskDefinition: task.taskDefinition,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      launchTarget: new tasks.EcsFargateLaunchTarget({
        platformVersion: ecsLib.FargatePlatformVersion.LATEST,
        capacityProviderOptions: spot
          ? tasks.CapacityProviderOptions.custom([{ capacityProvider: 'FARGATE_SPOT', weight: 1 }])
          : undefined,
      }),
      containerOverrides: [
        {
          containerDefinition: task.container,
          environment: [{ name: HANDLER_ENVIRONMENT.task, value: requestText(task.request) }],
        },
      ],
      subnets: task.subnets,
      securityGroups: task.securityGroups,
      assignPublicIp: task.assignPublicIp,
      taskTimeout: options.timeout === undefined ? undefined : sfn.Timeout.duration(options.timeout),
      // The description of a task is long, and holds nothing another step needs.
      ...keep(name, "{'task': $states.result.TaskArn}"),
    });
  }, options);
}

/** The task definition without its revision, as aws-cdk-lib allows it to be run. */
function familyArn(scope: Construct, { taskDefinitionArn }: ecs.FargateTaskDefinition): string {
  const stack = Stack.of(scope);
  const parts = stack.splitArn(taskDefinitionArn, ArnFormat.SLASH_RESOURCE_NAME);
  return stack.formatArn({ ...parts, resourceName: parts.resourceName?.split(':')[0] });
}

/** One JSONata expression that gives the request as JSON text. */
function requestText(request: { [key: string]: unknown } = RUN): string {
  return `{% $string(${jsonataOf(request)}) %}`;
}

function jsonataOf(value: unknown): string {
  if (typeof value === 'string') {
    const inner = /^\{%([\s\S]*)%\}$/.exec(value);
    return inner === null ? JSON.stringify(value) : `(${inner[1].trim()})`;
  }
  if (Array.isArray(value)) return `[${value.map(jsonataOf).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}: ${jsonataOf(inner)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

const RUN = {
  date: '{% $date %}',
  workflow: '{% $states.context.StateMachine.Name %}',
  execution: '{% $states.context.Execution.Id %}',
};
