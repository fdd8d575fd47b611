import { RoleDefinition } from '@cdktf/provider-azurerm/lib/role-definition';
import type { Construct } from 'constructs';
import { BlobAction } from './blob-actions';

/** What somebody may do in a zone. */
export interface LakeRole {
  /** Part of addresses and names. */
  readonly name: string;
  /** Sentence for the portal. */
  readonly description: string;
  readonly actions: readonly BlobAction[];
  /** A role that Azure has already. */
  readonly builtIn?: string;
}

const { READ, ADD, WRITE, DELETE, DELETE_VERSION } = BlobAction;

export const READER: LakeRole = {
  name: 'reader',
  description: 'Reads and lists blobs.',
  actions: [READ],
  builtIn: 'Storage Blob Data Reader',
};
/**
 * The built-in contributor deletes blobs, and whole containers: writers have roles of their own.
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage#storage-blob-data-contributor
 */
export const CREATOR: LakeRole = {
  name: 'creator',
  description: 'Creates blobs; neither replaces nor deletes any.',
  actions: [ADD],
};
export const WRITER: LakeRole = {
  name: 'writer',
  description: 'Creates and replaces blobs; deletes none.',
  actions: [ADD, WRITE],
};
export const APPENDER: LakeRole = {
  name: 'appender',
  description: 'Commits to Iceberg tables by new blobs only; conditions limit what it deletes.',
  actions: [READ, ADD, DELETE],
};
export const COMMITTER: LakeRole = {
  name: 'committer',
  description: 'Commits to Iceberg tables; conditions limit what it deletes.',
  actions: [READ, ADD, WRITE, DELETE],
};
export const MAINTAINER: LakeRole = {
  name: 'maintainer',
  description: 'Lists and deletes blobs: compaction and expiry.',
  actions: [READ, DELETE],
};
export const ERASER: LakeRole = {
  name: 'eraser',
  description: 'Deletes blobs and their versions.',
  actions: [READ, DELETE, DELETE_VERSION],
};

/** What custom roles of a lake are named after, and where they can be assigned. */
export interface RoleHome {
  /** Name of the storage account: unique in the world, so that the names of its roles are in the tenant. */
  readonly accountName: string;
  /** Resource id of the group they can be assigned in. */
  readonly resourceGroupId: string;
}

/** The custom roles of an account, each made when it is first granted. */
export class LakeRoles {
  private readonly definitions = new Map<string, RoleDefinition>();

  constructor(
    private readonly scope: Construct,
    private readonly home: RoleHome,
  ) {}

  definition(role: LakeRole): RoleDefinition {
    const made = this.definitions.get(role.name);
    if (made !== undefined) return made;
    const { accountName, resourceGroupId } = this.home;
    const definition = new RoleDefinition(this.scope, `Role-${role.name}`, {
      name: `Lake ${role.name} of ${accountName}`,
      description: role.description,
      scope: resourceGroupId,
      assignableScopes: [resourceGroupId],
      permissions: [{ actions: [], dataActions: [...role.actions] }],
    });
    this.definitions.set(role.name, definition);
    return definition;
  }
}
