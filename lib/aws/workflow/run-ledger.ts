import { Lazy, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards, complianceRules } from '../suppressions';

/** What a ledger may be given. */
export interface RunLedgerProps {
  /**
   * Key of the table.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
}

/**
 * What workflows remember between runs, in one DynamoDB table: slots held, the outcome of each date, inputs landed.
 * Workflows that share a ledger may share slots. It costs nothing while nothing runs.
 */
export class RunLedger extends Construct {
  /** The table: key `id`, time to live `expiresAt`. */
  readonly table: dynamodb.Table;
  /** Key of the table. */
  readonly encryptionKey: kms.IKey;
  private readonly pools = new Map<string, PoolMember[]>();

  constructor(scope: Construct, id: string, props: RunLedgerProps = {}) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey ?? new kms.Key(this, 'Key', { enableKeyRotation: true });
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: LEDGER_KEY, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: LEDGER_EXPIRY,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.table,
      complianceRules('DynamoDBInBackupPlan'),
      'It holds what is under way and the outcome of runs; point-in-time recovery is on, and a run can be repeated.',
    );
  }

  /**
   * Notes that executions of a workflow may hold slots of a pool, and lets the role of each workflow of the pool ask
   * whether the holder of a slot still runs.
   * @internal
   */
  _join(pool: string, role: iam.Role, executionArns: string): void {
    const members = this.pools.get(pool) ?? [];
    this.pools.set(pool, members);
    members.push({ role, executionArns });
    const arnsOf = (): string[] => members.map((member) => member.executionArns);
    for (const member of members) {
      acknowledgeWildcards(member.role, arnsOf(), 'Executions have names of their own.');
    }
    // A policy of its own: in the default one it would have to be there before the state machine it names.
    new iam.Policy(role, 'SlotHolders', {
      roles: [role],
      statements: [
        new iam.PolicyStatement({
          actions: ['states:DescribeExecution'],
          resources: Lazy.list({ produce: arnsOf }),
        }),
      ],
    });
  }
}

interface PoolMember {
  readonly role: iam.Role;
  readonly executionArns: string;
}

export const LEDGER_KEY = 'id';
/** Seconds since 1970: the end of a slot's lease, and when DynamoDB may delete the item. */
export const LEDGER_EXPIRY = 'expiresAt';
/** How long the outcome of a date is remembered. */
export const OUTCOME_RETENTION_SECONDS = 400 * 24 * 3600;
