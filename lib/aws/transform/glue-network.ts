import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnConnection } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { HandlerNetwork } from '../handler-network';
import { LakeEndpoint } from '../network/lake-endpoint';
import { requireReach } from '../network/reach';
import { acknowledgeWildcards } from '../suppressions';

/** What the workers call beside S3: the catalog, and CloudWatch for what the run says of itself. */
const SERVICES = [LakeEndpoint.GLUE, LakeEndpoint.CLOUDWATCH, LakeEndpoint.CLOUDWATCH_LOGS];
/** Glue marks the interfaces that it makes by it. */
const GLUE_TAG = 'aws-glue-service-resource';

/**
 * A way into a network for the workers of a job: a connection to one subnet, as Glue runs a job in one, and a security
 * group whose members may talk to each other, which Glue demands of one of them.
 * https://docs.aws.amazon.com/glue/latest/dg/setup-vpc-for-glue-access.html
 * @throws Error where the network has no subnet, or no way to what the workers call
 */
export function connectionTo(
  scope: Construct,
  { vpc, subnets, securityGroups }: HandlerNetwork,
  role: iam.IRole,
): CfnConnection {
  requireReach(scope, vpc, SERVICES);
  const [subnet] = vpc.selectSubnets(subnets).subnets;
  if (subnet === undefined) {
    throw new Error(
      `network of "${scope.node.path}" selects no subnet. Choose subnets that the network has: a job runs in the first.`,
    );
  }
  const workers = new ec2.SecurityGroup(scope, 'Workers', {
    vpc,
    description: `Workers of ${scope.node.path}: they talk to each other`,
    // Where groups are given, they say what can be reached.
    allowAllOutbound: securityGroups === undefined,
  });
  workers.addIngressRule(workers, ec2.Port.allTcp(), 'Workers of the same job');
  if (securityGroups !== undefined) {
    workers.addEgressRule(workers, ec2.Port.allTcp(), 'Workers of the same job');
  }
  const connection = new CfnConnection(scope, 'Connection', {
    catalogId: Stack.of(scope).account,
    connectionInput: {
      connectionType: 'NETWORK',
      connectionProperties: {},
      description: `Network of ${scope.node.path}`,
      physicalConnectionRequirements: {
        subnetId: subnet.subnetId,
        availabilityZone: subnet.availabilityZone,
        securityGroupIdList: [workers, ...(securityGroups ?? [])].map(
          ({ securityGroupId }) => securityGroupId,
        ),
      },
    },
  });
  grantInterfaces(scope, role, connection);
  return connection;
}

function grantInterfaces(scope: Construct, role: iam.IRole, connection: CfnConnection): void {
  const stack = Stack.of(scope);
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['glue:GetConnection'],
      resources: [
        stack.formatArn({ service: 'glue', resource: 'catalog' }),
        stack.formatArn({ service: 'glue', resource: 'connection', resourceName: connection.ref }),
      ],
    }),
  );
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcAttribute',
        'ec2:DescribeVpcEndpoints',
      ],
      resources: ['*'],
    }),
  );
  const interfaces = stack.formatArn({ service: 'ec2', resource: 'network-interface', resourceName: '*' });
  acknowledgeWildcards(
    role,
    [interfaces],
    'Glue makes the interfaces, and may tag those only that it marks.',
  );
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: [interfaces],
      conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [GLUE_TAG] } },
    }),
  );
}
