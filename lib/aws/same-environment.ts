import { type ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Refuses what would be deployed to another region than what it works with, or to another account. Values known only
 * at deployment pass.
 * @param remedy the last sentence of the error
 * @throws Error naming both, their places and the remedy
 */
export function requireSamePlace(
  construct: IConstruct,
  other: IConstruct,
  otherPlace: Partial<ResourceEnvironment>,
  remedy: string,
): void {
  const place = Stack.of(construct);
  const differs = (here: string, there?: string): boolean =>
    there !== undefined && !Token.isUnresolved(here) && !Token.isUnresolved(there) && here !== there;
  const [what, here, there] = differs(place.region, otherPlace.region)
    ? ['region', place.region, otherPlace.region]
    : differs(place.account, otherPlace.account)
      ? ['account', place.account, otherPlace.account]
      : [];
  if (what === undefined) return;
  throw new Error(
    `"${construct.node.path}" is in the ${what} ${here}, "${other.node.path}" in ${there}. ${remedy}`,
  );
}
