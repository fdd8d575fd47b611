import type { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import { StorageManagedFolder } from '@cdktf/provider-google/lib/storage-managed-folder';
import { StorageManagedFolderIamMember } from '@cdktf/provider-google/lib/storage-managed-folder-iam-member';
import { type TerraformResource, TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { requireTerraformStack, resolved } from '../../terraform';
import { requireBucketName } from './bucket-name';
import type { BucketLocation } from './bucket-location';
import { folder } from './folder';
import type { IMember } from './member';
import { ZoneGrant } from './zone-grant';
import type { IZoneKey } from './zone-key';

/** Roles a zone grants, from reading to deleting. https://docs.cloud.google.com/storage/docs/access-control/iam-roles */
export const ROLES = {
  read: 'roles/storage.objectViewer',
  create: 'roles/storage.objectCreator',
  all: 'roles/storage.objectUser',
};

/**
 * The bucket of one zone: created by this library or owned by the user. Grants need no right on the key: the service
 * agent of Cloud Storage, which has one, encrypts and decrypts for members.
 */
export interface IZoneBucket extends IConstruct {
  readonly bucketName: string;
  /** Undefined for a bucket of its owner's. */
  readonly location?: BucketLocation;
  /** Folder of the bucket the zone is, with a slash at its end; undefined where it is the whole bucket. */
  readonly root?: string;
  /** Key the objects are encrypted with; undefined for a bucket of its owner's. */
  readonly encryptionKey?: IZoneKey;
  /** `gs://<bucket>/<root><key>`. Keys and prefixes here and below are those within the zone. */
  gsUri(key?: string): string;
  /** Read objects, and list them, below `prefix` (a folder; the whole zone when left out). */
  grantRead(member: IMember, prefix?: string): ZoneGrant;
  /**
   * Write new objects below `prefix`. Neither delete nor replace: on Cloud Storage an object that is replaced needs the
   * right to delete it, so that this is append-only.
   */
  grantWrite(member: IMember, prefix?: string): ZoneGrant;
  grantReadWrite(member: IMember, prefix?: string): ZoneGrant;
  /**
   * Read and commit to the Iceberg table in a folder: as `grantReadWrite`, and replace and delete in its folder
   * `metadata/`, where commits clear away what they supersede.
   */
  grantTableCommit(member: IMember, tableFolder: string): ZoneGrant;
  /** Read, write, replace and delete objects below `prefix`: for compaction and expiry. */
  grantMaintenance(member: IMember, prefix?: string): ZoneGrant;
  /**
   * A role of IAM, for services that need one of their own, until an instant (ISO 8601).
   * @internal
   */
  _grantRole(role: string, member: IMember, prefix?: string, validUntil?: string): ZoneGrant;
}

/** What created and imported zone buckets have in common. */
export abstract class ZoneBucketBase extends Construct implements IZoneBucket {
  abstract readonly bucketName: string;
  abstract readonly location?: BucketLocation;
  abstract readonly root?: string;
  abstract readonly encryptionKey?: IZoneKey;

  gsUri(key?: string): string {
    return `gs://${this.bucketName}/${this.root ?? ''}${key ?? ''}`;
  }

  grantRead(member: IMember, prefix?: string): ZoneGrant {
    return this._grantRole(ROLES.read, member, prefix);
  }

  grantWrite(member: IMember, prefix?: string): ZoneGrant {
    return this._grantRole(ROLES.create, member, prefix);
  }

  grantReadWrite(member: IMember, prefix?: string): ZoneGrant {
    return this.grantRead(member, prefix).combine(this.grantWrite(member, prefix));
  }

  grantTableCommit(member: IMember, tableFolder: string): ZoneGrant {
    return this.grantReadWrite(member, tableFolder).combine(
      this._grantRole(ROLES.all, member, `${folder(tableFolder)}metadata`),
    );
  }

  grantMaintenance(member: IMember, prefix?: string): ZoneGrant {
    return this._grantRole(ROLES.all, member, prefix);
  }

  /**
   * One binding for a role, a member and a folder, however often it is granted.
   * @internal
   */
  _grantRole(role: string, to: IMember, prefix?: string, validUntil?: string): ZoneGrant {
    const { member, memberId } = to;
    const condition =
      validUntil === undefined
        ? undefined
        : { title: `until ${validUntil}`, expression: `request.time < timestamp("${validUntil}")` };
    const path = `${this.root ?? ''}${prefix === undefined ? '' : folder(prefix)}`;
    const { bucketName: bucket } = this;
    const name = `${role.slice(role.lastIndexOf('.') + 1)}:${memberId}`;
    const granted = { bucket, role, member, condition };
    if (path === '') {
      const binding = childOf(this.placeOf(to, this), name, (scope, id) => {
        return new StorageBucketIamMember(scope, id, granted);
      });
      requireSame(binding, to, condition?.expression);
      return new ZoneGrant(member, [role], [binding]);
    }
    const managed = this.managedFolder(path);
    const place = this.placeOf(to, managed.node.scope as Construct);
    const binding = childOf(place, name, (scope, id) => {
      return new StorageManagedFolderIamMember(scope, id, { ...granted, managedFolder: managed.name });
    });
    requireSame(binding, to, condition?.expression);
    return new ZoneGrant(member, [role], [managed, binding]);
  }

  /** Bindings name the zone and the member: in the stack of the member they make no circle between two stacks. */
  private placeOf({ source }: IMember, own: Construct): Construct {
    if (source === undefined || TerraformStack.of(source) === TerraformStack.of(this)) return own;
    const id = `Access-${own.node.addr}`;
    return (source.node.tryFindChild(id) ?? new Construct(source as Construct, id)) as Construct;
  }

  /** Managed folders carry policies of their own, also for listing, which conditions on names of objects do not reach. */
  private managedFolder(path: string): StorageManagedFolder {
    const id = `Folder:${path.replace(/\/$/, '')}`;
    const group = (this.node.tryFindChild(id.replace(/\//g, '--')) ?? new Construct(this, id)) as Construct;
    return childOf(group, 'Folder', (scope, name) => {
      // Without it the last grant in a folder could not be taken back while objects are in it; they stay.
      const forceDestroy = true;
      return new StorageManagedFolder(scope, name, { bucket: this.bucketName, name: path, forceDestroy });
    });
  }
}

/** A binding is found again by the id of its member. @throws Error where that is another member's, or under another condition */
function requireSame(
  made: StorageBucketIamMember | StorageManagedFolderIamMember,
  { member, source }: IMember,
  expression?: string,
): void {
  const [one, other] = [made.memberInput, member].map((text) => resolved(made, text));
  const isMember = source !== undefined || one === other;
  if (isMember && resolved(made, made.conditionInput?.expression) === resolved(made, expression)) return;
  throw new Error(
    `"${made.node.path}" is a binding of another member, or under another condition. Give the member a memberId of its own, or grant it ` +
      'once.',
  );
}

function childOf<T extends TerraformResource>(
  scope: Construct,
  id: string,
  make: (scope: Construct, id: string) => T,
): T {
  return (scope.node.tryFindChild(id.replace(/\//g, '--')) as T | undefined) ?? make(scope, id);
}

/** A bucket the user owns, with the grants of a zone. Its configuration and policies are left as they are. */
export class ImportedZoneBucket extends ZoneBucketBase {
  readonly location?: BucketLocation;
  readonly encryptionKey?: IZoneKey;
  readonly root?: string;
  readonly bucketName: string;

  constructor(scope: Construct, id: string, bucket: StorageBucket | string, prefix?: string) {
    super(scope, id);
    requireTerraformStack(this);
    if (typeof bucket === 'string') requireBucketName(bucket);
    this.bucketName = typeof bucket === 'string' ? bucket : bucket.name;
    this.root = prefix === undefined ? undefined : folder(prefix);
  }
}
