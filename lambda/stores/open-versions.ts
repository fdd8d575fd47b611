import type { VersionErasure } from './version-erasure';

/** The versions that the bucket of a table keeps; undefined for a store that keeps none, or whose versions we do not reach. */
export async function openVersions(location: string): Promise<VersionErasure | undefined> {
  if (!/^s3[an]?:\/\//.test(location)) return undefined;
  // Imported on first use: a table in a directory needs no client.
  return (await import('./s3-history')).openS3History();
}
