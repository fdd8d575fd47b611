import { requireDays } from '../days';
import { known } from '../../terraform';
import type { ZoneExpiration } from './lifecycle-rules';

/** How long nobody changes or deletes a blob of a container, whoever it is. Blobs that are not there yet can be created. */
export interface ContainerRetention {
  /** Days since a blob was created, or last appended to, 1 to 146,000. */
  readonly days: number;
  /**
   * Whether nobody can shorten it or take it away, ever. Try it unlocked first: a container with a blob in it can then be removed by
   * nobody.
   * @default false
   */
  readonly locked?: boolean;
  /**
   * Whether append blobs can still be appended to, as logs are.
   * @default false
   */
  readonly appendable?: boolean;
}

/**
 * @throws Error for days Azure would refuse, and for what could never happen under a retention
 * @see https://learn.microsoft.com/azure/storage/blobs/immutable-container-level-worm-policies
 */
export function requireRetention(
  { days, locked }: ContainerRetention,
  expirations: readonly ZoneExpiration[],
  deletionProtection: boolean,
): void {
  requireDays('retention.days', days, { least: 1, most: 146_000 });
  const kept = known(days);
  const early = expirations.find(
    ({ afterDays }) => kept !== undefined && (known(afterDays) ?? Infinity) < kept,
  );
  if (early !== undefined) {
    throw new Error(
      `Expiration of "${early.prefix}" after ${early.afterDays} days, and its blobs cannot be deleted for ${kept}. Expire after ${kept} ` +
        'days or more, or shorten the retention.',
    );
  }
  if ((locked ?? false) && !deletionProtection) {
    throw new Error(
      'deletionProtection: false together with a locked retention: Azure refuses to remove such a container, and the stack could not be ' +
        'destroyed. Leave out one of them.',
    );
  }
}
