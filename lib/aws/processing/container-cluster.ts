import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { handlerKey } from '../handler-parts';
import { allowLogEncryption } from '../log-encryption';
import { acknowledge, complianceRules } from '../suppressions';

/** What the containers of a stack run in where nothing else is given. */
export interface ContainerClusterProps {
  /**
   * Network of the tasks.
   * @default - one of its own: public subnets in two zones, a gateway to S3, flow logs, and nothing that costs while
   * no task runs. Nothing may reach a task; it reaches AWS over TLS from an address of its own
   */
  readonly vpc?: ec2.IVpc;
  /**
   * Key of the flow logs. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly; none where a network is given
   */
  readonly encryptionKey?: IKey;
}

/** A cluster for Fargate tasks, on spare capacity or not, and the network they run in. */
export class ContainerCluster extends Construct {
  /** The cluster of a stack: the one made before, or a new one. Its key is that of who asks first. */
  static of(scope: Construct, props: ContainerClusterProps = {}): ContainerCluster {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild('Containers');
    return existing instanceof ContainerCluster ? existing : new ContainerCluster(stack, 'Containers', props);
  }

  readonly cluster: ecs.Cluster;
  readonly vpc: ec2.IVpc;

  constructor(scope: Construct, id: string, props: ContainerClusterProps = {}) {
    super(scope, id);
    this.vpc = props.vpc ?? this.createVpc(props.encryptionKey);
    this.cluster = new ecs.Cluster(this, 'Cluster', { vpc: this.vpc, enableFargateCapacityProviders: true });
    acknowledge(
      this.cluster,
      ['AwsSolutions-ECS4'],
      'What the alarms need is measured at the queues; Container Insights costs for each task and is the user’s choice.',
    );
  }

  private createVpc(encryptionKey: IKey = handlerKey(this, `Flow logs of ${this.node.path}`)): ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'Tasks', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false, cidrMask: 20 },
      ],
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
      restrictDefaultSecurityGroup: false,
    });
    allowLogEncryption(this, encryptionKey);
    const logGroup = new logs.LogGroup(this, 'FlowLogs', {
      encryptionKey,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    vpc.addFlowLog('Flow', { destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup) });
    acknowledge(
      vpc,
      complianceRules('VPCDefaultSecurityGroupClosed'),
      'Nothing is in the default security group: tasks have one of their own, closed inward.',
    );
    acknowledge(
      vpc,
      complianceRules('VPCNoUnrestrictedRouteToIGW'),
      'Tasks reach AWS from addresses of their own and nothing may reach them; NAT gateways and interface endpoints ' +
        'cost while no task runs. Whoever has them passes a vpc.',
    );
    acknowledge(
      vpc,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written for the one role that delivers the flow logs and is deleted with it.',
    );
    return vpc;
  }
}
