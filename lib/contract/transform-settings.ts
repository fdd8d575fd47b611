/** What a handler is told of the user's own code beside its bundle. */
export interface TransformSettings {
  /** Longest time an asynchronous transform may take for one record. */
  readonly timeoutMilliseconds: number;
  /** Whether records are held against a contract of their own (`input-contract.mjs`) before the transform sees them. */
  readonly hasInputContract: boolean;
}

/** What a handler is told of one lookup: where it looks, and how patiently. */
export type LookupSettings = LookupPolicy & LookupPlace;

/** How a lookup deals with answers, and with their absence. */
export interface LookupPolicy {
  /** Longest wait for one answer. */
  readonly timeoutMilliseconds: number;
  /** How often it is asked before it counts as failed. */
  readonly attempts: number;
  /** How long an answer is good for; 0: it is not kept. */
  readonly cacheMilliseconds: number;
  /** Answers kept at the most. */
  readonly cacheEntries: number;
  /** Questions under way at the same time. */
  readonly concurrency: number;
  /** What the transform is given when the lookup has failed; absent, it is given the failure. */
  readonly fallback?: { readonly value: unknown };
}

/** Where a lookup looks. */
export type LookupPlace = DynamoDbPlace | HttpPlace | FilePlace;

/** Items of a table, by its partition key. */
export interface DynamoDbPlace {
  readonly kind: 'dynamodb';
  readonly table: string;
  readonly keyAttribute: string;
  readonly keyType: 'S' | 'N';
}

/** The JSON a service answers with. */
export interface HttpPlace {
  readonly kind: 'http';
  /** `{key}` stands for the key. */
  readonly url: string;
  readonly headers: { readonly [name: string]: HeaderValue };
}

/** Text, or a secret of AWS Secrets Manager that is read at run time; `field` is one of its JSON fields. */
export type HeaderValue =
  { readonly text: string } | { readonly secret: string; readonly field?: string; readonly prefix?: string };

/** Rows of a JSON or NDJSON file that was deployed with the code. */
export interface FilePlace {
  readonly kind: 'file';
  /** Module beside the bundle, for example `./lookup-customers.mjs`; its default export is the file's text. */
  readonly module: string;
  /** Field of its rows that is the key; absent for an object of key → value. */
  readonly keyField?: string;
}
