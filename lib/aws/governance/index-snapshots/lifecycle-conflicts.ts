import { Stack } from 'aws-cdk-lib';
import { CfnBucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { IZoneBucket } from '../../storage';

/** A domain reads nothing from there: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html */
const UNREADABLE: readonly unknown[] = [StorageClass.GLACIER.value, StorageClass.DEEP_ARCHIVE.value];

/**
 * What lifecycle rules would do to the objects of a folder that snapshots are kept in. The newest snapshot uses objects of the oldest,
 * so that none may go by its age. Rules of a bucket of another app are not known here.
 */
export function lifecycleConflicts(
  path: string,
  { bucket, root = '' }: IZoneBucket,
  folder: string,
): string[] {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) return [];
  const lifecycle = Stack.of(resource).resolve(resource.lifecycleConfiguration) as
    { readonly rules?: CfnBucket.RuleProperty[] } | undefined;
  const place = `${root}${folder}/`;
  return (lifecycle?.rules ?? [])
    .filter(({ status, tagFilters }) => status === 'Enabled' && tagFilters === undefined)
    .filter(({ prefix = '' }) => place.startsWith(prefix) || prefix.startsWith(place))
    .flatMap((rule) => {
      const done = whatIsDone(rule);
      if (done === undefined) return [];
      return [
        `A lifecycle rule of "${bucket.node.path}"${rule.prefix === undefined ? '' : ` for ${rule.prefix}`} ${done}, those of the ` +
          `snapshots of "${path}" in ${place} among them: they could no longer be restored. Choose another zone or folder, or ` +
          'limit the rule to other folders.',
      ];
    });
}

function whatIsDone({
  expirationInDays,
  expirationDate,
  transitions,
}: CfnBucket.RuleProperty): string | undefined {
  if (expirationInDays !== undefined || expirationDate !== undefined) return 'deletes objects by their age';
  const moved = (transitions as CfnBucket.TransitionProperty[] | undefined)?.find(({ storageClass }) =>
    UNREADABLE.includes(storageClass),
  );
  return moved && `moves objects to ${moved.storageClass}`;
}
