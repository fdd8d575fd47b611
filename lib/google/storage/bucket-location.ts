import { Token } from 'cdktf';

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

/** Names of regions begin so, by the multi-region they are in. */
const CONTINENTS: { readonly [multiRegion: string]: string } = { ASIA: 'asia-', EU: 'europe-', US: 'us-' };

/** What KMS calls the multi-regions. https://docs.cloud.google.com/kms/docs/locations */
const KEY_LOCATIONS: { readonly [multiRegion: string]: string } = { ASIA: 'asia', EU: 'europe', US: 'us' };

/** London and Zurich are in Europe, and not in the multi-region EU. */
const OUTSIDE_EU = ['europe-west2', 'europe-west6'];

/**
 * Where a bucket is; it cannot be moved later by Terraform. In two or more regions a bucket is its own copy: it is one
 * name, reads and writes go on when a region is lost, and nothing has to be failed over.
 * @see https://docs.cloud.google.com/storage/docs/locations
 */
export class BucketLocation {
  /** One region, for example `europe-west3`. */
  static region(region: string): BucketLocation {
    requireRegion(region);
    return new BucketLocation(LocationType.REGION, region.toUpperCase(), region.toLowerCase());
  }

  /** A pair of regions that Google has named. */
  static dualRegion(pair: DualRegion): BucketLocation {
    return new BucketLocation(LocationType.DUAL_REGION, pair, pair.toLowerCase());
  }

  /**
   * A pair of regions of your own choice, of one multi-region: `regionPair(MultiRegion.EU, 'europe-west3', 'europe-north1')`.
   * Its key is in the multi-region.
   * @throws Error for a region of another continent, and for one region twice
   */
  static regionPair(multiRegion: MultiRegion, first: string, second: string): BucketLocation {
    for (const region of [first, second]) {
      requireRegion(region);
      if (Token.isUnresolved(region)) continue;
      const outside = multiRegion === MultiRegion.EU && OUTSIDE_EU.includes(region.toLowerCase());
      if (!region.toLowerCase().startsWith(CONTINENTS[multiRegion]) || outside) {
        throw new Error(
          `regionPair: ${region} is not in the multi-region ${multiRegion}. Name two regions of it, or another multi-region.`,
        );
      }
    }
    if (first.toLowerCase() === second.toLowerCase()) {
      throw new Error(`regionPair: ${first} twice. Name two regions, or use BucketLocation.region.`);
    }
    const regions = [first.toUpperCase(), second.toUpperCase()];
    return new BucketLocation(LocationType.DUAL_REGION, multiRegion, KEY_LOCATIONS[multiRegion], regions);
  }

  /** Regions of a continent, of Google's choice. Readers pay for transfer from it, also within Google Cloud. */
  static multiRegion(multiRegion: MultiRegion): BucketLocation {
    return new BucketLocation(LocationType.MULTI_REGION, multiRegion, KEY_LOCATIONS[multiRegion]);
  }

  private constructor(
    readonly type: LocationType,
    /** As Cloud Storage names it, in capitals. */
    readonly name: string,
    /** Where the key of a bucket has to be, as Cloud KMS names it. */
    readonly keyLocation: string,
    /** The two regions of `regionPair`. */
    readonly dataLocations?: string[],
  ) {}
}

function requireRegion(region: string): void {
  if (Token.isUnresolved(region) || /^[a-z]+-[a-z]+\d+$/i.test(region)) return;
  throw new Error(`"${region}" is no region of Google Cloud. Write it as "europe-west3" or "us-central1".`);
}
