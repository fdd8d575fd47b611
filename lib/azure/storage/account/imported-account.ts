import { Construct, type IConstruct } from 'constructs';
import { requireTerraformStack } from '../../../terraform';
import type { IResourceGroup } from '../../resource-group';
import { requireAccountName } from './account-name';

/** A storage account with zones: created by this library or owned by the user. */
export interface ILakeAccount extends IConstruct {
  readonly accountName: string;
  /** Resource id. */
  readonly accountId: string;
  /** `<account>.dfs.core.windows.net`, or what it is in the cloud of a country. */
  readonly dfsHost: string;
  readonly location: string;
  /** Group that the custom roles of its grants can be assigned in. */
  readonly resourceGroup: IResourceGroup;
}

/** An account that is there already. */
export interface LakeAccountAttributes {
  readonly accountName: string;
  /** The group it is in. */
  readonly resourceGroup: IResourceGroup;
  /**
   * @default - `<account>.dfs.core.windows.net`
   */
  readonly dfsHost?: string;
}

/** An account whose configuration is its owner's. */
export class ImportedLakeAccount extends Construct implements ILakeAccount {
  readonly accountName: string;
  readonly accountId: string;
  readonly dfsHost: string;
  readonly location: string;
  readonly resourceGroup: IResourceGroup;

  constructor(scope: Construct, id: string, attributes: LakeAccountAttributes) {
    super(scope, id);
    requireTerraformStack(this);
    requireAccountName(attributes.accountName);
    const { accountName, resourceGroup } = attributes;
    this.accountName = accountName;
    this.resourceGroup = resourceGroup;
    this.location = resourceGroup.location;
    this.accountId = `${resourceGroup.id}/providers/Microsoft.Storage/storageAccounts/${accountName}`;
    this.dfsHost = attributes.dfsHost ?? `${accountName}.dfs.core.windows.net`;
  }
}
