import { Zone } from './zone';

/**
 * What a user may call a zone beside the four: part of the names of buckets, containers and directories.
 * @throws Error for a name that is none, or is one of the four
 */
export function requireZoneName(name: string): void {
  if (/^[a-z][a-z0-9-]*$/.test(name) && !Object.values<string>(Zone).includes(name)) return;
  throw new Error(
    `extraZones: "${name}" is not a zone name. Use lower case letters, digits and dashes, beginning with a letter, ` +
      `and none of ${Object.values(Zone).join(', ')}.`,
  );
}

/** @throws Error when the lake has no such extra zone, naming those it has */
export function extraZoneOf<T>(lake: string, zones: ReadonlyMap<string, T>, name: string): T {
  const zone = zones.get(name);
  if (zone !== undefined) return zone;
  const known = zones.size === 0 ? 'none' : [...zones.keys()].join(', ');
  throw new Error(`The lake ${lake} has no extra zone "${name}" (it has: ${known}). Name it in extraZones.`);
}

/** The folders zones were given in buckets of their owner's: tables of two zones have the same names. */
export class GivenFolders {
  private readonly zones = new Map<string, string>();

  /** @throws Error for a folder that another zone has */
  give(zone: string, bucket: string, prefix?: string): void {
    const place = `${bucket}/${prefix ?? ''}`.replace(/\/*$/, '/');
    const other = this.zones.get(place);
    if (other !== undefined) {
      throw new Error(
        `${zone} and ${other} were given the same bucket${prefix === undefined ? '' : ` and prefix "${prefix}"`}. ` +
          'Give each zone a bucket of its own, or a prefix of its own in it.',
      );
    }
    this.zones.set(place, zone);
  }
}
