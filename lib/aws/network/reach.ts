import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import type { LakeEndpoint } from './lake-endpoint';

/** What can be reached from the networks that have no way out; any other network is its owner's. */
const reachable = new WeakMap<
  IVpc,
  { readonly network: string; readonly endpoints: readonly LakeEndpoint[] }
>();

/** Notes what a network without a way out has endpoints for. */
export function noteReach(vpc: IVpc, network: string, endpoints: readonly LakeEndpoint[]): void {
  reachable.set(vpc, { network, endpoints });
}

/**
 * Refuses what would wait for an answer that never comes: a function in a closed network whose service has no endpoint
 * there.
 * @throws Error naming the construct, the network and the endpoints to add
 */
export function requireReach(scope: IConstruct, vpc: IVpc, needed: readonly LakeEndpoint[]): void {
  const known = reachable.get(vpc);
  if (known === undefined) return;
  const missing = needed.filter((endpoint) => !known.endpoints.includes(endpoint));
  if (missing.length === 0) return;
  throw new Error(
    `"${scope.node.path}" needs the endpoints ${missing.join(', ')}, which the network "${known.network}" does not have; it ` +
      `has: ${known.endpoints.join(', ')}. Add them to its endpoints.`,
  );
}
