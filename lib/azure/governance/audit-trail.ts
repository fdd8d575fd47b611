import { LogAnalyticsWorkspace } from '@cdktf/provider-azurerm/lib/log-analytics-workspace';
import { MonitorDiagnosticSetting } from '@cdktf/provider-azurerm/lib/monitor-diagnostic-setting';
import { Construct } from 'constructs';
import { known, requireTerraformStack } from '../../terraform';
import { requireDays } from '../days';
import {
  type ILakeAccount,
  type IZoneBucket,
  LakeAccount,
  LakeKey,
  type MedallionLake,
  ZoneBucket,
} from '../storage';
import { accountsOf, placeName, zonesOf } from './accounts-of';
import { subscriptionId } from './policy-scope';

/** Calls for blobs that can be recorded. */
export enum StorageOperation {
  READ = 'StorageRead',
  WRITE = 'StorageWrite',
  DELETE = 'StorageDelete',
}

/** A workspace that logs can be asked in, for example an `azurerm_log_analytics_workspace`. */
export interface ILogWorkspace {
  /** Resource id. */
  readonly id: string;
}

/** What is recorded, and how long the records cannot be lost. */
export interface AuditTrailProps {
  /**
   * Lake whose accounts are recorded.
   * @default - none: name `zones`
   */
  readonly lake?: MedallionLake;
  /**
   * Zones whose accounts are recorded beside those of the lake.
   * @default - none
   */
  readonly zones?: IZoneBucket[];
  /**
   * Which calls for blobs are recorded. Each costs; most are the reads of your own pipelines and queries.
   * @default - all
   */
  readonly operations?: StorageOperation[];
  /**
   * Whether changes to the subscription's resources are recorded too: roles, policies, firewalls. It takes a right on the subscription to
   * deploy that, and Azure keeps them for 90 days anyway.
   * @default false
   */
  readonly activityLog?: boolean;
  /**
   * Days a record can neither be changed nor deleted; it is deleted after that.
   * @default 365
   */
  readonly retentionDays?: number;
  /**
   * Whether nobody can shorten that, ever. Try it unlocked first: an account with a locked record in it can be removed by nobody.
   * @default false
   */
  readonly locked?: boolean;
  /**
   * Name of the account of the records, which has to be another one than any that is recorded.
   * @default - the first account's name and `audit`
   */
  readonly recordsAccountName?: string;
  /**
   * Workspace for the copy that is asked.
   * @default - one of its own
   */
  readonly workspace?: ILogWorkspace;
  /**
   * Days the copy in the workspace made here is kept, 30 to 730.
   * @default 90
   */
  readonly logRetentionDays?: number;
  /** @default - none */
  readonly tags?: { readonly [key: string]: string };
}

/**
 * A record of who read and wrote what in a lake and who used its key: diagnostic logs of the accounts and of the vault, into containers
 * where nobody changes or deletes a record, and into a workspace that can be asked.
 *
 * @throws Error without a zone, and for days Azure would refuse
 */
export class AuditTrail extends Construct {
  /** Account of the records. */
  readonly account: LakeAccount;
  /** Containers of the records, one for each kind: `resourceId=…/y=2027/m=01/d=31/h=00/m=00/PT1H.json`. */
  readonly records: ZoneBucket[];
  /** Undefined where a workspace was given. */
  readonly workspace?: LogAnalyticsWorkspace;
  /** Resource id of the workspace that can be asked. */
  readonly workspaceId: string;
  readonly settings: MonitorDiagnosticSetting[];
  /** What is recorded. */
  readonly recorded: ILakeAccount[];
  /** Keys whose use is recorded. */
  readonly keys: LakeKey[];
  /** Whether deletions of blobs are. */
  readonly recordsDeletions: boolean;

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    requireTerraformStack(this);
    const recorded = accountsOf(zonesOf(props));
    if (recorded.length === 0) {
      throw new Error(`"${this.node.path}" records nothing. Pass a lake, or name zones.`);
    }
    const { retentionDays = 365, operations = Object.values(StorageOperation) } = props;
    requireDays('retentionDays', retentionDays, { least: 1, most: 146_000 });
    requireDays('logRetentionDays', props.logRetentionDays, { least: 30, most: 730 });
    if (operations.length === 0)
      throw new Error('operations is empty, so that nothing would be recorded. Leave it out.');
    this.recorded = recorded;
    this.recordsDeletions = operations.includes(StorageOperation.DELETE);
    this.keys = [...new Set(recorded.flatMap((account) => vaultOf(account) ?? []))];
    const first = recorded[0];
    this.account = this.recordsAccount(first, props);
    const kinds = [
      ...operations.map((operation) => `insights-logs-${operation.toLowerCase()}`),
      ...(this.keys.length > 0 ? ['insights-logs-auditevent'] : []),
      ...((props.activityLog ?? false) ? ['insights-activity-logs'] : []),
    ];
    this.records = kinds.map((kind) => this.container(kind, retentionDays, props.locked ?? false));
    if (props.workspace === undefined) this.workspace = this.ownWorkspace(first, props);
    this.workspaceId = props.workspace?.id ?? this.workspace!.id;
    const record = (
      id: string,
      targetResourceId: string,
      categories: readonly string[],
      name = 'lake-audit',
    ) =>
      new MonitorDiagnosticSetting(this, id, {
        name,
        targetResourceId,
        storageAccountId: this.account.accountId,
        logAnalyticsWorkspaceId: this.workspaceId,
        enabledLog: categories.map((category) => ({ category })),
        // Azure Monitor would make the containers itself, without a retention.
        dependsOn: this.records.map(({ container, retention }) => retention ?? container),
      });
    this.settings = [
      ...recorded.map((account) =>
        record(`Blobs-${placeName(account)}`, `${account.accountId}/blobServices/default`, operations),
      ),
      ...this.keys.map((key) => record(`Key-${key.node.addr.slice(-8)}`, key.vault.id, ['AuditEvent'])),
      ...((props.activityLog ?? false)
        ? [
            // A subscription has the settings of every lake in it.
            record(
              'Activity',
              subscriptionId(this),
              ['Administrative', 'Security', 'Policy'],
              `lake-audit-${this.account.accountName}`,
            ),
          ]
        : []),
    ];
  }

  private recordsAccount(first: ILakeAccount, props: AuditTrailProps): LakeAccount {
    const own = first instanceof LakeAccount ? first : undefined;
    return new LakeAccount(this, 'Account', {
      accountName: props.recordsAccountName ?? recordsNameOf(first.accountName),
      resourceGroup: first.resourceGroup,
      // Logs of a regional resource go to an account of its region.
      location: first.location,
      network: own?.network,
      encryptionKey: own?.encryptionKey,
      customerManagedKey: own?.encryptionKey !== undefined,
      deletionProtection: own?.deletionProtection,
      tags: props.tags,
    });
  }

  private container(kind: string, days: number, locked: boolean): ZoneBucket {
    const name = kind.replace(/^insights-(logs-)?/, '');
    const zone = new ZoneBucket(this, `Records-${name}`, {
      account: this.account,
      containerName: kind,
      appendOnly: true,
      // Logs are append blobs, an hour each.
      retention: { days, locked, appendable: true },
    });
    this.account._expireContainer(kind, days + 1);
    return zone;
  }

  private ownWorkspace(first: ILakeAccount, props: AuditTrailProps): LogAnalyticsWorkspace {
    return new LogAnalyticsWorkspace(this, 'Workspace', {
      name: `${this.account.accountName}-logs`,
      resourceGroupName: first.resourceGroup.name,
      location: first.location,
      sku: 'PerGB2018',
      retentionInDays: props.logRetentionDays ?? 90,
      tags: props.tags as { [key: string]: string } | undefined,
    });
  }
}

/** @throws Error where the name of the account leaves no room */
function recordsNameOf(accountName: string): string {
  const name = `${accountName}audit`;
  if (known(accountName) === undefined || name.length <= 24) return name;
  throw new Error(
    `The account of the records would be called "${name}", which is longer than 24 characters. Give recordsAccountName.`,
  );
}

function vaultOf(account: ILakeAccount): LakeKey | undefined {
  if (!(account instanceof LakeAccount)) return undefined;
  return account.encryptionKey instanceof LakeKey ? account.encryptionKey : undefined;
}
