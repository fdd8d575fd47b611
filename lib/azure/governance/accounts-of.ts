import { known } from '../../terraform';
import type { ILakeAccount, IZoneBucket, MedallionLake } from '../storage';

/** Zones by the lake they are of, or one by one. */
export interface ChosenZones {
  readonly lake?: MedallionLake;
  readonly zones?: readonly IZoneBucket[];
}

export function zonesOf({ lake, zones = [] }: ChosenZones): IZoneBucket[] {
  return [...new Set([...(lake?.zones ?? []), ...zones])];
}

/** The accounts that zones are in, each once. */
export function accountsOf(zones: readonly IZoneBucket[]): ILakeAccount[] {
  return [...new Set(zones.map(({ account }) => account))];
}

/** Part of a construct's id: the same in whatever order accounts are named, and without what only Terraform knows. */
export function placeName({ accountName, node }: ILakeAccount): string {
  return known(accountName) ?? node.addr.slice(-8);
}
