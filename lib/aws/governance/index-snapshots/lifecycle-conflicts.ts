import { Stack } from 'aws-cdk-lib';
import { CfnBucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { IZoneBucket } from '../../storage';

/** A domain reads nothing from there: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html */
const UNREADABLE: readonly unknown[] = [StorageClass.GLACIER.value, StorageClass.DEEP_ARCHIVE.value];

/**
 * What lifecycle rules and archive tiers would do to the objects of a folder that snapshots are kept in. The newest snapshot uses
 * objects of the oldest, so that none may go by its age. Rules of a bucket of another app, and those of folders that are known at
 * deployment only, are not known here.
 */
export function lifecycleConflicts(
  path: string,
  { bucket, root = '' }: IZoneBucket,
  folder: string,
): string[] {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) return [];
  const stack = Stack.of(resource);
  const place = `${root}${folder}/`;
  const concerns = ({ status, prefix = '', tagFilters }: Scoped): boolean =>
    status === 'Enabled' &&
    tagFilters === undefined &&
    // Of a token the rest.
    typeof prefix === 'string' &&
    (place.startsWith(prefix) || prefix.startsWith(place));
  const told = (what: string, prefix: string | undefined, done: string): string =>
    `${what} of "${bucket.node.path}"${prefix === undefined ? '' : ` for ${prefix}`} ${done}, those of the snapshots of "${path}" in ` +
    `${place} among them: they could no longer be restored. Choose another zone or folder, or limit the rule to other folders.`;

  const lifecycle = stack.resolve(resource.lifecycleConfiguration) as Lifecycle | undefined;
  const rules = (lifecycle?.rules ?? []).filter(concerns);
  const isTiered = rules.some((rule) =>
    storageClasses(rule).includes(StorageClass.INTELLIGENT_TIERING.value),
  );
  const archives = stack.resolve(resource.intelligentTieringConfigurations) as
    readonly CfnBucket.IntelligentTieringConfigurationProperty[] | undefined;
  return [
    ...rules.flatMap((rule) => {
      const done = whatIsDone(rule);
      return done === undefined ? [] : [told('A lifecycle rule', rule.prefix, done)];
    }),
    ...(isTiered ? (archives ?? []) : [])
      .filter(concerns)
      .map(({ id, prefix }) =>
        told(`The archive tiers "${id}"`, prefix, 'take objects that nobody has read for a while'),
      ),
  ];
}

interface Lifecycle {
  readonly rules?: readonly CfnBucket.RuleProperty[];
}

/** What rules and archive tiers are limited to. */
interface Scoped {
  readonly status: string;
  readonly prefix?: string;
  readonly tagFilters?: unknown;
}

function storageClasses({ transitions }: CfnBucket.RuleProperty): string[] {
  return ((transitions ?? []) as CfnBucket.TransitionProperty[]).map(({ storageClass }) => storageClass);
}

function whatIsDone(rule: CfnBucket.RuleProperty): string | undefined {
  if (rule.expirationInDays !== undefined || rule.expirationDate !== undefined) {
    return 'deletes objects by their age';
  }
  const moved = storageClasses(rule).find((storageClass) => UNREADABLE.includes(storageClass));
  return moved && `moves objects to ${moved}`;
}
