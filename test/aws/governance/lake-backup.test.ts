import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import { LakeBackup, type LakeBackupProps } from '../../../lib/aws/governance';
import { nagFindings } from '../../../lib/testing';

const days = (count: number) => Duration.days(count);

function backedUp(props: Partial<LakeBackupProps> = {}): Template {
  const stack = new Stack(new App(), 'Test');
  new LakeBackup(stack, 'Backup', { tagValues: ['confidential'], ...props });
  return Template.fromStack(stack);
}

test('everything with the tag is backed up each day, and kept for five weeks', () => {
  const template = backedUp({ tagValues: ['confidential', 'restricted'] });
  template.hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: {
      BackupPlanRule: [
        Match.objectLike({ ScheduleExpression: 'cron(0 5 * * ? *)', Lifecycle: { DeleteAfterDays: 35 } }),
      ],
    },
  });
  template.hasResourceProperties('AWS::Backup::BackupSelection', {
    BackupSelection: {
      ListOfTags: ['confidential', 'restricted'].map((value) => ({
        ConditionKey: 'DataClassification',
        ConditionType: 'STRINGEQUALS',
        ConditionValue: value,
      })),
    },
  });
  template.hasResource('AWS::Backup::BackupVault', {
    DeletionPolicy: 'Retain',
    Properties: { EncryptionKeyArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^BackupKey'), 'Arn'] } },
  });
  template.hasResource('AWS::KMS::Key', {
    DeletionPolicy: 'Retain',
    Properties: { EnableKeyRotation: true },
  });
});

test('cold storage and copies elsewhere have the same lifecycle', () => {
  const stack = new Stack(new App(), 'Test');
  const elsewhere = backup.BackupVault.fromBackupVaultArn(
    stack,
    'Elsewhere',
    'arn:aws:backup:eu-central-1:123456789012:backup-vault:copies',
  );
  new LakeBackup(stack, 'Backup', {
    tagValues: ['confidential'],
    retention: days(365),
    coldStorageAfter: days(30),
    copyTo: [elsewhere],
  });
  const lifecycle = { DeleteAfterDays: 365, MoveToColdStorageAfterDays: 30 };
  Template.fromStack(stack).hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: {
      BackupPlanRule: [
        Match.objectLike({
          Lifecycle: lifecycle,
          CopyActions: [
            {
              DestinationBackupVaultArn: 'arn:aws:backup:eu-central-1:123456789012:backup-vault:copies',
              Lifecycle: lifecycle,
            },
          ],
        }),
      ],
    },
  });
});

test('a locked vault keeps its backups, and the lock can be undone for three days', () => {
  backedUp({ lockFor: days(30) }).hasResourceProperties('AWS::Backup::BackupVault', {
    LockConfiguration: { MinRetentionDays: 30, ChangeableForDays: 3 },
  });
});

test.each<[Partial<LakeBackupProps>, string]>([
  [{ tagValues: [] }, 'tagValues is empty, so that nothing would be backed up.'],
  [
    { coldStorageAfter: days(30), retention: days(60) },
    'retention is 60 days; a backup that moves to cold storage after 30 days stays there for 90 at least. Use 120 days or more',
  ],
  [{ lockFor: days(60) }, 'lockFor is 60 days, longer than the retention of 35 days'],
  [{ retention: Duration.hours(1) }, 'retention must be between 86400'],
])('refused: %#', (props, message) => {
  expect(() => backedUp(props)).toThrow(message);
});

test('the packs find nothing', () => {
  const stack = new Stack(new App(), 'Test');
  new LakeBackup(stack, 'Backup', { tagValues: ['confidential'] });
  expect(nagFindings(stack).map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});
