/**
 * Objects by URI. One implementation for each scheme (`file`, `s3`; `gs` and `abfss` with their clouds); all pass
 * the same contract test suite.
 */
export interface ObjectStore {
  /** @throws ObjectNotFound */
  get(uri: string): Promise<Uint8Array>;
  /**
   * Writes the whole object or nothing. With `ifAbsent`, refuses to replace an existing object.
   * @throws ObjectExists when `ifAbsent` and the object is there (also when an earlier attempt of ours, whose answer was lost, wrote it)
   */
  put(uri: string, content: Content, options?: PutOptions): Promise<void>;
  exists(uri: string): Promise<boolean>;
  /** Deleting what is not there succeeds. */
  delete(uri: string): Promise<void>;
  /** Objects under a prefix, in no promised order. */
  list(prefix: string): AsyncIterable<StoredObject>;
}

/** The bytes of an object, in one piece or in parts that follow one another. */
export type Content = Uint8Array | readonly Uint8Array[];

export function inOnePiece(content: Content): Uint8Array {
  return content instanceof Uint8Array ? content : Buffer.concat(content);
}

export interface PutOptions {
  readonly ifAbsent?: boolean;
  readonly contentType?: string;
}

export interface StoredObject {
  readonly uri: string;
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

export class ObjectNotFound extends Error {
  constructor(readonly uri: string) {
    super(`No object at ${uri}`);
    this.name = 'ObjectNotFound';
  }
}

export class ObjectExists extends Error {
  constructor(readonly uri: string) {
    super(`An object exists already at ${uri}`);
    this.name = 'ObjectExists';
  }
}
