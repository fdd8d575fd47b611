/** What a handler that receives webhooks is told. */
export interface WebhookSettings {
  /** How a producer shows who it is; where it is not set, whoever comes through the API has shown it there. */
  readonly authentication?: WebhookAuthenticationSettings;
  /** What a producer asks before it sends anything; where it is not set, nothing is answered but what is taken. */
  readonly handshake?: WebhookHandshakeSettings;
  /** Bodies of more bytes are refused. */
  readonly maxBodyBytes: number;
  /** Whether each element of an array, at the top of a body, is a record of its own. */
  readonly split: boolean;
  /** Header whose value is the partition key of the records. Without it and `partitionField`, keys are random. */
  readonly partitionHeader?: string;
  /** Field at the top of a record whose value is its partition key. */
  readonly partitionField?: string;
}

/** One of the two. */
export interface WebhookHandshakeSettings {
  /** A signed body of the type `url_verification` is answered with its challenge. */
  readonly slack?: boolean;
  /** A GET with this token is answered with its challenge. */
  readonly verifyToken?: SharedSecretSettings;
}

/** One of the two. */
export interface WebhookAuthenticationSettings {
  readonly hmac?: HmacSettings;
  readonly apiKey?: ApiKeySettings;
}

/** A key in a header. */
export interface ApiKeySettings extends SharedSecretSettings {
  /** Name of the header, in lower case. */
  readonly header: string;
  /** What stands before the key, for example `Bearer `. */
  readonly prefix: string;
}

/** A signature in a header. */
export interface HmacSettings extends SharedSecretSettings {
  /** Name of the header with the signature, in lower case. */
  readonly header: string;
  /** What stands before a signature, for example `sha256=`. */
  readonly prefix: string;
  readonly algorithm: HmacAlgorithm;
  readonly encoding: HmacEncoding;
  /** What is signed: text with `{body}`, and `{timestamp}` where there is one. */
  readonly signedContent: string;
  /** When the signature was made; where it is not set, signatures do not age. */
  readonly timestamp?: TimestampSettings;
}

/** Where the time of a signature is found, and how old it may be. */
export interface TimestampSettings {
  /** Name of the header, in lower case. */
  readonly header: string;
  /** What stands before the time. */
  readonly prefix: string;
  /** Seconds that the time may differ from ours, earlier or later. */
  readonly toleranceSeconds: number;
}

/** A secret that both sides know. */
export interface SharedSecretSettings {
  /** ARN of the secret. */
  readonly secret: string;
  /** Field that holds it, of a secret that is a JSON object. */
  readonly secretField?: string;
}

export const HMAC_ALGORITHMS = ['sha256', 'sha512'] as const;
export const HMAC_ENCODINGS = ['hex', 'base64'] as const;
export type HmacAlgorithm = (typeof HMAC_ALGORITHMS)[number];
export type HmacEncoding = (typeof HMAC_ENCODINGS)[number];

/** Stages of a secret whose values are accepted: those before and after a rotation. */
export const ACCEPTED_SECRET_STAGES = ['AWSCURRENT', 'AWSPREVIOUS'];

/** Bytes of a record with its partition key, by the limit a Kinesis stream has unless it is raised. */
export const MAXIMUM_RECORD_BYTES = 1024 * 1024;
