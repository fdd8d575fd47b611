import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { exampleGold, readContracts } from '../../../bin/reference-contracts';
import { ReferenceStack } from '../../../bin/reference-stack';
import {
  ContainerProcessor,
  LakeEndpoint,
  LakeNetwork,
  type LakeNetworkProps,
  TableProvisioner,
} from '../../../lib/aws';
import { iamStatements, lakehouseMatchers, nagFindings } from '../../../lib/testing';

expect.extend(lakehouseMatchers);

const ENV = { account: '123456789012', region: 'eu-central-1' };
const stackOf = (app = new App()): Stack => new Stack(app, 'Test', { env: ENV });

/** With addresses as the CDK CLI finds them. */
function foundNetwork(): Template {
  const stack = stackOf();
  const list = (id: string) => ec2.PrefixList.fromPrefixListId(stack, id, `pl-${id}`);
  new LakeNetwork(stack, 'Network', { s3PrefixList: list('s3'), dynamoDbPrefixList: list('dynamodb') });
  return Template.fromStack(stack);
}

/** Every rule of a security group, inline or its own resource, by direction. */
function rules(template: Template, direction: 'Ingress' | 'Egress'): any[] {
  const inline = Object.values<any>(template.findResources('AWS::EC2::SecurityGroup')).flatMap(
    ({ Properties }) => Properties[`SecurityGroup${direction}`] ?? [],
  );
  const own = Object.values<any>(template.findResources(`AWS::EC2::SecurityGroup${direction}`));
  return [...inline, ...own.map(({ Properties }) => Properties)];
}

describe('a network without a way out', () => {
  const template = foundNetwork();

  it('has isolated subnets in two zones, and no route to anywhere', () => {
    template.resourceCountIs('AWS::EC2::Subnet', 2);
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'EgressOnlyInternetGateway', 'EIP']) {
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
    }
  });

  it('opens to its endpoints and to the addresses of the gateways, by TLS, and to nothing else', () => {
    const open = rules(template, 'Egress').filter(
      ({ Description }) => Description !== 'Disallow all traffic',
    );
    expect(open).toHaveLength(3);
    for (const rule of open) {
      expect(rule).toMatchObject({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 });
      expect(rule.CidrIp ?? rule.CidrIpv6).toBeUndefined();
    }
    expect(rules(template, 'Ingress')).toEqual([
      expect.objectContaining({ FromPort: 443, ToPort: 443, SourceSecurityGroupId: expect.anything() }),
    ]);
  });

  it('lets its gateways and endpoints be used by the own account only, and the buckets of AWS for what they are for', () => {
    const texts = iamStatements(template).flatMap(({ type, text }) =>
      type === 'AWS::EC2::VPCEndpoint' ? [text] : [],
    );
    const own = 'StringEquals aws:PrincipalAccount = [123456789012]';
    const ownResource = 'StringEquals aws:ResourceAccount = [123456789012]';
    expect([...new Set(texts)].sort()).toEqual(
      [
        `Allow (Buckets) s3:* on * to AWS:* when ${own} and ${ownResource}`,
        "Allow (AnswersToCloudFormation) s3:PutObject on arn:<AWS::Partition>:s3:::cloudformation-custom-resource-response-Join('', Split(-, <AWS::Region>))/* to AWS:*",
        'Allow (LayersOfImages) s3:GetObject on arn:<AWS::Partition>:s3:::prod-<AWS::Region>-starport-layer-bucket/* to AWS:*',
        `Allow (Tables) dynamodb:* on * to AWS:* when ${own} and ${ownResource}`,
        `Allow (OwnAccounts) * on * to AWS:* when ${own}`,
      ].sort(),
    );
  });

  it('logs what is tried, encrypted', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL', ResourceType: 'VPC' });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      KmsKeyId: Match.anyValue(),
      RetentionInDays: 30,
    });
  });

  it('follows the rules of the four packs', () => {
    const stack = stackOf();
    new LakeNetwork(stack, 'Network');
    expect(stack).toHaveNoNagFindings();
    expect(stack).toEncryptEverything();
  });
});

describe('options', () => {
  it('take the endpoints of what is used, and tell what they cost', () => {
    const stack = stackOf();
    const network = new LakeNetwork(stack, 'Network', {
      endpoints: [LakeEndpoint.GLUE, LakeEndpoint.ECR_DOCKER],
      maxAzs: 1,
    });
    expect(network.monthlyCost).toBeCloseTo(14.6);
    const services = Object.values<any>(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint'))
      .map(({ Properties }) => Properties.ServiceName)
      .filter((name) => typeof name === 'string');
    expect(services.sort()).toEqual([
      'com.amazonaws.eu-central-1.ecr.dkr',
      'com.amazonaws.eu-central-1.glue',
    ]);
  });

  it('know a service for every endpoint', () => {
    const stack = stackOf();
    const network = new LakeNetwork(stack, 'Network', { endpoints: Object.values(LakeEndpoint) });
    expect(network.interfaceEndpoints).toHaveLength(Object.values(LakeEndpoint).length);
    for (const endpoint of Object.values(LakeEndpoint)) {
      Template.fromStack(stack).hasResourceProperties('AWS::EC2::VPCEndpoint', {
        ServiceName: `com.amazonaws.eu-central-1.${endpoint}`,
        PrivateDnsEnabled: true,
      });
    }
  });

  it('narrow the gateway to buckets, and widen it to accounts', () => {
    const stack = stackOf();
    new LakeNetwork(stack, 'Network', {
      buckets: [Bucket.fromBucketName(stack, 'Bucket', 'orders')],
      accounts: ['210987654321'],
    });
    expect(iamStatements(stack).find(({ sid }) => sid === 'Buckets')).toMatchObject({
      resources: ['arn:<AWS::Partition>:s3:::orders', 'arn:<AWS::Partition>:s3:::orders/*'],
      conditions: [
        'StringEquals aws:PrincipalAccount = [123456789012, 210987654321]',
        'StringEquals aws:ResourceAccount = [123456789012, 210987654321]',
      ],
    });
  });

  it('take a key, and prefix lists where account and region are not known', () => {
    const stack = new Stack(new App(), 'Anywhere');
    const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
    const list = (id: string) => ec2.PrefixList.fromPrefixListId(stack, id, `pl-${id}`);
    new LakeNetwork(stack, 'Network', {
      encryptionKey,
      s3PrefixList: list('s3'),
      dynamoDbPrefixList: list('dynamodb'),
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    expect(rules(template, 'Egress').flatMap(({ DestinationPrefixListId: id }) => id ?? [])).toEqual([
      'pl-s3',
      'pl-dynamodb',
    ]);
  });
});

describe('refusals', () => {
  const attempt =
    (props: LakeNetworkProps, stack = stackOf()) =>
    () =>
      new LakeNetwork(stack, 'Network', props);

  it.each<[string, LakeNetworkProps, string]>([
    [
      'an endpoint twice',
      { endpoints: [LakeEndpoint.GLUE, LakeEndpoint.GLUE] },
      'endpoints names glue twice. Keep one of them.',
    ],
    ['no zone', { maxAzs: 0 }, 'maxAzs must be between 1 and 6. Received 0. Two survive the loss of one.'],
    [
      'an account that is none',
      { accounts: ['1234'] },
      'accounts: "1234" is no account of AWS. Use its twelve digits.',
    ],
  ])('of %s', (_, props, message) => expect(attempt(props)).toThrow(message));

  it('of a stack that does not know where it is', () => {
    expect(attempt({}, new Stack(new App(), 'Anywhere'))).toThrow(
      '"Anywhere/Network" opens to the addresses of s3 in one region, and its stack knows none. Give the stack an account ' +
        'and a region, or pass s3PrefixList and dynamoDbPrefixList: ec2.PrefixList.fromPrefixListId(…) of what aws ec2 ' +
        'describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.REGION.s3 names.',
    );
  });

  it('of what would wait for an answer that never comes', () => {
    const stack = stackOf();
    const network = new LakeNetwork(stack, 'Network', { endpoints: [LakeEndpoint.SQS] });
    expect(() => new TableProvisioner(stack, 'Tables', { network })).toThrow(
      '"Test/Tables/Role" needs the endpoints glue, which the network "Test/Network" does not have; it has: sqs. Add them ' +
        'to its endpoints.',
    );
    const { vpc, subnets, securityGroups } = network;
    expect(
      () => new ContainerProcessor(stack, 'Tasks', { bundle: 'silver-refine', vpc, subnets, securityGroups }),
    ).toThrow('"Test/Tasks" needs the endpoints logs, ecr.api, ecr.dkr, glue, which the network');
  });
});

describe('a network that is there already', () => {
  const given = (stack: Stack) => ({
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-central-1a'],
      isolatedSubnetIds: ['subnet-1'],
      isolatedSubnetRouteTableIds: ['rtb-1'],
    }),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
  });

  it('is used as it is', () => {
    const stack = stackOf();
    const network = LakeNetwork.fromVpc(stack, 'Network', {
      ...given(stack),
      endpoints: [LakeEndpoint.GLUE],
    });
    new TableProvisioner(stack, 'Tables', { network });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    });
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
  });

  it('is held to the endpoints its owner names', () => {
    const stack = stackOf();
    const network = LakeNetwork.fromVpc(stack, 'Network', { ...given(stack), endpoints: [LakeEndpoint.STS] });
    expect(() => new TableProvisioner(stack, 'Tables', { network })).toThrow(
      'needs the endpoints glue, which the network "Test/Network" does not have; it has: sts.',
    );
    expect(() =>
      LakeNetwork.fromVpc(stack, 'Other', { vpc: network.vpc, securityGroups: [], endpoints: [] }),
    ).toThrow('The network "Test/Other" has no security group. Name those that may reach its endpoints.');
  });
});

describe('the reference stack in it', () => {
  const app = new App();
  const network = new LakeNetwork(new Stack(app, 'Network', { env: ENV }), 'Network');
  const stack = new ReferenceStack(app, 'Lakehouse', {
    contracts: readContracts(),
    gold: exampleGold(),
    network,
    env: ENV,
  });

  it('has no function outside', () => {
    const functions = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    expect(functions.length).toBeGreaterThan(6);
    for (const [id, { Properties }] of functions) {
      expect([id, Properties.VpcConfig?.SubnetIds?.length]).toEqual([id, 2]);
    }
  });

  it('follows the rules of the four packs', () => {
    expect(nagFindings(stack)).toEqual([]);
  });
});
