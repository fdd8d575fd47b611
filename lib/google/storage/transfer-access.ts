import { DataGoogleStorageProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-project-service-account';
import { DataGoogleStorageTransferProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-transfer-project-service-account';
import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { type TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { ProviderProject } from '../project';
import { known } from '../../terraform';
import type { IMember } from './member';
import { ImportedZoneBucket, type IZoneBucket } from './zone-bucket-access';

const ID = 'ReplicationAccess';

/**
 * What Storage Transfer Service needs in a project to hear of new objects: once in a stack, as a replication that is removed must not
 * take it from the others.
 * @see https://docs.cloud.google.com/storage-transfer/docs/cross-bucket-replication#before-you-begin
 */
export class TransferAccess extends Construct {
  static of(scope: Construct): TransferAccess {
    const stack = TerraformStack.of(scope);
    return (stack.node.tryFindChild(ID) as TransferAccess | undefined) ?? new TransferAccess(stack, ID);
  }

  /** The service's own account. */
  readonly agent: IMember;
  readonly access: TerraformResource[];

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const project = new ProviderProject(this);
    const transfer = new DataGoogleStorageTransferProjectServiceAccount(this, 'TransferAgent');
    const storage = new DataGoogleStorageProjectServiceAccount(this, 'StorageAgent');
    this.agent = { member: transfer.member, memberId: 'storage-transfer', source: this };
    const publishes = { role: 'roles/pubsub.publisher', member: storage.member };
    const listens = { role: 'roles/pubsub.editor', member: transfer.member };
    this.access = [
      new ProjectIamMember(this, 'StorageAgentPublishes', { project: project.id, ...publishes }),
      new ProjectIamMember(this, 'TransferAgentListens', { project: project.id, ...listens }),
    ];
  }

  /** The whole bucket of a zone that is a folder of one: the service needs rights on the bucket itself. */
  bucketOf(zone: IZoneBucket): IZoneBucket {
    if (zone.root === undefined) return zone;
    const id = `Bucket-${known(zone.bucketName) ?? zone.node.addr}`;
    const made = this.node.tryFindChild(id) as IZoneBucket | undefined;
    return made ?? new ImportedZoneBucket(this, id, zone.bucketName);
  }
}
