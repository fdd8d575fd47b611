import { RemovalPolicy } from 'aws-cdk-lib';
import { daysOf, type ZoneTransition } from './lifecycle';
import { TieringProfile } from './tiering/tiering-profile';
import type { ZoneTiering } from './tiering/zone-tiering';
import type { ZoneBucketProps } from './zone-bucket-props';

export function validateTiering(
  tiering: readonly ZoneTiering[],
  transitions: readonly ZoneTransition[],
): void {
  const taken = new Set(transitions.map(({ prefix }) => prefix));
  for (const { profile, prefix } of tiering) {
    if (profile.steps.length === 0) continue;
    if (taken.has(prefix)) {
      const where = prefix === undefined ? 'the whole bucket' : `the prefix "${prefix}"`;
      throw new Error(
        `Tiering ${profile.name}: ${where} has transitions already. Keep one of them, or give it another prefix.`,
      );
    }
    taken.add(prefix);
  }
}

/** Transitions that were given one by one, as a profile for each prefix. */
export function profilesOf(transitions: readonly ZoneTransition[]): ZoneTiering[] {
  return [...new Set(transitions.map(({ prefix }) => prefix))].map((prefix) => ({
    prefix,
    profile: TieringProfile.custom({
      name: `transitions of ${prefix === undefined ? 'the whole bucket' : `"${prefix}"`}`,
      steps: transitions.filter((one) => one.prefix === prefix),
    }),
  }));
}

export function isLocked({ objectLock, objectLockEnabled }: ZoneBucketProps): boolean {
  return objectLockEnabled ?? objectLock !== undefined;
}

export function validateLock(props: ZoneBucketProps): void {
  const { objectLock, objectLockEnabled, expirations = [] } = props;
  if (objectLock === undefined) return;
  if (objectLockEnabled === false) {
    throw new Error('objectLockEnabled: false together with objectLock. Leave out one of them.');
  }
  const locked = daysOf(objectLock.duration);
  for (const { prefix, after } of expirations) {
    const age = daysOf(after);
    if (locked === undefined || age === undefined || age >= locked) continue;
    throw new Error(
      `Expiration of "${prefix}" after ${age} days, and its objects are locked for ${locked}: they would be hidden, not deleted, and ` +
        `paid for until then. Expire after ${locked} days or more, or shorten the retention.`,
    );
  }
}

export function validateRemoval(props: ZoneBucketProps): void {
  if (!(props.autoDeleteObjects ?? false)) return;
  if (isLocked(props)) {
    throw new Error(
      'autoDeleteObjects: true on a locked bucket: Object Lock refuses the deletes, and the stack could not be removed. ' +
        'Leave out autoDeleteObjects or objectLock.',
    );
  }
  if (props.appendOnly ?? false) {
    throw new Error(
      'autoDeleteObjects: true on an append-only bucket: its policy refuses the deletes. ' +
        'Set appendOnly: false for a throw-away environment, or leave out autoDeleteObjects.',
    );
  }
  if (props.removalPolicy !== RemovalPolicy.DESTROY) {
    throw new Error(
      `autoDeleteObjects: true needs removalPolicy: RemovalPolicy.DESTROY, received ${props.removalPolicy ?? 'retain (the default)'}.`,
    );
  }
}
