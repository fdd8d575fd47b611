import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import {
  ContainerCluster,
  ContainerProcessor,
  type ContainerProcessorOptions,
  type ContainerProcessorProps,
} from '../../../lib/aws';
import { lakehouseMatchers } from '../../../lib/testing';
import { allowedStatements, role } from '../statements';
import { stageAssets } from '../../stage-assets';

stageAssets();

expect.extend(lakehouseMatchers);

type Given = Partial<ContainerProcessorProps>;

function processorWith(given: Given = {}): { stack: Stack; processor: ContainerProcessor; app: App } {
  const app = new App();
  const stack = new Stack(app, 'Test');
  const processor = new ContainerProcessor(stack, 'Large', { bundle: 'silver-refine', ...given });
  return { app, stack, processor };
}

function only(stack: Stack, type: string, idPattern = /^Large/): any {
  const found = Object.entries(Template.fromStack(stack).findResources(type)).filter(([id]) =>
    idPattern.test(id),
  );
  expect(found).toHaveLength(1);
  return found[0][1].Properties;
}

const task = (given: Given = {}): any => only(processorWith(given).stack, 'AWS::ECS::TaskDefinition');
const service = (given: Given = {}): any => only(processorWith(given).stack, 'AWS::ECS::Service');

describe('the tasks', () => {
  test('run on spare capacity only, and none run by themselves', () => {
    expect(service()).toMatchObject({
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
      DesiredCount: 0,
      DeploymentConfiguration: { MinimumHealthyPercent: 0, MaximumPercent: 100 },
    });
    expect(service().LaunchType).toBeUndefined();
  });

  test('run on demand for a share, or altogether', () => {
    expect(service({ spotWeight: 3, onDemandWeight: 1 }).CapacityProviderStrategy).toEqual([
      { CapacityProvider: 'FARGATE_SPOT', Weight: 3 },
      { CapacityProvider: 'FARGATE', Weight: 1 },
    ]);
    expect(service({ spotWeight: 0, onDemandWeight: 1 }).CapacityProviderStrategy).toEqual([
      { CapacityProvider: 'FARGATE', Weight: 1 },
    ]);
  });

  test('have two cores of arm64, 8 GiB, and may write to a scratch volume only', () => {
    expect(task()).toMatchObject({
      Cpu: '2048',
      Memory: '8192',
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      Volumes: [{ Name: 'scratch' }],
      ContainerDefinitions: [
        expect.objectContaining({
          ReadonlyRootFilesystem: true,
          LinuxParameters: expect.objectContaining({ InitProcessEnabled: true }),
          MountPoints: [{ SourceVolume: 'scratch', ContainerPath: '/scratch', ReadOnly: false }],
          StopTimeout: 120,
        }),
      ],
    });
    expect(task().EphemeralStorage).toBeUndefined();
  });

  test('take size, storage and time to stop as given', () => {
    expect(
      task({
        cpu: 4096,
        memoryLimitMiB: 30_720,
        ephemeralStorage: Size.gibibytes(100),
        architecture: ecs.CpuArchitecture.X86_64,
        stopTimeout: Duration.seconds(30),
      }),
    ).toMatchObject({
      Cpu: '4096',
      Memory: '30720',
      EphemeralStorage: { SizeInGiB: 100 },
      RuntimePlatform: { CpuArchitecture: 'X86_64' },
      ContainerDefinitions: [expect.objectContaining({ StopTimeout: 30 })],
    });
  });

  test('are told their queue, where to write, and what the engine may have of the memory', () => {
    const [{ Environment }] = task({ environment: { LAKEHOUSE_PRODUCT: 'orders' } }).ContainerDefinitions;
    expect(Environment).toEqual([
      { Name: 'LAKEHOUSE_PRODUCT', Value: 'orders' },
      { Name: 'TMPDIR', Value: '/scratch' },
      { Name: 'LAKEHOUSE_TASK_QUEUE', Value: { Ref: expect.stringMatching(/^LargeQueue/) } },
      { Name: 'LAKEHOUSE_ENGINE_MEMORY', Value: '4915' },
    ]);
  });

  test('write to an encrypted log group', () => {
    const { stack } = processorWith();
    expect(only(stack, 'AWS::Logs::LogGroup')).toMatchObject({
      RetentionInDays: 30,
      KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^LargeKey/), 'Arn'] },
    });
    expect(only(stack, 'AWS::ECS::TaskDefinition').ContainerDefinitions[0].LogConfiguration).toMatchObject({
      LogDriver: 'awslogs',
      Options: { 'awslogs-group': { Ref: expect.stringMatching(/^LargeLogs/) } },
    });
  });

  test('may take messages, and nothing else until it is granted', () => {
    const template = Template.fromStack(processorWith().stack);
    expect(
      allowedStatements(template, 'LargeTaskRole')
        .flatMap(({ actions }) => actions)
        .sort(),
    ).toEqual([
      'kms:Decrypt',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
    ]);
  });
});

describe('the image', () => {
  function imageDirectory(given: Given = {}): string {
    const { app } = processorWith(given);
    const assembly = app.synth();
    const manifest = JSON.parse(readFileSync(join(assembly.directory, 'Test.assets.json'), 'utf8'));
    const [{ source }] = Object.values<any>(manifest.dockerImages);
    expect(source.platform).toBe(
      given.architecture === ecs.CpuArchitecture.X86_64 ? 'linux/amd64' : 'linux/arm64',
    );
    return join(assembly.directory, source.directory);
  }

  test('is built from the shipped container, with files beside it, by a Dockerfile nobody has to write', () => {
    const image = imageDirectory({ files: { 'contract.mjs': 'export const contract = {};\n' } });
    for (const name of ['index.mjs', 'main.mjs', 'package.json', 'contract.mjs'])
      expect(existsSync(join(image, name))).toBe(true);
    const lines = readFileSync(join(image, 'Dockerfile'), 'utf8').trim().split('\n');
    expect(lines[0]).toMatch(/^FROM \S+node:22\.\d+\.\d+-bookworm-slim$/);
    expect(lines.slice(-2)).toEqual(['USER node', 'ENTRYPOINT ["node", "main.mjs"]']);
  });

  test('is another where a file beside it is, and for another processor', () => {
    const hash = (given: Given): string => imageDirectory(given).split('asset.')[1];
    expect(hash({ files: { 'contract.mjs': '1' } })).toBe(hash({ files: { 'contract.mjs': '1' } }));
    expect(hash({ files: { 'contract.mjs': '1' } })).not.toBe(hash({ files: { 'contract.mjs': '2' } }));
    imageDirectory({ architecture: ecs.CpuArchitecture.X86_64 });
  });

  test('can be the user’s own', () => {
    const { app, stack } = processorWith({
      bundle: undefined,
      image: ecs.ContainerImage.fromRegistry('registry.example.com/refine:1.2.3'),
    });
    expect(only(stack, 'AWS::ECS::TaskDefinition').ContainerDefinitions[0].Image).toBe(
      'registry.example.com/refine:1.2.3',
    );
    const { directory: assembly } = app.synth();
    const manifest = JSON.parse(readFileSync(join(assembly, 'Test.assets.json'), 'utf8'));
    expect(manifest.dockerImages).toEqual({});
  });
});

describe('the number of tasks', () => {
  function scaling(given: Given = {}): { target: any; start: any; stop: any; work: any; idle: any } {
    const { stack } = processorWith(given);
    const policy = (id: RegExp): any => only(stack, 'AWS::ApplicationAutoScaling::ScalingPolicy', id);
    return {
      target: only(stack, 'AWS::ApplicationAutoScaling::ScalableTarget'),
      start: policy(/ScalingStart/).StepScalingPolicyConfiguration,
      stop: policy(/ScalingStop/).StepScalingPolicyConfiguration,
      work: only(stack, 'AWS::CloudWatch::Alarm', /ScalingWork/),
      idle: only(stack, 'AWS::CloudWatch::Alarm', /ScalingIdle/),
    };
  }

  /** Tasks the policies set for a number of messages, as Application Auto Scaling works them out. */
  function tasksFor(messages: number, given: Given = {}): number {
    const { start, stop, work, idle } = scaling(given);
    const [policy, alarm] = messages >= work.Threshold ? [start, work] : [stop, idle];
    const beyond = messages - alarm.Threshold;
    const steps = policy.StepAdjustments.filter(
      ({ MetricIntervalLowerBound = -Infinity, MetricIntervalUpperBound = Infinity }) =>
        beyond < 0
          ? beyond > MetricIntervalLowerBound && beyond <= MetricIntervalUpperBound
          : beyond >= MetricIntervalLowerBound && beyond < MetricIntervalUpperBound,
    );
    expect(steps).toHaveLength(1);
    return steps[0].ScalingAdjustment;
  }

  test('is none without messages, one for every five, four at the most', () => {
    expect([0, 1, 5, 6, 10, 11, 15, 16, 20, 21, 1000].map((messages) => tasksFor(messages))).toEqual([
      0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4,
    ]);
    expect(scaling().target).toMatchObject({
      MinCapacity: 0,
      MaxCapacity: 4,
      ScalableDimension: 'ecs:service:DesiredCount',
    });
  });

  test('follows the messages for each task, and the most there may be', () => {
    const given = { messagesPerTask: 1, maxTasks: 2 };
    expect([0, 1, 2, 3].map((messages) => tasksFor(messages, given))).toEqual([0, 1, 2, 2]);
  });

  test('takes larger steps where there would be more of them than a policy may have', () => {
    const given = { messagesPerTask: 1, maxTasks: 1000 };
    const { StepAdjustments } = scaling(given).start;
    expect(StepAdjustments).toHaveLength(20);
    expect([1, 50, 51, 999, 5000].map((messages) => tasksFor(messages, given))).toEqual([
      50, 50, 100, 1000, 1000,
    ]);
  });

  test('is set, not changed, by messages that wait and messages at work', () => {
    const { start, stop, work, idle } = scaling();
    for (const { AdjustmentType } of [start, stop]) expect(AdjustmentType).toBe('ExactCapacity');
    for (const { Metrics } of [work, idle]) {
      expect(Metrics.flatMap(({ MetricStat }: any) => MetricStat?.Metric.MetricName ?? []).sort()).toEqual([
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesVisible',
      ]);
    }
    expect(work).toMatchObject({ EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
    expect(idle).toMatchObject({ EvaluationPeriods: 3, TreatMissingData: 'breaching' });
  });
});

describe('the network', () => {
  test('is one that costs nothing while no task runs, and lets nothing in', () => {
    const { stack, processor } = processorWith();
    const template = Template.fromStack(stack);
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::EIP']) template.resourceCountIs(type, 0);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 1);
    template.hasResourceProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    template.resourceCountIs('AWS::EC2::FlowLog', 1);
    expect(only(stack, 'AWS::EC2::SecurityGroup')).toMatchObject({
      SecurityGroupEgress: [expect.objectContaining({ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' })],
    });
    expect(only(stack, 'AWS::EC2::SecurityGroup').SecurityGroupIngress).toBeUndefined();
    expect(processor.assignPublicIp).toBe(true);
    expect(only(stack, 'AWS::ECS::Service').NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe(
      'ENABLED',
    );
  });

  test('and the cluster are shared by the processors of a stack', () => {
    const { stack, processor } = processorWith();
    const other = new ContainerProcessor(stack, 'Other', { bundle: 'silver-refine' });
    expect(other.cluster).toBe(processor.cluster);
    Template.fromStack(stack).resourceCountIs('AWS::ECS::Cluster', 1);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPC', 1);
  });

  test.each<[string, (stack: Stack) => ContainerProcessorOptions]>([
    ['network', (stack) => ({ vpc: new ec2.Vpc(stack, 'Vpc') })],
    [
      'cluster',
      (stack) => ({ cluster: new ecs.Cluster(stack, 'Cluster', { enableFargateCapacityProviders: true }) }),
    ],
    [
      'cluster of ours',
      (stack) => ({ cluster: new ContainerCluster(stack, 'C', { vpc: new ec2.Vpc(stack, 'Vpc') }).cluster }),
    ],
  ])('can be the user’s own: a %s', (_, given) => {
    const stack = new Stack(new App(), 'Test');
    new ContainerProcessor(stack, 'Large', { bundle: 'silver-refine', ...given(stack) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::VPC', 1);
    template.resourceCountIs('AWS::ECS::Cluster', 1);
    const { AssignPublicIp, Subnets } = only(stack, 'AWS::ECS::Service').NetworkConfiguration
      .AwsvpcConfiguration;
    expect(AssignPublicIp).toBe('DISABLED');
    for (const { Ref } of Subnets) expect(Ref).toMatch(/Private/);
  });
});

test('somebody may send requests, over TLS, with the key', () => {
  const { stack, processor } = processorWith();
  processor.grantSend(role(stack, 'Sender'));
  expect(allowedStatements(Template.fromStack(stack), 'Sender')).toEqual([
    { actions: ['sqs:SendMessage'], resources: [expect.stringMatching(/^<LargeQueue/)] },
    { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [expect.stringMatching(/^<LargeKey/)] },
  ]);
  expect(only(stack, 'AWS::SQS::Queue', /^LargeQueue/)).toMatchObject({
    FifoQueue: true,
    VisibilityTimeout: 900,
    RedrivePolicy: expect.objectContaining({ maxReceiveCount: 5 }),
  });
  for (const id of [/^LargeQueue/, /^LargeDeadLetters/]) {
    expect(only(stack, 'AWS::SQS::QueuePolicy', id).PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  }
});

test('a state machine runs one task and waits for its end', () => {
  const { stack, processor } = processorWith();
  new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      processor.runTask(stack, 'Refine', { refine: 'glue://lake_silver/orders' }),
    ),
  });
  const { DefinitionString } = only(stack, 'AWS::StepFunctions::StateMachine', /^Machine/);
  const text = DefinitionString['Fn::Join'][1]
    .map((part: unknown) => (typeof part === 'string' ? part : 'X'))
    .join('');
  const { Refine } = JSON.parse(text).States;
  expect(Refine).toMatchObject({
    Resource: expect.stringMatching(/ecs:runTask\.sync$/),
    Parameters: {
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'ENABLED' } },
      Overrides: {
        ContainerOverrides: [
          {
            Name: 'Processor',
            Environment: [{ Name: 'LAKEHOUSE_TASK', Value: '{"refine":"glue://lake_silver/orders"}' }],
          },
        ],
      },
    },
  });
  expect(Refine.Parameters.LaunchType).toBeUndefined();
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({ Action: 'ecs:RunTask' })]),
    },
  });
});

test('has no nag finding', () => {
  expect(processorWith().stack).toHaveNoNagFindings();
});

describe('refuses', () => {
  test.each<[string, Given, string]>([
    [
      'a processor Fargate does not have',
      { cpu: 1000 },
      'cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384 units. Received 1000. Leave it out for 2048: 1024 units ' +
        'are one core.',
    ],
    [
      'memory Fargate does not have with it',
      { cpu: 1024, memoryLimitMiB: 16_384 },
      'memoryLimitMiB must be 2048 to 8192 in steps of 1024 with 1024 CPU units. Received 16384. Choose a size Fargate ' +
        'has, or leave out both for 8192 with 2048.',
    ],
    [
      'too much storage',
      { ephemeralStorage: Size.gibibytes(500) },
      'ephemeralStorage must be between 21 and 200 GiB. Received 500. Leave it out for the 20 GiB that cost nothing.',
    ],
    [
      'no task at all',
      { maxTasks: 0 },
      'maxTasks must be between 1 and 1000 tasks. Received 0. Leave it out for 4: tasks for one table follow one another, ' +
        'more tables run side by side.',
    ],
    [
      'no capacity',
      { spotWeight: 0 },
      'spotWeight and onDemandWeight are both 0: no task could start. Leave one of them above 0.',
    ],
    [
      'more time to stop than there is',
      { stopTimeout: Duration.minutes(5) },
      'stopTimeout must be between 2 and 120 seconds. Received 300. Leave it out for 120, all the warning Fargate gives ' +
        'before it takes spare capacity back.',
    ],
    [
      'a bundle that does not run in a container',
      { bundle: 'kinesis-ingest' },
      'The bundle "kinesis-ingest" does not run in a container. Use silver-refine, sql-transform, file-ingest, or an image of your own.',
    ],
    [
      'nothing to run',
      { bundle: undefined },
      '"Test/Large" has neither bundle nor image. Name a container of this package, or pass an ecs.ContainerImage.',
    ],
    [
      'a file in the place of one of the container’s',
      { files: { 'index.mjs': '' } },
      '"index.mjs" is part of the bundle',
    ],
  ])('%s', (_, given, message) => {
    expect(() => processorWith(given)).toThrow(message);
  });
});
