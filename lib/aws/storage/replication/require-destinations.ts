import { Stack, Token } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { ZoneReplication, ZoneReplicationProps } from './zone-replication';

/**
 * Refuses what S3 would refuse at the deployment, or worse, at the first copy.
 * @throws Error naming the source, the destination and what to give
 */
export function requireDestinations(replication: ZoneReplication, props: ZoneReplicationProps): void {
  const { source, destinations, roleName } = props;
  if (destinations.length === 0) {
    throw new Error(
      `The replication of "${source.node.path}" has no destinations. Pass at least one ReplicaBucket.`,
    );
  }
  const taken = new Set([source.bucket.bucketArn]);
  for (const destination of destinations) {
    const { bucketArn, bucketName } = destination._in(replication);
    if (taken.has(bucketArn)) {
      throw new Error(
        `The replication of "${source.node.path}" names the bucket ${bucketName} twice, or as its own copy. Name each other bucket once.`,
      );
    }
    taken.add(bucketArn);
    const locked = (source.bucket.node.defaultChild as s3.CfnBucket).objectLockEnabled === true;
    if (locked && destination._locked === false) {
      throw new Error(
        `The objects of "${source.node.path}" are locked, those of its replica ${bucketName} are not: S3 refuses to copy one to the ` +
          'other. Give the replica an objectLock as well.',
      );
    }
    const { account } = Stack.of(replication);
    const isForeign =
      account !== destination.account &&
      !(Token.isUnresolved(account) && Token.isUnresolved(destination.account));
    if (isForeign && roleName === undefined) {
      throw new Error(
        `A replica of "${source.node.path}" is in the account ${destination.account}, whose policies have to name the role that ` +
          'copies. Give it a roleName.',
      );
    }
  }
}
