import { DataProtectionBackupInstanceBlobStorage } from '@cdktf/provider-azurerm/lib/data-protection-backup-instance-blob-storage';
import { DataProtectionBackupPolicyBlobStorage } from '@cdktf/provider-azurerm/lib/data-protection-backup-policy-blob-storage';
import { DataProtectionBackupVault } from '@cdktf/provider-azurerm/lib/data-protection-backup-vault';
import { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import { Construct } from 'constructs';
import { isDay, known, requireTerraformStack } from '../../terraform';
import { requireDays } from '../days';
import type { IResourceGroup } from '../resource-group';
import { type ILakeAccount, type IZoneBucket, LakeAccount, type MedallionLake } from '../storage';
import { accountsOf, placeName, zonesOf } from './accounts-of';

/** Where the copies of backups are. */
export enum BackupRedundancy {
  /** One data center. */
  LOCAL = 'LocallyRedundant',
  /** Three zones of the region. */
  ZONE = 'ZoneRedundant',
  /** The paired region as well. */
  GEO = 'GeoRedundant',
}

/** What is backed up, and for how long. */
export interface LakeBackupProps {
  /** Group and region of the vault; the region has to be that of the accounts. */
  readonly resourceGroup: IResourceGroup;
  /** Name of the vault: 2 to 50 letters, digits and dashes, beginning with a letter. */
  readonly vaultName: string;
  /**
   * Lake whose zones are backed up.
   * @default - none: name `zones`
   */
  readonly lake?: MedallionLake;
  /**
   * Zones backed up beside those of the lake.
   * @default - none
   */
  readonly zones?: IZoneBucket[];
  /**
   * How many days a backup is kept, up to ten years.
   * @default 35
   */
  readonly retentionDays?: number;
  /**
   * Time of the daily backup, UTC: `05:00`.
   * @default '05:00'
   */
  readonly timeOfDay?: string;
  /**
   * Date of the first backup, `2027-01-01`; it may be over.
   * @default '2026-01-01'
   */
  readonly startDate?: string;
  /** @default BackupRedundancy.GEO */
  readonly redundancy?: BackupRedundancy;
  /**
   * Whether nobody deletes a backup before its end, ever: neither the vault can be removed then, nor its lock. Without, deleting is refused
   * as well, but somebody with the right can lift that first.
   * @default false
   */
  readonly locked?: boolean;
  /** @default - none */
  readonly tags?: { readonly [key: string]: string };
}

/** https://learn.microsoft.com/azure/backup/blob-backup-support-matrix */
const MOST_CONTAINERS = 100;

/**
 * Daily backups of zones in a vault of Azure Backup, out of the reach of whoever can delete the account: immutable, kept in a second region,
 * and with soft delete of their own.
 *
 * @throws Error without a zone, for a retention or a time Azure would refuse, for an account with folders, and for too many zones
 */
export class LakeBackup extends Construct {
  readonly vault: DataProtectionBackupVault;
  readonly policy: DataProtectionBackupPolicyBlobStorage;
  /** One for each account. */
  readonly instances: DataProtectionBackupInstanceBlobStorage[];
  /** The right to read the accounts and to restore to them. */
  readonly assignments: RoleAssignment[];

  constructor(scope: Construct, id: string, props: LakeBackupProps) {
    super(scope, id);
    requireTerraformStack(this);
    const zones = zonesOf(props);
    const { retentionDays = 35, timeOfDay = '05:00', startDate = '2026-01-01' } = props;
    if (zones.length === 0)
      throw new Error(`"${this.node.path}" backs up nothing. Pass a lake, or name zones.`);
    requireSchedule(props.vaultName, retentionDays, timeOfDay, startDate);
    const { resourceGroup } = props;
    this.vault = new DataProtectionBackupVault(this, 'Vault', {
      name: props.vaultName,
      resourceGroupName: resourceGroup.name,
      location: resourceGroup.location,
      datastoreType: 'VaultStore',
      redundancy: props.redundancy ?? BackupRedundancy.GEO,
      softDelete: 'On',
      retentionDurationInDays: 14,
      immutability: (props.locked ?? false) ? 'Locked' : 'Unlocked',
      identity: { type: 'SystemAssigned' },
      tags: props.tags as { [key: string]: string } | undefined,
      lifecycle: { preventDestroy: true },
    });
    this.policy = new DataProtectionBackupPolicyBlobStorage(this, 'Policy', {
      name: 'daily',
      vaultId: this.vault.id,
      backupRepeatingTimeIntervals: [`R/${startDate}T${timeOfDay}:00+00:00/P1D`],
      timeZone: 'UTC',
      vaultDefaultRetentionDuration: `P${retentionDays}D`,
    });
    const accounts = accountsOf(zones);
    this.assignments = accounts.map(
      (account) =>
        new RoleAssignment(this, `Backup-${placeName(account)}`, {
          scope: account.accountId,
          roleDefinitionName: 'Storage Account Backup Contributor',
          principalId: this.vault.identity.principalId,
          principalType: 'ServicePrincipal',
          description: 'Azure Backup takes and restores backups of the lake.',
        }),
    );
    this.instances = accounts.map((account, index) =>
      this.instance(placeName(account), account, zones, this.assignments[index], resourceGroup.location),
    );
  }

  private instance(
    place: string,
    account: ILakeAccount,
    zones: readonly IZoneBucket[],
    assignment: RoleAssignment,
    location: string,
  ): DataProtectionBackupInstanceBlobStorage {
    const { accountName } = account;
    const containers = [
      ...new Set(zones.filter((zone) => zone.account === account).map(({ containerName }) => containerName)),
    ];
    requireBackedUp(account, containers.length, location);
    return new DataProtectionBackupInstanceBlobStorage(this, `Instance-${place}`, {
      name: accountName,
      vaultId: this.vault.id,
      location,
      storageAccountId: account.accountId,
      storageAccountContainerNames: containers,
      backupPolicyId: this.policy.id,
      // Azure checks the right when the instance is made.
      dependsOn: [assignment],
    });
  }
}

function requireBackedUp(account: ILakeAccount, containers: number, location: string): void {
  const [here, there] = [known(account.location), known(location)];
  if (here !== undefined && there !== undefined && regionOf(here) !== regionOf(there)) {
    throw new Error(
      `The account ${account.accountName} is in ${here}, and the vault in ${there}. Use a resource group in the region of the account.`,
    );
  }
  if (account instanceof LakeAccount && account.hierarchicalNamespace) {
    throw new Error(
      `The account ${account.accountName} has hierarchicalNamespace: true, which backups of blobs do not take. Leave it out of the backup, ` +
        'or the namespace out of the account.',
    );
  }
  if (containers <= MOST_CONTAINERS) return;
  throw new Error(
    `${containers} zones of the account ${account.accountName} are backed up; Azure Backup takes ${MOST_CONTAINERS}. Leave some out.`,
  );
}

/** `West Europe` and `westeurope` are one. */
function regionOf(location: string): string {
  return location.replace(/ /g, '').toLowerCase();
}

function requireSchedule(
  vaultName: string,
  retentionDays: number,
  timeOfDay: string,
  startDate: string,
): void {
  const name = known(vaultName);
  if (name !== undefined && !/^[A-Za-z][A-Za-z\d-]{1,49}$/.test(name)) {
    throw new Error(
      `"${name}" is no name of a backup vault: 2 to 50 letters, digits and dashes, beginning with a letter.`,
    );
  }
  requireDays('retentionDays', retentionDays, { least: 1, most: 3650 });
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(timeOfDay)) {
    throw new Error(`timeOfDay must be a time of the day in UTC. Received "${timeOfDay}". Write 05:00.`);
  }
  if (!isDay(startDate)) {
    throw new Error(`startDate must be a date. Received "${startDate}". Write 2027-01-01.`);
  }
}
