/** Tags of objects. */
export interface ObjectTags {
  get(uri: string): Promise<ReadonlyMap<string, string>>;
  /** Replaces all tags of an object. */
  set(uri: string, tags: ReadonlyMap<string, string>): Promise<void>;
}

/** The tags of a store that has any, chosen by the scheme of a URI. @throws Error for one that has none */
export async function tagsFor(uri: string): Promise<ObjectTags> {
  if (uri.startsWith('s3://')) return (await import('./s3-tags')).openS3Tags();
  throw new Error(`Objects of ${uri} have no tags. Allowed: s3://…`);
}
