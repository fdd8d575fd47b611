import { Fn, Token } from 'cdktf';

/** Where Cloud Storage keeps the objects of a bucket in several regions. */
export enum MultiRegion {
  ASIA = 'ASIA',
  EU = 'EU',
  US = 'US',
}

/** The pairs of regions that Google has named. */
export enum DualRegion {
  /** Tokyo and Osaka. */
  ASIA1 = 'ASIA1',
  /** Finland and the Netherlands. */
  EUR4 = 'EUR4',
  /** Iowa and South Carolina. */
  NAM4 = 'NAM4',
}

/** How far the copies of an object are apart. */
export enum LocationType {
  /** In the zones of one region, written to all before the write is confirmed. */
  REGION = 'region',
  /** In two regions that are known, the second one later. */
  DUAL_REGION = 'dual-region',
  /** In two regions at least, at Google's choice, the second one later. */
  MULTI_REGION = 'multi-region',
}

/** Which regions can be paired, and which pairs have names or location codes of their own instead. */
const PAIRABLE: { readonly [multiRegion: string]: string[] } = {
  ASIA: ['asia-east1', 'asia-southeast1'],
  EU: [
    ...['europe-central2', 'europe-north1', 'europe-southwest1', 'europe-west1', 'europe-west3'],
    ...['europe-west4', 'europe-west8', 'europe-west9', 'europe-west10', 'europe-west12'],
  ],
  US: [
    ...['us-central1', 'us-east1', 'us-east4', 'us-east5', 'us-south1'],
    ...['us-west1', 'us-west2', 'us-west3', 'us-west4'],
  ],
};
const NAMED_PAIRS: { readonly [pair: string]: string } = {
  'europe-north1 europe-west4': 'DualRegion.EUR4',
  'us-central1 us-east1': 'DualRegion.NAM4',
};
/** Pairs within one country are in a location of that country. */
const COUNTRIES = ['europe-west10 europe-west3', 'europe-west12 europe-west8'];

/** What KMS calls the multi-regions. https://docs.cloud.google.com/kms/docs/locations */
const KEY_LOCATIONS: { readonly [multiRegion: string]: string } = { ASIA: 'asia', EU: 'europe', US: 'us' };

/**
 * Where a bucket is; it cannot be moved later by Terraform. In two or more regions a bucket is its own copy: it is one
 * name, reads and writes go on when a region is lost, and nothing has to be failed over.
 * @see https://docs.cloud.google.com/storage/docs/locations
 */
export class BucketLocation {
  /** One region, for example `europe-west3`. */
  static region(region: string): BucketLocation {
    requireRegion(region);
    return new BucketLocation(LocationType.REGION, upper(region), lower(region));
  }

  /** A pair of regions that Google has named. */
  static dualRegion(pair: DualRegion): BucketLocation {
    const continent = { ASIA1: 'ASIA', EUR4: 'EU', NAM4: 'US' }[pair];
    return new BucketLocation(LocationType.DUAL_REGION, pair, pair.toLowerCase(), continent);
  }

  /**
   * A pair of regions of your own choice, of one multi-region: `regionPair(MultiRegion.EU, 'europe-west3', 'europe-north1')`.
   * Its key is in the multi-region.
   * @throws Error for a region that cannot be paired there, for one region twice, and for pairs that have a name
   */
  static regionPair(multiRegion: MultiRegion, first: string, second: string): BucketLocation {
    for (const region of [first, second]) requireRegion(region);
    requirePair(multiRegion, first, second);
    const regions = [upper(first), upper(second)];
    const keyLocation = KEY_LOCATIONS[multiRegion];
    return new BucketLocation(LocationType.DUAL_REGION, multiRegion, keyLocation, multiRegion, regions);
  }

  /** Regions of a continent, of Google's choice. Readers pay for transfer from it, also within Google Cloud. */
  static multiRegion(multiRegion: MultiRegion): BucketLocation {
    return new BucketLocation(
      LocationType.MULTI_REGION,
      multiRegion,
      KEY_LOCATIONS[multiRegion],
      multiRegion,
    );
  }

  private constructor(
    readonly type: LocationType,
    /** As Cloud Storage names it, in capitals. */
    readonly name: string,
    /** Where the key of a bucket has to be, as Cloud KMS names it. */
    readonly keyLocation: string,
    /** The multi-region that several regions are in; undefined for one region. */
    readonly continent?: string,
    /** The two regions of `regionPair`. */
    readonly dataLocations?: string[],
  ) {}
}

/** https://docs.cloud.google.com/storage/docs/locations#configurable */
function requirePair(multiRegion: MultiRegion, first: string, second: string): void {
  if (Token.isUnresolved(first) || Token.isUnresolved(second)) return;
  const regions = [first.toLowerCase(), second.toLowerCase()].sort();
  const allowed = PAIRABLE[multiRegion];
  const outside = regions.find((region) => !allowed.includes(region));
  if (outside !== undefined) {
    throw new Error(
      `regionPair: ${outside} cannot be paired in ${multiRegion}. Allowed: ${allowed.join(', ')}.`,
    );
  }
  if (regions[0] === regions[1]) {
    throw new Error(`regionPair: ${regions[0]} twice. Name two regions, or use BucketLocation.region.`);
  }
  const name = NAMED_PAIRS[regions.join(' ')];
  if (name !== undefined) {
    throw new Error(
      `regionPair: Cloud Storage has ${regions.join(' and ')} as a named pair only. Use BucketLocation.dualRegion(${name}).`,
    );
  }
  if (COUNTRIES.includes(regions.join(' '))) {
    throw new Error(
      `regionPair: ${regions.join(' and ')} are in one country, and Cloud Storage pairs them in a location of that country, which ` +
        'is not supported here. Use regions of two countries.',
    );
  }
}

function requireRegion(region: string): void {
  if (Token.isUnresolved(region) || /^[a-z]+-[a-z]+\d+$/i.test(region)) return;
  throw new Error(`"${region}" is no region of Google Cloud. Write it as "europe-west3" or "us-central1".`);
}

/** In capitals, also what only Terraform will know. */
function upper(text: string): string {
  return Token.isUnresolved(text) ? (Fn.upper(text) as string) : text.toUpperCase();
}

/** In small letters, in the same way. */
export function lower(text: string): string {
  return Token.isUnresolved(text) ? (Fn.lower(text) as string) : text.toLowerCase();
}
