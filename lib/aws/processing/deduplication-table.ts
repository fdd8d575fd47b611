import { PhysicalName, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { DEDUPLICATION_EXPIRY, DEDUPLICATION_KEY } from '../../contract/deduplication-settings';
import { acknowledge, complianceRules } from '../suppressions';

/** A table that remembers which events are in. */
export interface IDeduplicationTable {
  /** Key `id`, text; time to live `expiration`, seconds since 1970. */
  readonly table: dynamodb.ITable;
  /** Lets a function claim events, and give them up: single items are read and put, none is listed or deleted. */
  grantClaim(grantee: iam.IGrantable): iam.Grant;
}

/** A copy of the table in another region. */
export interface DeduplicationTableReplica {
  /** Region of the copy, for example `eu-central-1`; not that of the stack. */
  readonly region: string;
  /**
   * Key of the copy: a key of that region, or the replica of a multi-region key. It can be one of another stack, made with
   * a physical alias, or imported by its ARN.
   */
  readonly encryptionKey: kms.IKey;
}

/** What a deduplication table may be given. */
export interface DeduplicationTableProps {
  /**
   * Copies in other regions: the table becomes a DynamoDB global table. Claims arrive there within a second or so
   * (eventual consistency), so processors claim in one region at a time, the one that is up; docs/deduplication.md. The
   * stack has to name its region. A table that is there already is not turned into one: it is made anew, empty.
   * @default - none: a table of this region
   */
  readonly replicas?: DeduplicationTableReplica[];

  /**
   * Name of the table; copies have the same.
   * @default - made by CloudFormation; with replicas made by the CDK when a stack of another region asks for it
   */
  readonly tableName?: string;

  /**
   * Key of the table.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of the table when it leaves the stack. What it holds is needed for hours.
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Which events are in, in one DynamoDB table for one processor or several: billed by request, encrypted, with
 * point-in-time recovery, and emptied by itself. Its attributes are those Powertools for AWS Lambda expects of a table
 * for idempotency, so that functions of your own can use it too (docs/deduplication.md).
 */
export class DeduplicationTable extends Construct implements IDeduplicationTable {
  /** A table you have: its partition key has to be `id`, text, with no sort key, and its time to live `expiration`. */
  static fromTable(table: dynamodb.ITable): IDeduplicationTable {
    return { table, grantClaim: (grantee) => grantClaim(table, grantee) };
  }

  readonly table: dynamodb.ITable;
  /** Key of the table. */
  readonly encryptionKey: kms.IKey;

  /**
   * @throws Error when replicas are given to a stack without a region, and when two of them, or the stack and one, share a
   *   region
   */
  constructor(scope: Construct, id: string, props: DeduplicationTableProps = {}) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.DESTROY;
    const replicas = props.replicas ?? [];
    this.requireRegions(replicas);
    this.encryptionKey =
      props.encryptionKey ?? new kms.Key(this, 'Key', { enableKeyRotation: true, removalPolicy });
    const common = {
      partitionKey: { name: DEDUPLICATION_KEY, type: dynamodb.AttributeType.STRING },
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: DEDUPLICATION_EXPIRY,
      removalPolicy,
    };
    this.table =
      replicas.length === 0
        ? new dynamodb.Table(this, 'Table', {
            ...common,
            tableName: props.tableName,
            billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryptionKey: this.encryptionKey,
          })
        : new dynamodb.TableV2(this, 'GlobalTable', {
            ...common,
            // A stack of another region can only be told a name that is known before the deployment.
            tableName: props.tableName ?? PhysicalName.GENERATE_IF_NEEDED,
            billing: dynamodb.Billing.onDemand(),
            encryption: dynamodb.TableEncryptionV2.customerManagedKey(
              this.encryptionKey,
              Object.fromEntries(replicas.map(({ region, encryptionKey }) => [region, encryptionKey.keyArn])),
            ),
            replicas: replicas.map(({ region }) => ({ region })),
          });
    acknowledge(
      this.table,
      complianceRules('DynamoDBInBackupPlan'),
      'What it holds is of use for hours; point-in-time recovery is on.',
    );
    acknowledge(
      this.table,
      complianceRules('DynamoDBAutoScalingEnabled'),
      'It is billed by request and scales by itself.',
    );
  }

  grantClaim(grantee: iam.IGrantable): iam.Grant {
    return grantClaim(this.table, grantee);
  }

  private requireRegions(replicas: readonly DeduplicationTableReplica[]): void {
    if (replicas.length === 0) return;
    const { region: home, stackName } = Stack.of(this);
    if (Token.isUnresolved(home))
      throw new Error(
        `${this.node.path} has replicas, and stack ${stackName} names no region. ` +
          'Give the stack env: { account, region }: the regions of a global table are told apart at synthesis.',
      );
    const regions = [home, ...replicas.map(({ region }) => region)];
    const twice = regions.find((region, i) => regions.indexOf(region) !== i);
    if (twice !== undefined)
      throw new Error(
        `${this.node.path} has two copies in ${twice}. Allowed: one in each region, ` +
          `and none of replicas in ${home}, where the table itself is. Received ${regions.slice(1).join(', ')}.`,
      );
  }
}

function grantClaim(table: dynamodb.ITable, grantee: iam.IGrantable): iam.Grant {
  const grant = iam.Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    resourceArns: [table.tableArn],
  });
  const ofKey = table.encryptionKey?.grantEncryptDecrypt(grantee);
  return ofKey === undefined ? grant : grant.combine(ofKey);
}
