import { RemovalPolicy } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

/**
 * Keeps the policy of a bucket that is kept. CloudFormation deletes it with the stack otherwise: what was append-only
 * and TLS only would be neither from then on, and access logs would stop.
 */
export function retainPolicyWithBucket(bucket: Bucket, removalPolicy: RemovalPolicy): void {
  // Not that of a first deployment that failed: it would only be in the way of cleaning up.
  if (removalPolicy !== RemovalPolicy.DESTROY)
    bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
}
