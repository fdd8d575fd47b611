import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { zoneReads } from '../granted-access';
import { ARCHIVE_TAG } from '../../contract/archive-tag';
import { acknowledgeWildcards } from '../suppressions';

/** Which new objects start something. */
export interface ObjectCreatedOptions {
  /** Folder the objects are in, for example `landing/`. Required: a rule over a whole bucket fires on its own output. */
  readonly prefix: string;
  /**
   * End of the key, for example `.json`.
   * @default - any
   */
  readonly suffix?: string;
  /**
   * What the rule invokes.
   * @default - none; add targets to the rule
   */
  readonly target?: events.IRuleTarget;
}

/** The bucket of one zone: created by this library or owned by the user. */
export interface IZoneBucket extends IConstruct {
  readonly bucket: s3.IBucket;
  /** Folder of the bucket the zone is, with a slash at its end; undefined where it is the whole bucket. */
  readonly root?: string;
  /** Key the objects are encrypted with; undefined for a bucket without one. */
  readonly encryptionKey?: IKey;
  /** `s3://<bucket>/<root><key>`. Keys and prefixes here and below are those within the zone. */
  s3Uri(key?: string): string;
  /** Read objects, and list them, below `prefix` (a folder; the whole bucket when left out), and decrypt them. */
  grantRead(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /** Write new objects below `prefix`, and encrypt them. Deleting is not part of it. */
  grantWrite(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  grantReadWrite(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /**
   * Read and commit to the Iceberg table in a folder, or to every table of the zone: as `grantReadWrite`, and clear away the metadata files
   * that commits supersede (`write.metadata.delete-after-commit.enabled`).
   */
  grantTableCommit(grantee: iam.IGrantable, folder?: string): iam.Grant;
  /** Delete objects below `prefix`, and be exempt from the zone's append-only policy: for compaction and expiry. */
  grantMaintenance(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /** Set and lift legal holds of versions below `prefix`: a version that is held is not deleted, whatever its age. */
  grantLegalHold(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /** Delete versions that governance mode locks, below `prefix`, or shorten their retention. For few, and audited. */
  grantGovernanceBypass(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /**
   * Delete objects and their versions below `prefix` for good, and be exempt from the zone's append-only policy; what Object
   * Lock keeps stays. For `SubjectErasure`: few, and audited.
   */
  grantErasure(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /** Bring versions below `prefix` back, as `lakehouse restore` does: list and read versions, and write objects. */
  grantRestore(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /** Read and set the tags of objects below `prefix`. */
  grantTagging(grantee: iam.IGrantable, prefix?: string): iam.Grant;
  /**
   * A lifecycle rule that moves the objects of a folder that carry the tag `lakehouse:tier` = `archive`, whatever their age.
   * @throws Error for a bucket whose lifecycle is its owner's
   */
  moveTagged(id: string, prefix: string, storageClass: s3.StorageClass): void;
  /** An EventBridge rule for objects created below a prefix. */
  onObjectCreated(id: string, options: ObjectCreatedOptions): events.Rule;
}

/**
 * What created and imported zone buckets have in common.
 *
 * The grants are written out here because those of `IBucket` carry action wildcards (`s3:GetObject*`,
 * `kms:ReEncrypt*`) that reach further than reading and writing.
 */
export abstract class ZoneBucketBase extends Construct implements IZoneBucket {
  abstract readonly bucket: s3.IBucket;
  abstract readonly encryptionKey?: IKey;
  abstract readonly root?: string;

  s3Uri(key?: string): string {
    const path = `${this.root ?? ''}${key ?? ''}`;
    return path === '' ? this.bucket.s3UrlForObject() : this.bucket.s3UrlForObject(path);
  }

  grantRead(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    zoneReads.note(this, { zone: this, grantee });
    const grant = this.grantObjects(grantee, ['s3:GetObject'], prefix).combine(
      this.grantListing(grantee, prefix),
    );
    return this.combineKey(grant, grantee, 'kms:Decrypt');
  }

  grantWrite(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    const grant = this.grantObjects(grantee, WRITE_ACTIONS, prefix);
    // Decrypt: S3 asks for it on the parts of a multipart upload.
    return this.combineKey(grant, grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  grantReadWrite(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.grantRead(grantee, prefix).combine(this.grantWrite(grantee, prefix));
  }

  grantMaintenance(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    this.exemptFromAppendOnly(grantee);
    return this.grantObjects(grantee, ['s3:DeleteObject'], prefix).combine(
      this.grantListing(grantee, prefix),
    );
  }

  grantTableCommit(grantee: iam.IGrantable, tableFolder?: string): iam.Grant {
    const superseded = `${tableFolder === undefined ? '*/' : folder(tableFolder)}metadata/*.metadata.json`;
    return this.grantReadWrite(grantee, tableFolder).combine(
      this.grantKeys(grantee, ['s3:DeleteObject'], superseded),
    );
  }

  grantLegalHold(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.grantObjects(grantee, ['s3:GetObjectLegalHold', 's3:PutObjectLegalHold'], prefix).combine(
      this.grantListing(grantee, prefix, 's3:ListBucketVersions'),
    );
  }

  grantGovernanceBypass(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    this.exemptFromAppendOnly(grantee);
    const actions = ['s3:BypassGovernanceRetention', 's3:DeleteObjectVersion', 's3:PutObjectRetention'];
    return this.grantObjects(grantee, actions, prefix).combine(
      this.grantListing(grantee, prefix, 's3:ListBucketVersions'),
    );
  }

  grantErasure(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.grantMaintenance(grantee, prefix)
      .combine(this.grantObjects(grantee, ERASURE_ACTIONS, prefix))
      .combine(this.grantListing(grantee, prefix, 's3:ListBucketVersions'));
  }

  grantRestore(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.grantWrite(grantee, prefix)
      .combine(this.grantObjects(grantee, RESTORE_ACTIONS, prefix))
      .combine(this.grantListing(grantee, prefix, 's3:ListBucketVersions'));
  }

  grantTagging(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.grantObjects(grantee, ['s3:GetObjectTagging', 's3:PutObjectTagging'], prefix);
  }

  moveTagged(id: string, prefix: string, storageClass: s3.StorageClass): void {
    const { key, value } = ARCHIVE_TAG;
    if (!(this.bucket instanceof s3.Bucket)) {
      throw new Error(
        `The lifecycle of the bucket of "${this.node.path}" is its owner's. Add a rule there that moves objects with the tag ` +
          `${key} = ${value}, and set lifecycleRule: false.`,
      );
    }
    this.bucket.addLifecycleRule({
      id,
      prefix: `${this.root ?? ''}${folder(prefix)}`,
      tagFilters: { [key]: value },
      transitions: [{ storageClass, transitionAfter: Duration.days(0) }],
    });
  }

  onObjectCreated(id: string, options: ObjectCreatedOptions): events.Rule {
    const { suffix } = options;
    const prefix = `${this.root ?? ''}${options.prefix}`;
    if (options.prefix === '') {
      throw new Error(
        'onObjectCreated needs a prefix, received "": a rule over the whole bucket fires on what its own target writes. ' +
          'Name the folder the objects arrive in, for example "landing/".',
      );
    }
    const rule = new events.Rule(this, id, {
      description: `Objects created in ${prefix}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [this.bucket.bucketName] },
          object: { key: [suffix === undefined ? { prefix } : { wildcard: `${prefix}*${suffix}` }] },
        },
      },
    });
    if (options.target) rule.addTarget(options.target);
    return rule;
  }

  protected abstract exemptFromAppendOnly(grantee: iam.IGrantable): void;

  private grantObjects(grantee: iam.IGrantable, actions: string[], prefix?: string): iam.Grant {
    return this.grantKeys(grantee, actions, prefix === undefined ? '*' : `${folder(prefix)}*`);
  }

  private grantKeys(grantee: iam.IGrantable, actions: string[], keys: string): iam.Grant {
    const pattern = `${this.root ?? ''}${keys}`;
    const resourceArns = [this.bucket.arnForObjects(pattern)];
    acknowledgeWildcards(
      grantee,
      resourceArns,
      `Objects are named at run time: the grant covers ${pattern} of one bucket.`,
    );
    return iam.Grant.addToPrincipalOrResource({ grantee, actions, resourceArns, resource: this.bucket });
  }

  private grantListing(grantee: iam.IGrantable, prefix?: string, listing = 's3:ListBucket'): iam.Grant {
    const path = `${this.root ?? ''}${prefix === undefined ? '' : folder(prefix)}`;
    const grant = (
      action: string,
      conditions?: { [operator: string]: { [key: string]: string[] } },
    ): iam.Grant =>
      iam.Grant.addToPrincipalOrResource({
        grantee,
        actions: [action],
        resourceArns: [this.bucket.bucketArn],
        resource: this.bucket,
        conditions,
      });
    return grant('s3:GetBucketLocation').combine(
      grant(
        listing,
        path === '' ? undefined : { StringLike: { 's3:prefix': [path.slice(0, -1), `${path}*`] } },
      ),
    );
  }

  private combineKey(grant: iam.Grant, grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return this.encryptionKey ? grant.combine(this.encryptionKey.grant(grantee, ...actions)) : grant;
  }
}

/** A bucket the user owns, with the grants of a zone. Its configuration and policies are left as they are. */
export class ImportedZoneBucket extends ZoneBucketBase {
  readonly encryptionKey?: IKey;
  readonly root?: string;

  constructor(
    scope: Construct,
    id: string,
    readonly bucket: s3.IBucket,
    prefix?: string,
  ) {
    super(scope, id);
    this.encryptionKey = bucket.encryptionKey;
    this.root = prefix === undefined ? undefined : folder(prefix);
  }

  protected exemptFromAppendOnly(): void {
    // Whether the bucket denies deletes is its owner's policy.
  }
}

const WRITE_ACTIONS = ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];

/** A copy of a version takes its tags along. */
const RESTORE_ACTIONS = ['s3:GetObjectVersion', 's3:GetObjectVersionTagging', 's3:PutObjectTagging'];

/** What a version is asked for that could not be deleted: until when, and by which lock. */
const LOCK_ACTIONS = ['s3:GetObjectVersion', 's3:GetObjectRetention', 's3:GetObjectLegalHold'];
const ERASURE_ACTIONS = ['s3:DeleteObjectVersion', ...LOCK_ACTIONS];

/** A prefix as a folder: without a slash `orders` would cover `orders-archive` too. */
function folder(prefix: string): string {
  if (/[*?]/.test(prefix) || prefix.startsWith('/') || prefix === '') {
    throw new Error(
      `A prefix is a folder such as "raw/orders", received "${prefix}". Leave out leading slashes and wildcards; ` +
        'leave out the prefix for the whole bucket.',
    );
  }
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}
