import { TerraformResource, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { resolved } from '../../terraform';

/** Predefined roles by which objects are deleted or replaced. https://docs.cloud.google.com/storage/docs/access-control/iam-roles */
const DELETING = [
  'roles/storage.admin',
  'roles/storage.objectAdmin',
  'roles/storage.objectUser',
  'roles/storage.folderAdmin',
  'roles/storage.legacyBucketWriter',
  'roles/storage.legacyBucketOwner',
  'roles/storage.legacyObjectOwner',
  'roles/owner',
  'roles/editor',
];

const POLICIES = /^google_storage_(bucket|managed_folder)_iam_(member|binding)$/;

/**
 * IAM of Google has no policy on a bucket that denies. What there is: nobody is given a role that deletes, which is checked
 * here over all of the app's stack, when it is synthesized.
 * @param zone whose own grants for maintenance and commits are meant
 */
export function requireAppendOnly(zone: IConstruct, bucket: StorageBucket): void {
  zone.node.addValidation({ validate: () => deletingGrants(zone, bucket) });
}

function deletingGrants(zone: IConstruct, bucket: StorageBucket): string[] {
  const stack = TerraformStack.of(bucket);
  const names = [bucket.name, bucket.nameInput, bucket.id].map((name) => resolved(stack, name) as string);
  return stack.node.findAll().flatMap((node) => {
    if (!TerraformResource.isTerraformResource(node) || !POLICIES.test(node.terraformResourceType)) return [];
    if (node.node.scopes.includes(zone)) return [];
    const { bucketInput, roleInput } = node as TerraformResource & {
      bucketInput?: string;
      roleInput?: string;
    };
    const role = resolved(stack, roleInput) as string;
    if (!names.includes(resolved(stack, bucketInput) as string) || !DELETING.includes(role)) return [];
    return [
      `${node.node.path} grants ${role} on the append-only zone "${zone.node.path}": with it objects are deleted and replaced. ` +
        'Use grantWrite, or grantMaintenance where deleting is meant.',
    ];
  });
}
