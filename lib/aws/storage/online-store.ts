import { ArnFormat, Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { requireDuration, requireWhole } from '../bounds';
import { acknowledge } from '../suppressions';

/** Where the store is, and how much of it there is. */
export interface OnlineStoreProps {
  /** Network it is in; what reads and writes it has to be there too. */
  readonly vpc: ec2.IVpc;

  /**
   * Subnets of its nodes, in two availability zones or more.
   * @default - the isolated subnets of the network, or the private ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Class of its nodes.
   * @default 'cache.t4g.small'
   */
  readonly nodeType?: string;

  /**
   * Copies of each shard in other availability zones, 1 to 5. The first becomes the primary when that fails.
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Shards, 1 to 500.
   * @default 1
   */
  readonly shards?: number;

  /**
   * How long daily snapshots are kept, 1 to 35 days.
   * @default Duration.days(15)
   */
  readonly snapshotRetention?: Duration;

  /**
   * When the daily snapshot is taken, UTC.
   * @default '03:00-04:00'
   */
  readonly snapshotWindow?: string;

  /**
   * Version of Valkey; IAM authentication needs 7.2.
   * @default '8.0'
   */
  readonly engineVersion?: string;

  /**
   * Key of nodes and snapshots.
   * @default - a key of its own, rotated yearly, that outlives the stack as the last snapshot does
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of the store when it leaves the stack.
   * @default RemovalPolicy.SNAPSHOT
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Not the one everybody scans for. */
const PORT = 6390;

/**
 * Values by key within a millisecond, for features and profiles that a model or a page asks for: ElastiCache for Valkey
 * over availability zones, with automatic failover and daily snapshots. TLS only, encrypted by your key, and nobody has a
 * password: roles are let in by IAM, those who read as the user `reader`, those who write as `writer`.
 *
 * What it holds can be made anew of the lake's tables; the snapshots are there so that it need not be.
 *
 * @throws Error for numbers and durations ElastiCache refuses
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 */
export class OnlineStore extends Construct implements ec2.IConnectable {
  readonly replicationGroup: elasticache.CfnReplicationGroup;
  readonly subnetGroup: elasticache.CfnSubnetGroup;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;
  readonly encryptionKey: kms.IKey;
  readonly reader: elasticache.CfnUser;
  readonly writer: elasticache.CfnUser;
  readonly userGroup: elasticache.CfnUserGroup;
  /** Host name to connect to: the configuration endpoint with several shards, the primary's with one. */
  readonly endpoint: string;
  readonly port: number = PORT;

  constructor(scope: Construct, id: string, props: OnlineStoreProps) {
    super(scope, id);
    const { vpc, replicas = 1, shards = 1, snapshotRetention = Duration.days(15) } = props;
    requireBounds(replicas, shards, snapshotRetention);
    this.encryptionKey =
      props.encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Online store ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Online store ${this.node.path}`,
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({
      securityGroups: [this.securityGroup],
      defaultPort: ec2.Port.tcp(PORT),
    });
    this.subnetGroup = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: `Online store ${this.node.path}`,
      subnetIds: vpc.selectSubnets(props.vpcSubnets ?? innerSubnets(vpc)).subnetIds,
    });
    this.reader = this.user('Reader', 'on ~* -@all +@read +@connection');
    this.writer = this.user('Writer', 'on ~* -@all +@read +@write +@connection +@transaction -@dangerous');
    this.userGroup = new elasticache.CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: this.nameOf('users'),
      userIds: [this.reader.ref, this.writer.ref],
    });
    this.replicationGroup = new elasticache.CfnReplicationGroup(this, 'Store', {
      replicationGroupDescription: `Online store ${this.node.path}`.slice(0, 255),
      engine: 'valkey',
      engineVersion: props.engineVersion ?? '8.0',
      cacheNodeType: props.nodeType ?? 'cache.t4g.small',
      port: PORT,
      numNodeGroups: shards,
      replicasPerNodeGroup: replicas,
      clusterMode: shards > 1 ? 'enabled' : 'disabled',
      multiAzEnabled: true,
      automaticFailoverEnabled: true,
      autoMinorVersionUpgrade: true,
      snapshotRetentionLimit: snapshotRetention.toDays(),
      snapshotWindow: props.snapshotWindow ?? '03:00-04:00',
      atRestEncryptionEnabled: true,
      kmsKeyId: this.encryptionKey.keyArn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      cacheSubnetGroupName: this.subnetGroup.ref,
      securityGroupIds: [this.securityGroup.securityGroupId],
      userGroupIds: [this.userGroup.ref],
    });
    this.replicationGroup.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.SNAPSHOT);
    this.endpoint =
      shards > 1
        ? this.replicationGroup.attrConfigurationEndPointAddress
        : this.replicationGroup.attrPrimaryEndPointAddress;
    acknowledge(
      this.replicationGroup,
      ['AwsSolutions-AEC6'],
      'Roles are let in by IAM, as users of a group; there is no password that all of them share.',
    );
  }

  /** Lets a role connect as the user who reads, and reach the store where it has security groups. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grantConnect(grantee, this.reader);
  }

  /** Lets a role connect as the user who reads and writes; no command that empties or configures the store is among it. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return this.grantConnect(grantee, this.writer);
  }

  private grantConnect(grantee: iam.IGrantable, user: elasticache.CfnUser): iam.Grant {
    const group = Stack.of(this).formatArn({
      service: 'elasticache',
      resource: 'replicationgroup',
      resourceName: this.replicationGroup.ref,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    if (isConnectable(grantee)) this.connections.allowDefaultPortFrom(grantee);
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['elasticache:Connect'],
      resourceArns: [group, user.attrArn],
    });
  }

  private user(id: string, accessString: string): elasticache.CfnUser {
    // With IAM authentication both are the same.
    const name = this.nameOf(id.toLowerCase());
    return new elasticache.CfnUser(this, id, {
      engine: 'valkey',
      userId: name,
      userName: name,
      authenticationMode: { Type: 'iam' },
      accessString,
    });
  }

  /** Lower case, a letter first, 40 characters at the most. */
  private nameOf(suffix: string): string {
    const unique = Names.uniqueResourceName(this, { maxLength: 30, separator: '-' }).toLowerCase();
    return `${/^[a-z]/.test(unique) ? '' : 's'}${unique}-${suffix}`;
  }
}

function innerSubnets(vpc: ec2.IVpc): ec2.SubnetSelection {
  return vpc.isolatedSubnets.length > 0
    ? { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }
    : { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
}

function isConnectable(grantee: unknown): grantee is ec2.IConnectable {
  try {
    return (grantee as Partial<ec2.IConnectable>).connections !== undefined;
  } catch {
    // A function outside of any network has none, and says so by an error.
    return false;
  }
}

function requireBounds(replicas: number, shards: number, snapshotRetention: Duration): void {
  requireWhole('replicas', replicas, {
    minimum: 1,
    maximum: 5,
    remedy: 'Without one there is nothing to fail over to.',
  });
  requireWhole('shards', shards, {
    minimum: 1,
    maximum: 500,
    remedy: 'Take a larger nodeType instead.',
  });
  requireDuration('snapshotRetention', snapshotRetention, {
    minimum: 24 * 3600,
    maximum: 35 * 24 * 3600,
    remedy: 'ElastiCache keeps daily snapshots for 1 to 35 days; copy one to a bucket to keep it for longer.',
  });
}
