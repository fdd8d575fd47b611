import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { requireDuration } from '../bounds';
import { acknowledge, complianceRules } from '../suppressions';

/** What is backed up, how often, and for how long. */
export interface LakeBackupProps {
  /**
   * Tag of the resources that are backed up, also of those of other stacks: buckets, DynamoDB tables and whatever else
   * AWS Backup takes in.
   * @default 'DataClassification'
   */
  readonly tagKey?: string;
  /** Values of the tag, for example `confidential`. */
  readonly tagValues: string[];
  /**
   * When a backup is taken, UTC.
   * @default - every day at 05:00
   */
  readonly schedule?: events.Schedule;
  /**
   * How long a backup is kept.
   * @default Duration.days(35)
   */
  readonly retention?: Duration;
  /**
   * Age at which a backup moves to cold storage. It stays there for 90 days at least, so that `retention` must be that
   * much longer. S3 backups have no cold storage; AWS Backup leaves them where they are.
   * @default - never
   */
  readonly coldStorageAfter?: Duration;
  /**
   * Vaults in other regions or accounts that get a copy of each backup.
   * @default - none
   */
  readonly copyTo?: backup.IBackupVault[];
  /**
   * Lock of the vault: nobody, the root user included, deletes a backup that is younger. It can be undone for three
   * days, then never.
   * @default - the vault is not locked
   */
  readonly lockFor?: Duration;
  /**
   * Key of the backups.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
}

/** Cold storage is paid for that long at least: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html */
const COLD_DAYS = 90;

/**
 * Backups of everything that carries a tag: one plan, a vault that outlives the stack, and copies elsewhere if asked. A
 * new product is backed up by its classification, with nothing to remember.
 *
 * @throws Error without a tag value, for a retention that cold storage does not allow, and for a lock that lasts longer
 * than the backups
 */
export class LakeBackup extends Construct {
  readonly vault: backup.BackupVault;
  readonly plan: backup.BackupPlan;
  /** The role AWS Backup reads with; it can restore as well. */
  readonly role: iam.Role;
  readonly encryptionKey: kms.IKey;

  constructor(scope: Construct, id: string, props: LakeBackupProps) {
    super(scope, id);
    const retention = props.retention ?? Duration.days(35);
    requireLifecycle(props, retention);
    this.encryptionKey =
      props.encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Backups of ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    this.vault = new backup.BackupVault(this, 'Vault', {
      encryptionKey: this.encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(props.lockFor && {
        lockConfiguration: { minRetention: props.lockFor, changeableFor: Duration.days(3) },
      }),
    });
    this.plan = new backup.BackupPlan(this, 'Plan', {
      backupVault: this.vault,
      backupPlanRules: [
        new backup.BackupPlanRule({
          ruleName: 'daily',
          scheduleExpression: props.schedule ?? events.Schedule.cron({ hour: '5', minute: '0' }),
          deleteAfter: retention,
          moveToColdStorageAfter: props.coldStorageAfter,
          copyActions: props.copyTo?.map((destinationBackupVault) => ({
            destinationBackupVault,
            deleteAfter: retention,
            moveToColdStorageAfter: props.coldStorageAfter,
          })),
        }),
      ],
    });
    this.role = new iam.Role(this, 'Role', {
      description: `Takes and restores the backups of ${this.node.path}`,
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
      managedPolicies: POLICIES.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    acknowledge(
      this.role,
      POLICIES.map((name) => `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`),
      'What a backup of each kind of resource needs is long and grows with the service: AWS keeps it in these policies.',
    );
    this.plan.addSelection('ByTag', {
      role: this.role,
      disableDefaultBackupPolicy: true,
      resources: props.tagValues.map((value) =>
        backup.BackupResource.fromTag(props.tagKey ?? 'DataClassification', value),
      ),
    });
    acknowledge(this.role, complianceRules('IAMNoInlinePolicy'), 'The policy belongs to this role alone.');
  }
}

const POLICIES = [
  'service-role/AWSBackupServiceRolePolicyForBackup',
  'service-role/AWSBackupServiceRolePolicyForRestores',
  'AWSBackupServiceRolePolicyForS3Backup',
  'AWSBackupServiceRolePolicyForS3Restore',
];

function requireLifecycle(props: LakeBackupProps, retention: Duration): void {
  if (props.tagValues.length === 0) {
    throw new Error(
      'tagValues is empty, so that nothing would be backed up. Name at least one, for example "confidential".',
    );
  }
  const day = 86_400;
  requireDuration('retention', retention, {
    minimum: day,
    maximum: 36_500 * day,
    remedy: 'Use whole days.',
  });
  const { coldStorageAfter, lockFor } = props;
  if (retention.isUnresolved()) return;
  if (coldStorageAfter !== undefined && !coldStorageAfter.isUnresolved()) {
    const least = coldStorageAfter.toDays() + COLD_DAYS;
    if (retention.toDays() < least) {
      throw new Error(
        `retention is ${retention.toDays()} days; a backup that moves to cold storage after ${coldStorageAfter.toDays()} days ` +
          `stays there for ${COLD_DAYS} at least. Use ${least} days or more, or leave out coldStorageAfter.`,
      );
    }
  }
  if (lockFor !== undefined && !lockFor.isUnresolved() && lockFor.toDays() > retention.toDays()) {
    throw new Error(
      `lockFor is ${lockFor.toDays()} days, longer than the retention of ${retention.toDays()} days: AWS Backup refuses such ` +
        'backups. Use a retention at least as long.',
    );
  }
}
