import type { PrivateEndpoint } from '@cdktf/provider-azurerm/lib/private-endpoint';
import { StorageAccount } from '@cdktf/provider-azurerm/lib/storage-account';
import {
  StorageManagementPolicy,
  type StorageManagementPolicyRule,
} from '@cdktf/provider-azurerm/lib/storage-management-policy';
import { Construct } from 'constructs';
import { dependenciesOf, requireTerraformStack } from '../../../terraform';
import type { IResourceGroup } from '../../resource-group';
import { cleanUpRule, expirationRule, namedRules } from '../lifecycle-rules';
import { requireAccountName, vaultNameOf } from './account-name';
import { type ILakeKey, LakeKey } from './lake-key';
import { type LakeAccountProps, requireAccount } from './lake-account-props';
import { firewallOf, type LakeNetworkOptions, privateEndpoint } from './lake-network';
import { type ILakeAccount, ImportedLakeAccount, type LakeAccountAttributes } from './imported-account';
import { StorageRedundancy } from './redundancy';

/**
 * A storage account for the zones of a lake: TLS 1.2, no public blobs, no shared keys, a firewall that turns everybody away whom its
 * network does not name, encrypted twice and with a key of yours, versioned, with soft delete of blobs and containers, and kept when the
 * stack is destroyed. What Azure has once for an account is here: redundancy, versions, lifecycle policy.
 *
 * @throws Error for names and combinations Azure would refuse at deployment
 */
export class LakeAccount extends Construct implements ILakeAccount {
  /** An account that is there already, for `ZoneBucket.fromContainer`. Its configuration is left as it is. */
  static fromAttributes(scope: Construct, id: string, attributes: LakeAccountAttributes): ILakeAccount {
    return new ImportedLakeAccount(scope, id, attributes);
  }

  readonly account: StorageAccount;
  readonly accountName: string;
  readonly accountId: string;
  readonly dfsHost: string;
  readonly location: string;
  readonly resourceGroup: IResourceGroup;
  readonly redundancy: StorageRedundancy;
  readonly hierarchicalNamespace: boolean;
  readonly versioned: boolean;
  readonly noncurrentVersionExpirationDays: number;
  readonly softDeleteDays: number;
  readonly network: LakeNetworkOptions;
  readonly deletionProtection: boolean;
  readonly tags?: { readonly [key: string]: string };
  /** Undefined where Microsoft's key is used. */
  readonly encryptionKey?: ILakeKey;
  /** Empty without `privateAccess`. */
  readonly privateEndpoints: PrivateEndpoint[];
  private readonly props: LakeAccountProps;
  private policy?: StorageManagementPolicy;
  private rules: StorageManagementPolicyRule[] = [];
  private changeFeed: boolean;
  private lastAccess = false;
  private readonly containers = new Set<string>();

  constructor(scope: Construct, id: string, props: LakeAccountProps) {
    super(scope, id);
    requireTerraformStack(this);
    requireAccountName(props.accountName);
    requireAccount(props);
    const { accountName, resourceGroup, network = {}, hierarchicalNamespace = false } = props;
    this.props = props;
    this.accountName = accountName;
    this.resourceGroup = resourceGroup;
    this.network = network;
    this.tags = props.tags;
    this.location = props.location ?? resourceGroup.location;
    this.redundancy = props.redundancy ?? StorageRedundancy.ZRS;
    this.hierarchicalNamespace = hierarchicalNamespace;
    this.versioned = props.versioning ?? !hierarchicalNamespace;
    this.noncurrentVersionExpirationDays = props.noncurrentVersionExpirationDays ?? 30;
    this.softDeleteDays = props.softDeleteDays ?? 30;
    this.deletionProtection = props.deletionProtection ?? true;
    this.changeFeed = props.changeFeed ?? props.pointInTimeRestoreDays !== undefined;
    if (props.customerManagedKey ?? true) {
      this.encryptionKey = props.encryptionKey ?? this.ownKey();
    }
    this.account = this.storageAccount();
    this.accountId = this.account.id;
    this.dfsHost = this.account.primaryDfsHost;
    this.privateEndpoints = this.privateAccess();
    if (this.versioned) this.addRules([cleanUpRule(this.noncurrentVersionExpirationDays)]);
  }

  /** Whether the change feed is on; it can be switched on by what needs it, unless it was switched off. */
  get hasChangeFeed(): boolean {
    return this.changeFeed;
  }

  /** @throws Error for a container that is made already. @internal */
  public _addContainer(name: string): void {
    if (this.containers.has(name)) {
      throw new Error(`The account ${this.accountName} has a container "${name}" already. Use another name.`);
    }
    this.containers.add(name);
  }

  /** Adds rules to the one lifecycle policy of the account. @internal */
  public _addRules(rules: StorageManagementPolicyRule[]): void {
    this.addRules(rules);
  }

  /** Deletes all of a container's blobs by age. @internal */
  public _expireContainer(container: string, days: number): void {
    this.addRules([expirationRule(`${container}/`, days)]);
  }

  /** Notes when blobs are read, which rules by last access need. @internal */
  public _trackLastAccess(): void {
    this.lastAccess = true;
    this.account.putBlobProperties(this.blobProperties());
  }

  /** @throws Error where the change feed was switched off. @internal */
  public _needChangeFeed(what: string): void {
    if (this.props.changeFeed === false) {
      throw new Error(
        `${what} reads the change feed of ${this.accountName}, which has changeFeed: false. Leave it out.`,
      );
    }
    this.changeFeed = true;
    this.account.putBlobProperties(this.blobProperties());
  }

  private addRules(rules: StorageManagementPolicyRule[]): void {
    if (rules.length === 0) return;
    this.rules = namedRules(this.accountName, [...this.rules, ...rules]);
    if (this.policy) this.policy.putRule(this.rules);
    else {
      this.policy = new StorageManagementPolicy(this, 'Lifecycle', {
        storageAccountId: this.account.id,
        rule: this.rules,
      });
    }
  }

  private storageAccount(): StorageAccount {
    const { versionLock } = this.props;
    const key = this.encryptionKey;
    return new StorageAccount(this, 'Account', {
      name: this.accountName,
      resourceGroupName: this.resourceGroup.name,
      location: this.location,
      tags: this.tags as { [key: string]: string } | undefined,
      accountKind: 'StorageV2',
      accountTier: 'Standard',
      accountReplicationType: this.redundancy,
      accessTier: 'Hot',
      isHnsEnabled: this.hierarchicalNamespace,
      minTlsVersion: 'TLS1_2',
      httpsTrafficOnlyEnabled: true,
      allowNestedItemsToBePublic: false,
      sharedAccessKeyEnabled: false,
      defaultToOauthAuthentication: true,
      localUserEnabled: false,
      crossTenantReplicationEnabled: false,
      // Copies come from accounts of the same directory only.
      allowedCopyScope: 'AAD',
      infrastructureEncryptionEnabled: true,
      publicNetworkAccessEnabled: this.network.publicEndpoint ?? true,
      networkRules: { defaultAction: 'Deny', bypass: ['AzureServices'], ...firewallOf(this.network) },
      blobProperties: this.blobProperties(),
      ...(versionLock && {
        immutabilityPolicy: {
          periodSinceCreationInDays: versionLock.days,
          state: versionLock.locked ? 'Locked' : 'Unlocked',
          allowProtectedAppendWrites: versionLock.appendable ?? false,
        },
      }),
      ...(key && {
        identity: { type: 'UserAssigned', identityIds: [key.identityId] },
        customerManagedKey: { keyVaultKeyId: key.keyId, userAssignedIdentityId: key.identityId },
        dependsOn: dependenciesOf(this, key.access),
      }),
      lifecycle: { preventDestroy: this.deletionProtection },
    });
  }

  private blobProperties() {
    const { pointInTimeRestoreDays } = this.props;
    return {
      versioningEnabled: this.versioned,
      changeFeedEnabled: this.changeFeed,
      lastAccessTimeEnabled: this.lastAccess,
      deleteRetentionPolicy: { days: this.softDeleteDays },
      containerDeleteRetentionPolicy: { days: this.softDeleteDays },
      ...(pointInTimeRestoreDays !== undefined && { restorePolicy: { days: pointInTimeRestoreDays } }),
    };
  }

  private ownKey(): LakeKey {
    return new LakeKey(this, 'EncryptionKey', {
      resourceGroup: this.resourceGroup,
      location: this.location,
      vaultName: this.props.vaultName ?? vaultNameOf(this.accountName),
      network: this.network,
      deletionProtection: this.deletionProtection,
      tags: this.tags,
    });
  }

  private privateAccess(): PrivateEndpoint[] {
    const { privateAccess } = this.network;
    if (privateAccess === undefined) return [];
    const { accountName: name, location, resourceGroup } = this;
    const target = { name, location, resourceGroup, resourceId: this.account.id };
    return ['blob', 'dfs'].map((subresource) =>
      privateEndpoint(this, privateAccess, { ...target, subresource, tags: this.tags }),
    );
  }
}
