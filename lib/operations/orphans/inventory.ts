/** A resource with tags, as the Resource Groups Tagging API tells of it. */
export interface TaggedResource {
  readonly arn: string;
  readonly tags: { readonly [key: string]: string };
}

/** A log group of CloudWatch. */
export interface LogGroup {
  readonly name: string;
  readonly bytes: number;
}

/** A table of the Glue catalog; `s3://bucket/folder`. */
export interface CatalogTable {
  readonly database: string;
  readonly name: string;
  readonly location?: string;
}

/** What lies below a prefix; `more` where it was too much to count. */
export interface Contents {
  readonly objects: number;
  readonly bytes: number;
  readonly more: boolean;
}

/** What an account holds in one region, as far as a search for orphans asks. Nothing in it changes anything. */
export interface Inventory {
  /** Ids (ARNs) of the stacks that are not deleted. */
  stacks(): Promise<string[]>;
  taggedResources(): Promise<TaggedResource[]>;
  logGroups(prefix: string): Promise<LogGroup[]>;
  functionNames(): Promise<string[]>;
  tables(): Promise<CatalogTable[]>;
  /** Folders directly below a prefix, each with a slash at its end. */
  folders(bucket: string, prefix: string): Promise<string[]>;
  contents(bucket: string, prefix: string): Promise<Contents>;
}
