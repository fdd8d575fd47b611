import {
  BackupRedundancy,
  LakeBackup,
  type LakeBackupProps,
} from '../../../lib/azure/governance/lake-backup';
import { type MedallionLakeProps } from '../../../lib/azure/storage';
import { azureStack, groupOf, lakeIn, onlyOf, resourcesOf } from '../stack';

function backupWith(props: Partial<LakeBackupProps> = {}, lakeProps: Partial<MedallionLakeProps> = {}) {
  const stack = azureStack();
  const lake = lakeIn(stack, { customerManagedKey: false, ...lakeProps });
  new LakeBackup(stack, 'Backup', {
    vaultName: 'lake-backups',
    resourceGroup: groupOf(stack),
    lake,
    ...props,
  });
  return stack;
}

test('every zone is backed up each day, into a vault of two regions that keeps what it has', () => {
  const stack = backupWith();
  expect(onlyOf(stack, 'data_protection_backup_vault')).toMatchObject({
    name: 'lake-backups',
    datastore_type: 'VaultStore',
    redundancy: 'GeoRedundant',
    immutability: 'Unlocked',
    soft_delete: 'On',
    identity: { type: 'SystemAssigned' },
    lifecycle: { prevent_destroy: true },
  });
  expect(onlyOf(stack, 'data_protection_backup_policy_blob_storage')).toMatchObject({
    backup_repeating_time_intervals: ['R/2026-01-01T05:00:00+00:00/P1D'],
    vault_default_retention_duration: 'P35D',
    time_zone: 'UTC',
  });
  const instance = onlyOf(stack, 'data_protection_backup_instance_blob_storage');
  expect(instance.storage_account_container_names).toEqual(['bronze', 'silver', 'gold', 'quarantine']);
  expect(instance.depends_on).toEqual([
    expect.stringMatching(/^azurerm_role_assignment\.Backup_Backup-acmelake_/),
  ]);
  expect(resourcesOf(stack, 'role_assignment')).toEqual([
    expect.objectContaining({
      role_definition_name: 'Storage Account Backup Contributor',
      scope: expect.stringContaining('azurerm_storage_account.'),
    }),
  ]);
});

test('it can be locked, elsewhere and longer', () => {
  const stack = backupWith({
    locked: true,
    retentionDays: 3650,
    redundancy: BackupRedundancy.ZONE,
    timeOfDay: '23:30',
    startDate: '2027-01-01',
  });
  expect(onlyOf(stack, 'data_protection_backup_vault')).toMatchObject({
    immutability: 'Locked',
    redundancy: 'ZoneRedundant',
  });
  expect(onlyOf(stack, 'data_protection_backup_policy_blob_storage')).toMatchObject({
    backup_repeating_time_intervals: ['R/2027-01-01T23:30:00+00:00/P1D'],
    vault_default_retention_duration: 'P3650D',
  });
});

test.each<[Partial<LakeBackupProps>, string]>([
  [{ lake: undefined }, '"Azure/Backup" backs up nothing. Pass a lake, or name zones.'],
  [
    { vaultName: '1st' },
    '"1st" is no name of a backup vault: 2 to 50 letters, digits and dashes, beginning with a letter.',
  ],
  [{ retentionDays: 3651 }, 'retentionDays must be 1 to 3650 whole days. Received 3651.'],
  [{ timeOfDay: '5 am' }, 'timeOfDay must be a time of the day in UTC. Received "5 am". Write 05:00.'],
  [{ startDate: 'today' }, 'startDate must be a date. Received "today". Write 2027-01-01.'],
])('refused: %j', (props, message) => {
  expect(() => backupWith(props)).toThrow(new Error(message));
});

test('refused: accounts with folders, and more zones than a backup takes', () => {
  expect(() => backupWith({}, { hierarchicalNamespace: true })).toThrow(
    new Error(
      'The account acmelake has hierarchicalNamespace: true, which backups of blobs do not take. Leave it out of the backup, or the namespace ' +
        'out of the account.',
    ),
  );
  const extraZones = Object.fromEntries(Array.from({ length: 97 }, (_one, index) => [`zone${index}`, {}]));
  expect(() => backupWith({}, { extraZones })).toThrow(
    new Error('101 zones of the account acmelake are backed up; Azure Backup takes 100. Leave some out.'),
  );
});

test('accounts of another region than the vault are refused', () => {
  expect(() =>
    backupWith(
      { resourceGroup: { id: '/g', name: 'g', location: 'North Europe' } },
      { location: 'westeurope' },
    ),
  ).toThrow(
    'The account acmelake is in westeurope, and the vault in North Europe. Use a resource group in the region of the account.',
  );
  expect(() =>
    backupWith(
      { resourceGroup: { id: '/g', name: 'g', location: 'West Europe' } },
      { location: 'westeurope' },
    ),
  ).not.toThrow();
});
