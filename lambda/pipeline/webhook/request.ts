/** A delivery as its producer sent it. */
export interface WebhookRequest {
  /** By names in lower case; what came several times is joined by commas. */
  readonly headers: { readonly [name: string]: string };
  /** The bytes that were signed. */
  readonly body: Buffer;
  /** In capitals; POST where it is not set. */
  readonly method?: string;
  /** What follows the question mark of the address, as it came. */
  readonly query?: string;
}

/** Why a request was not taken. Who knows no secret is told of the status only. */
export enum Refusal {
  /** The header of the signature or key, or of its time, is not there or cannot be read. */
  NO_CREDENTIALS = 'no-credentials',
  WRONG_CREDENTIALS = 'wrong-credentials',
  /** A good signature that was made too long ago, or is not to be made yet. */
  STALE = 'stale',
  TOO_LARGE = 'too-large',
  NOT_JSON = 'not-json',
  EMPTY = 'empty',
}

/** Why a request that may be good was not taken: the producer is to send it again. */
export enum Failure {
  /** Secrets Manager does not tell the secret. */
  SECRET_UNAVAILABLE = 'secret-unavailable',
  /** The stream is full. */
  STREAM_THROTTLED = 'stream-throttled',
  STREAM_UNAVAILABLE = 'stream-unavailable',
}

/** What a producer wanted to hear. */
export interface Reply {
  readonly contentType: string;
  readonly body: string;
}

/** What became of a request. */
export interface Receipt {
  readonly status: number;
  /** Records of the request that the stream has; 0 where it may not have all. */
  readonly records: number;
  /** The answer to a handshake. */
  readonly reply?: Reply;
  readonly refusal?: Refusal;
  readonly failure?: Failure;
  /** What failed, for the log. */
  readonly error?: unknown;
}
