import { DataAzurermClientConfig } from '@cdktf/provider-azurerm/lib/data-azurerm-client-config';
import { KeyVault } from '@cdktf/provider-azurerm/lib/key-vault';
import { KeyVaultKey } from '@cdktf/provider-azurerm/lib/key-vault-key';
import type { PrivateEndpoint } from '@cdktf/provider-azurerm/lib/private-endpoint';
import { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import { UserAssignedIdentity } from '@cdktf/provider-azurerm/lib/user-assigned-identity';
import type { TerraformResource } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { requireTerraformStack } from '../../../terraform';
import { requireDays } from '../../days';
import type { Principal } from '../../access';
import type { IResourceGroup } from '../../resource-group';
import { requireVaultName } from './account-name';
import {
  firewallOf,
  type LakeNetworkOptions,
  letsSomebodyIn,
  privateEndpoint,
  requireNetwork,
} from './lake-network';

/** A key that accounts are encrypted with, and the identity they use it by. */
export interface ILakeKey extends IConstruct {
  /** Id of the key without a version, so that its rotation is followed: `https://<vault>.vault.azure.net/keys/<name>`. */
  readonly keyId: string;
  /** Resource id of a user-assigned identity that may wrap and unwrap with it. */
  readonly identityId: string;
  /** What has to be there before an account can name the key: the identity's right to use it. */
  readonly access: TerraformResource[];
}

/** A key that is there already. */
export interface LakeKeyAttributes {
  /** Id of the key without a version: `https://<vault>.vault.azure.net/keys/<name>`. Purge protection has to be on. */
  readonly keyId: string;
  /** Resource id of a user-assigned identity with the role Key Vault Crypto Service Encryption User for it. */
  readonly identityId: string;
}

/** A key, the vault it is in, and who may use it. */
export interface LakeKeyProps {
  readonly resourceGroup: IResourceGroup;
  /** Name of the vault: 3 to 24 letters, digits and dashes, unique in the world. */
  readonly vaultName: string;
  /** @default - that of the resource group */
  readonly location?: string;
  /** Who reaches the vault: the machine Terraform runs on has to, which makes the key. */
  readonly network: LakeNetworkOptions;
  /**
   * Days after which the key is rotated; data stay readable, as the account follows. 28 at the least.
   * @default 365
   */
  readonly rotationDays?: number;
  /**
   * Who makes and rotates the key.
   * @default - whoever runs Terraform
   */
  readonly officer?: Principal;
  /**
   * Whether Terraform refuses to destroy the key and its vault, without which the data cannot be read.
   * @default true
   */
  readonly deletionProtection?: boolean;
  /** @default - none */
  readonly tags?: { readonly [key: string]: string };
}

/**
 * A key of one's own for a lake, rotated yearly, in a vault with purge protection that knows roles instead of access policies and lets in
 * whom its network names; and an identity with the one role that storage needs for it.
 *
 * @throws Error for a name or a rotation Azure would refuse, and for a network that lets nobody in, so that the key could not be made
 */
export class LakeKey extends Construct implements ILakeKey {
  /** A key that is there already, and an identity that may use it. */
  static fromAttributes(scope: Construct, id: string, attributes: LakeKeyAttributes): ILakeKey {
    if (/\/keys\/[^/]+\/./.test(attributes.keyId)) {
      throw new Error(
        `keyId "${attributes.keyId}" names one version, so that a rotation would be missed. Leave the version out.`,
      );
    }
    return new ImportedLakeKey(scope, id, attributes);
  }

  readonly keyId: string;
  readonly identityId: string;
  readonly vault: KeyVault;
  /** Group the vault is in. */
  readonly resourceGroup: IResourceGroup;
  readonly key: KeyVaultKey;
  /** What accounts use the key by. */
  readonly identity: UserAssignedIdentity;
  readonly access: TerraformResource[];
  /** Undefined without `privateAccess`. */
  readonly privateEndpoint?: PrivateEndpoint;

  constructor(scope: Construct, id: string, props: LakeKeyProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { resourceGroup, vaultName, network } = props;
    this.resourceGroup = resourceGroup;
    requireVaultName(vaultName);
    requireNetwork(network);
    if (!letsSomebodyIn(network)) {
      throw new Error(
        `The vault "${vaultName}" would let nobody in, so that Terraform could not make the key. Name the address Terraform comes from in ` +
          "network.allowedAddresses ('203.0.113.7'), or subnets or privateAccess where it runs inside of a network.",
      );
    }
    const rotationDays = props.rotationDays ?? 365;
    requireDays('rotationDays', rotationDays, { least: 28, most: 3650 });
    const location = props.location ?? resourceGroup.location;
    const at = { location, resourceGroupName: resourceGroup.name, tags: props.tags };
    const lifecycle = { preventDestroy: props.deletionProtection ?? true };
    const deployer = new DataAzurermClientConfig(this, 'Deployer', {});
    this.vault = new KeyVault(this, 'Vault', {
      ...at,
      name: vaultName,
      tenantId: deployer.tenantId,
      skuName: 'standard',
      rbacAuthorizationEnabled: true,
      // Storage takes keys of vaults with purge protection only.
      purgeProtectionEnabled: true,
      softDeleteRetentionDays: 90,
      publicNetworkAccessEnabled: network.publicEndpoint ?? true,
      networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny', ...firewallOf(network) },
      lifecycle,
    });
    const officer = new RoleAssignment(this, 'Officer', {
      scope: this.vault.id,
      roleDefinitionName: 'Key Vault Crypto Officer',
      principalId: props.officer?.objectId ?? deployer.objectId,
      principalType: props.officer?.type,
      description: 'Makes and rotates the key of the lake.',
    });
    if (network.privateAccess) {
      const target = {
        name: vaultName,
        resourceId: this.vault.id,
        subresource: 'vault',
        location,
        resourceGroup,
      };
      this.privateEndpoint = privateEndpoint(this, network.privateAccess, { ...target, tags: props.tags });
    }
    this.key = new KeyVaultKey(this, 'Key', {
      name: 'lake',
      keyVaultId: this.vault.id,
      keyType: 'RSA',
      keySize: 3072,
      keyOpts: ['wrapKey', 'unwrapKey'],
      rotationPolicy: { automatic: { timeAfterCreation: `P${rotationDays}D` } },
      tags: props.tags,
      dependsOn: [officer, ...(this.privateEndpoint ? [this.privateEndpoint] : [])],
      lifecycle,
    });
    this.identity = new UserAssignedIdentity(this, 'Identity', { ...at, name: `${vaultName}-storage` });
    const user = new RoleAssignment(this, 'User', {
      scope: this.key.resourceVersionlessId,
      roleDefinitionName: 'Key Vault Crypto Service Encryption User',
      principalId: this.identity.principalId,
      principalType: 'ServicePrincipal',
      description: 'Storage wraps and unwraps the keys of its data.',
    });
    this.access = [this.key, user];
    this.keyId = this.key.versionlessId;
    this.identityId = this.identity.id;
  }
}

class ImportedLakeKey extends Construct implements ILakeKey {
  readonly keyId: string;
  readonly identityId: string;
  readonly access: TerraformResource[] = [];

  constructor(scope: Construct, id: string, { keyId, identityId }: LakeKeyAttributes) {
    super(scope, id);
    this.keyId = keyId;
    this.identityId = identityId;
  }
}
