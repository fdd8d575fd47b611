import { Construct, type IConstruct } from 'constructs';
import { type Principal, ZoneGrant } from '../access';
import {
  APPENDER,
  COMMITTER,
  CREATOR,
  ERASER,
  type LakeRole,
  LakeRoles,
  MAINTAINER,
  READER,
  WRITER,
} from '../access/lake-roles';
import { ZoneAssignments } from '../access/zone-assignments';
import { requireTerraformStack } from '../../terraform';
import type { ILakeAccount } from './account/imported-account';
import { folder } from './folder';

/** A container of a storage account, for example an `azurerm_storage_container` made with `storage_account_id`. */
export interface IContainer {
  /** Resource id: `…/blobServices/default/containers/<name>`. */
  readonly id: string;
  readonly name: string;
}

/** The container of one zone: created by this library or owned by the user. */
export interface IZoneBucket extends IConstruct {
  readonly account: ILakeAccount;
  /** Resource id of the container. */
  readonly containerId: string;
  readonly containerName: string;
  /** Folder of the container the zone is, with a slash at its end; undefined where it is the whole container. */
  readonly root?: string;
  /** `abfss://<container>@<account>.dfs.core.windows.net/<root><key>`. Keys and prefixes here and below are those within the zone. */
  abfssUri(key?: string): string;
  /**
   * Read blobs, and list them, below `prefix` (a folder; the whole zone when left out). The account decrypts for whoever may read: nobody
   * needs a right on the key.
   */
  grantRead(principal: Principal, prefix?: string): ZoneGrant;
  /** Write blobs below `prefix`; in an append-only zone create them only. Deleting is not part of it. */
  grantWrite(principal: Principal, prefix?: string): ZoneGrant;
  grantReadWrite(principal: Principal, prefix?: string): ZoneGrant;
  /**
   * Read and commit to the Iceberg table in a folder, or to every table of the zone: as `grantReadWrite`, and clear away the metadata files
   * that commits supersede.
   */
  grantTableCommit(principal: Principal, tableFolder?: string): ZoneGrant;
  /** List and delete blobs below `prefix`: for compaction and expiry. Versions stay. */
  grantMaintenance(principal: Principal, prefix?: string): ZoneGrant;
  /** Delete blobs and their versions below `prefix`; they can be brought back as long as the account's soft delete says. */
  grantErasure(principal: Principal, prefix?: string): ZoneGrant;
}

/** What created and imported zones have in common. */
export abstract class ZoneBucketBase extends Construct implements IZoneBucket {
  abstract readonly account: ILakeAccount;
  abstract readonly containerId: string;
  abstract readonly containerName: string;
  abstract readonly root?: string;
  /** Whether grants let blobs be created, but not replaced. */
  abstract readonly appendOnly: boolean;
  private granted?: ZoneAssignments;

  abfssUri(key = ''): string {
    return `abfss://${this.containerName}@${this.account.dfsHost}/${this.root ?? ''}${key}`;
  }

  grantRead(principal: Principal, prefix?: string): ZoneGrant {
    return this.grant(principal, READER, prefix);
  }

  grantWrite(principal: Principal, prefix?: string): ZoneGrant {
    return this.grant(principal, this.appendOnly ? CREATOR : WRITER, prefix);
  }

  grantReadWrite(principal: Principal, prefix?: string): ZoneGrant {
    return this.grantRead(principal, prefix).combine(this.grantWrite(principal, prefix));
  }

  grantTableCommit(principal: Principal, tableFolder?: string): ZoneGrant {
    const tables = `${this.below(tableFolder) ?? ''}${tableFolder === undefined ? '*/' : ''}`;
    const superseded = `${tables}metadata/*.metadata.json`;
    return this.grant(principal, this.appendOnly ? APPENDER : COMMITTER, tableFolder, superseded);
  }

  grantMaintenance(principal: Principal, prefix?: string): ZoneGrant {
    return this.grant(principal, MAINTAINER, prefix);
  }

  grantErasure(principal: Principal, prefix?: string): ZoneGrant {
    return this.grant(principal, ERASER, prefix);
  }

  /** Reads with further lines in the condition, all of which have to hold. @internal */
  public _grantReadIf(
    principal: Principal,
    prefixes: readonly string[],
    further: readonly string[],
  ): ZoneGrant {
    const folders = prefixes.length === 0 ? [undefined] : prefixes;
    const made = folders.map((one) =>
      this.assignments.assign(principal, READER, { prefix: this.below(one) }, further),
    );
    return new ZoneGrant([...new Set(made)]);
  }

  private grant(principal: Principal, role: LakeRole, prefix?: string, deletable?: string): ZoneGrant {
    return new ZoneGrant([
      this.assignments.assign(principal, role, { prefix: this.below(prefix), deletable }),
    ]);
  }

  private below(prefix?: string): string | undefined {
    const path = `${this.root ?? ''}${prefix === undefined ? '' : folder(prefix)}`;
    return path === '' ? undefined : path;
  }

  private get assignments(): ZoneAssignments {
    this.granted ??= new ZoneAssignments(this, this.containerId, rolesOf(this.account));
    return this.granted;
  }
}

/** A container whose configuration is its owner's. */
export class ImportedZoneBucket extends ZoneBucketBase {
  readonly containerId: string;
  readonly containerName: string;
  readonly root?: string;
  readonly appendOnly = false;

  constructor(
    scope: Construct,
    id: string,
    readonly account: ILakeAccount,
    container: IContainer,
    prefix?: string,
  ) {
    super(scope, id);
    requireTerraformStack(this);
    this.containerId = container.id;
    this.containerName = container.name;
    this.root = prefix === undefined ? undefined : folder(prefix);
  }
}

/** The custom roles of accounts, which their zones share. */
const ROLES = new WeakMap<ILakeAccount, LakeRoles>();

function rolesOf(account: ILakeAccount): LakeRoles {
  let roles = ROLES.get(account);
  if (roles === undefined) {
    const { accountName, resourceGroup } = account;
    roles = new LakeRoles(account as ILakeAccount & Construct, {
      accountName,
      resourceGroupId: resourceGroup.id,
    });
    ROLES.set(account, roles);
  }
  return roles;
}
