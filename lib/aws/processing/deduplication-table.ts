import { RemovalPolicy } from 'aws-cdk-lib';
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

/** What a deduplication table may be given. */
export interface DeduplicationTableProps {
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

  readonly table: dynamodb.Table;
  /** Key of the table. */
  readonly encryptionKey: kms.IKey;

  constructor(scope: Construct, id: string, props: DeduplicationTableProps = {}) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.DESTROY;
    this.encryptionKey =
      props.encryptionKey ?? new kms.Key(this, 'Key', { enableKeyRotation: true, removalPolicy });
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: DEDUPLICATION_KEY, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: DEDUPLICATION_EXPIRY,
      removalPolicy,
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
