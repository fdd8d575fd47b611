import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { requireWhole } from '../bounds';
import { handlerKey } from '../handler-parts';
import { allowLogEncryption } from '../log-encryption';
import { acknowledge, complianceRules } from '../suppressions';
import { accountStatement, bucketStatements, tableStatement } from './gateway-policies';
import { constructIdOf, LakeEndpoint, serviceOf } from './lake-endpoint';
import { noteReach } from './reach';

/** A network of a lake: what is needed of one to put functions and tasks into it, as `network: …`. */
export interface ILakeNetwork extends IConstruct {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  /** Of what runs in it. */
  readonly securityGroups: ec2.ISecurityGroup[];
  /** What can be reached from it beside S3 and DynamoDB. */
  readonly endpoints: LakeEndpoint[];
}

/** A network that is there already. */
export interface LakeNetworkAttributes {
  readonly vpc: ec2.IVpc;
  /** @default - its isolated subnets */
  readonly subnets?: ec2.SubnetSelection;
  /** Groups that may reach the endpoints. */
  readonly securityGroups: ec2.ISecurityGroup[];
  /**
   * What can be reached from it, S3 and DynamoDB aside. Whatever runs in the network is held against it, so that what cannot work is
   * refused at synthesis.
   */
  readonly endpoints: LakeEndpoint[];
}

/** A network without a way out. */
export interface LakeNetworkProps {
  /**
   * Private addresses.
   * @default - 10.0.0.0/16
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * Availability zones at the most, 1 to 6. Each endpoint is paid for in each of them.
   * @default 2
   */
  readonly maxAzs?: number;

  /**
   * Services reached by interface endpoints. Containers need `CLOUDWATCH_LOGS`, `ECR` and `ECR_DOCKER` as well.
   * @default - ATHENA, GLUE and SQS: what the functions of this library call
   */
  readonly endpoints?: LakeEndpoint[];

  /**
   * Buckets that can be reached.
   * @default - all buckets of the accounts
   */
  readonly buckets?: IBucket[];

  /**
   * Accounts beside this one whose identities may use the endpoints and whose buckets and tables can be reached, by
   * their twelve digits.
   * @default - none
   */
  readonly accounts?: string[];

  /**
   * Addresses of S3 in the region, to which the security group opens.
   * @default - looked up by the CDK CLI at synthesis and kept in cdk.context.json; the stack has to know its account
   * and region
   */
  readonly s3PrefixList?: ec2.IPrefixList;

  /**
   * The same of DynamoDB.
   * @default - looked up as that of S3
   */
  readonly dynamoDbPrefixList?: ec2.IPrefixList;

  /**
   * Key of the flow logs. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: IKey;

  /**
   * How long flow logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly flowLogRetention?: logs.RetentionDays;
}

/** US dollars for an interface endpoint in one zone for 730 hours, us-east-1, November 2026; data is 0.01 a GB. */
const ENDPOINT_MONTH = 7.3;

/**
 * A network in which a lake's functions and tasks run without any way out: isolated subnets, gateways to S3 and
 * DynamoDB that lead to the lake's own accounts only, interface endpoints for the other services, security groups that
 * open to these and nothing else, and flow logs of what was tried.
 *
 * It is what every construct here takes as `network`.
 */
export class LakeNetwork extends Construct implements ILakeNetwork {
  /** A network the company already has. Nothing in it is changed. */
  static fromVpc(scope: Construct, id: string, attributes: LakeNetworkAttributes): ILakeNetwork {
    return new ImportedLakeNetwork(scope, id, attributes);
  }

  readonly vpc: ec2.Vpc;
  readonly subnets: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  readonly securityGroups: ec2.ISecurityGroup[];
  readonly endpoints: LakeEndpoint[];
  /** Of the interface endpoints: TLS from the network's functions and tasks, nothing else. */
  readonly endpointSecurityGroup: ec2.SecurityGroup;
  readonly interfaceEndpoints: ec2.InterfaceVpcEndpoint[];
  readonly s3Gateway: ec2.GatewayVpcEndpoint;
  readonly dynamoDbGateway: ec2.GatewayVpcEndpoint;
  readonly flowLogGroup: logs.LogGroup;
  /** Key of the flow logs. */
  readonly encryptionKey: IKey;
  /** US dollars a month for the interface endpoints, list price of us-east-1; the gateways are free. */
  readonly monthlyCost: number;

  /**
   * @throws Error for an endpoint given twice, a number of zones out of bounds, an account that is none, and in a stack
   * without account and region where the prefix lists are not given
   */
  constructor(scope: Construct, id: string, props: LakeNetworkProps = {}) {
    super(scope, id);
    this.endpoints = props.endpoints ?? [LakeEndpoint.ATHENA, LakeEndpoint.GLUE, LakeEndpoint.SQS];
    requireDistinct(this.endpoints);
    requireWhole('maxAzs', props.maxAzs, { minimum: 1, maximum: 6, remedy: 'Two survive the loss of one.' });
    const accounts = [Stack.of(this).account, ...(props.accounts ?? [])];
    requireAccounts(props.accounts ?? []);

    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: props.ipAddresses,
      maxAzs: props.maxAzs ?? 2,
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(
      this.vpc,
      complianceRules('VPCDefaultSecurityGroupClosed'),
      'Nothing is in the default security group: functions, tasks and endpoints have groups of their own, closed inward.',
    );

    this.s3Gateway = this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    for (const statement of bucketStatements(this, accounts, props.buckets)) {
      this.s3Gateway.addToPolicy(statement);
    }
    this.dynamoDbGateway = this.vpc.addGatewayEndpoint('DynamoDb', {
      service: ec2.GatewayVpcEndpointAwsService.DYNAMODB,
    });
    this.dynamoDbGateway.addToPolicy(tableStatement(accounts));

    const inside = new ec2.SecurityGroup(this, 'Inside', {
      vpc: this.vpc,
      description: 'Functions and tasks of the lake: nothing inward, TLS to the endpoints',
      allowAllOutbound: false,
    });
    this.securityGroups = [inside];
    this.endpointSecurityGroup = new ec2.SecurityGroup(this, 'Endpoints', {
      vpc: this.vpc,
      description: 'Interface endpoints: TLS from the functions and tasks of the lake',
      allowAllOutbound: false,
    });
    this.endpointSecurityGroup.addIngressRule(inside, ec2.Port.HTTPS, 'Functions and tasks of the lake');
    inside.addEgressRule(this.endpointSecurityGroup, ec2.Port.HTTPS, 'Interface endpoints');
    for (const [service, list] of Object.entries({
      s3: props.s3PrefixList,
      dynamodb: props.dynamoDbPrefixList,
    })) {
      const { prefixListId } = list ?? this.lookUpPrefixList(service);
      inside.addEgressRule(ec2.Peer.prefixList(prefixListId), ec2.Port.HTTPS, `Gateway to ${service}`);
    }

    this.interfaceEndpoints = this.endpoints.map((endpoint) => {
      const created = this.vpc.addInterfaceEndpoint(constructIdOf(endpoint), {
        service: serviceOf(endpoint),
        subnets: this.subnets,
        securityGroups: [this.endpointSecurityGroup],
        open: false,
        privateDnsEnabled: true,
      });
      created.addToPolicy(accountStatement(accounts));
      return created;
    });
    this.monthlyCost = this.endpoints.length * this.vpc.isolatedSubnets.length * ENDPOINT_MONTH;

    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Flow logs of ${this.node.path}`);
    allowLogEncryption(this, this.encryptionKey);
    this.flowLogGroup = new logs.LogGroup(this, 'FlowLogs', {
      encryptionKey: this.encryptionKey,
      retention: props.flowLogRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('Flow', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(this.flowLogGroup),
      trafficType: ec2.FlowLogTrafficType.ALL,
    });
    acknowledge(
      this.vpc,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written for the one role that delivers the flow logs and is deleted with it.',
    );
    noteReach(this.vpc, this.node.path, this.endpoints);
  }

  private lookUpPrefixList(service: string): ec2.IPrefixList {
    const { account, region } = Stack.of(this);
    if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
      throw new Error(
        `"${this.node.path}" opens to the addresses of ${service} in one region, and its stack knows none. Give the stack ` +
          'an account and a region, or pass s3PrefixList and dynamoDbPrefixList: ec2.PrefixList.fromPrefixListId(…) of what ' +
          `aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.REGION.${service} names.`,
      );
    }
    return ec2.PrefixList.fromLookup(this, `Addresses-${service}`, {
      prefixListName: `com.amazonaws.${region}.${service}`,
      ownerId: 'AWS',
    });
  }
}

class ImportedLakeNetwork extends Construct implements ILakeNetwork {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly securityGroups: ec2.ISecurityGroup[];
  readonly endpoints: LakeEndpoint[];

  constructor(scope: Construct, id: string, attributes: LakeNetworkAttributes) {
    super(scope, id);
    this.vpc = attributes.vpc;
    this.subnets = attributes.subnets ?? { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
    this.securityGroups = attributes.securityGroups;
    this.endpoints = attributes.endpoints;
    requireDistinct(this.endpoints);
    if (this.securityGroups.length === 0) {
      throw new Error(
        `The network "${this.node.path}" has no security group. Name those that may reach its endpoints.`,
      );
    }
    noteReach(this.vpc, this.node.path, this.endpoints);
  }
}

function requireDistinct(endpoints: readonly LakeEndpoint[]): void {
  const twice = endpoints.find((endpoint, index) => endpoints.indexOf(endpoint) !== index);
  if (twice !== undefined) throw new Error(`endpoints names ${twice} twice. Keep one of them.`);
}

function requireAccounts(accounts: readonly string[]): void {
  const wrong = accounts.find((account) => !Token.isUnresolved(account) && !/^\d{12}$/.test(account));
  if (wrong !== undefined) {
    throw new Error(`accounts: "${wrong}" is no account of AWS. Use its twelve digits.`);
  }
}
