import { StorageTransferJob } from '@cdktf/provider-google/lib/storage-transfer-job';
import type { TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { dependenciesOf, requireTerraformStack } from '../../terraform';
import { folder } from './folder';
import { TransferAccess } from './transfer-access';
import type { IZoneBucket } from './zone-bucket-access';

/** What is copied, and where to. */
export interface ZoneReplicationProps {
  readonly source: IZoneBucket;
  /** A zone in another location or project; its own lifecycle, key and retention apply to the copies. */
  readonly destination: IZoneBucket;
  /**
   * Folder of the zone that is copied.
   * @default - all of it
   */
  readonly prefix?: string;
}

/**
 * Copies new and replaced objects of a zone to another bucket as they are written: cross-bucket replication of Storage
 * Transfer Service. Within minutes for most objects, without a promise; what is deleted is not deleted in the copy. For
 * two regions of one lake a dual-region with turbo replication is simpler, and promises 15 minutes; this is for another
 * project, for a place of one's own choice, and for copies that mistakes and intruders do not reach.
 *
 * @throws Error for a zone that is copied onto itself
 */
export class ZoneReplication extends Construct {
  readonly job: StorageTransferJob;
  /** What lets the services of Google copy: roles on both buckets, and for notifications in the project. */
  readonly access: TerraformResource[];

  constructor(scope: Construct, id: string, props: ZoneReplicationProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { source, destination, prefix } = props;
    if (
      source === destination ||
      (source.bucketName === destination.bucketName && source.root === destination.root)
    ) {
      throw new Error(
        `"${this.node.path}" copies "${source.node.path}" onto itself. Name another zone as destination.`,
      );
    }
    const transfer = TransferAccess.of(this);
    const [from, to] = [transfer.bucketOf(source), transfer.bucketOf(destination)];
    const { agent } = transfer;
    this.access = [
      ...from
        ._grantRole('roles/storage.legacyBucketOwner', agent)
        .combine(from._grantRole('roles/storage.objectViewer', agent))
        .combine(to._grantRole('roles/storage.legacyBucketWriter', agent)).bindings,
      ...transfer.access,
    ];
    const path = (root = '') => {
      const whole = `${root}${prefix === undefined ? '' : folder(prefix)}`;
      return whole === '' ? undefined : whole;
    };
    // The service names jobs of this kind by itself.
    this.job = new StorageTransferJob(this, 'Job', {
      description: `Copies ${source.node.path} to ${destination.node.path}`.slice(0, 1024),
      replicationSpec: {
        gcsDataSource: { bucketName: source.bucketName, path: path(source.root) },
        gcsDataSink: { bucketName: destination.bucketName, path: path(destination.root) },
      },
      dependsOn: dependenciesOf(this, this.access),
    });
  }
}
