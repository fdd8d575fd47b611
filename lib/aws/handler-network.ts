import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { LakeEndpoint } from './network/lake-endpoint';
import { requireReach } from './network/reach';
import type { ContainerProcessorOptions } from './processing/container-options';
import { acknowledge } from './suppressions';

/**
 * Where in a network the user owns a function runs. From there it has to reach Glue and S3. A `LakeNetwork` is one.
 */
export interface HandlerNetwork {
  readonly vpc: ec2.IVpc;
  /** @default - the private subnets with a way out, as Lambda of aws-cdk-lib chooses them */
  readonly subnets?: ec2.SubnetSelection;
  /** @default - one of its own, with everything allowed outward and nothing inward */
  readonly securityGroups?: ec2.ISecurityGroup[];
}

/**
 * The properties of a function in a network; its role, made or given, may then have the network interfaces made.
 * @param services what it calls beside the catalog and S3
 * @throws Error where the network has no way to one of them
 */
export function networkOf(
  network: HandlerNetwork | undefined,
  role: iam.IRole,
  services: LakeEndpoint[] = [],
): Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  return functionIn(network, role, [LakeEndpoint.GLUE, ...services]);
}

/**
 * The same for a function that has no business with tables.
 * @param services all that it calls
 */
export function functionIn(
  network: HandlerNetwork | undefined,
  role: iam.IRole,
  services: LakeEndpoint[],
): Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  if (network === undefined) return {};
  requireReach(role, network.vpc, services);
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  );
  acknowledge(
    role,
    ['AwsSolutions-IAM5[Resource::*]'],
    'xray: and the ec2: actions for the network interfaces of a function take no resource.',
  );
  return { vpc: network.vpc, vpcSubnets: network.subnets, securityGroups: network.securityGroups };
}

/** The same place for tasks, without a public address. */
export function tasksIn(
  network: HandlerNetwork | undefined,
): Pick<ContainerProcessorOptions, 'vpc' | 'subnets' | 'securityGroups' | 'assignPublicIp'> {
  if (network === undefined) return {};
  const { vpc, subnets, securityGroups } = network;
  return { vpc, subnets, securityGroups, assignPublicIp: false };
}
