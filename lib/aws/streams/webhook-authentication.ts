import { Duration } from 'aws-cdk-lib';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { WebhookAuthenticationSettings } from '../../contract/webhook-settings';
import { requireDuration } from '../bounds';
import { grantAcceptedVersions } from './accepted-versions';
import { requireHeaderName } from './header-name';

/** How a signature is computed. */
export enum WebhookSignatureAlgorithm {
  SHA256 = 'sha256',
  SHA512 = 'sha512',
}

/** How a signature is written. */
export enum WebhookSignatureEncoding {
  HEX = 'hex',
  BASE64 = 'base64',
}

/** A secret that the producer knows as well. */
export interface WebhookSecretOptions {
  /**
   * The secret. Its current and its previous version are accepted, so that it can be rotated while requests are under way. Its
   * value is read by the function, and is in no template.
   */
  readonly secret: ISecret;

  /**
   * Field that holds it, where the secret is a JSON object.
   * @default - the whole text of the secret
   */
  readonly secretField?: string;
}

/** A signature of the body, by a secret that producer and endpoint share. */
export interface WebhookHmacOptions extends WebhookSecretOptions {
  /**
   * Header with the signature, or with several, separated by commas or blanks: one that is right is enough.
   * @default 'X-Hub-Signature-256'
   */
  readonly header?: string;

  /**
   * What stands before a signature; parts of the header that do not begin with it are passed over.
   * @default - 'sha256=' where `header` is left out, else nothing
   */
  readonly prefix?: string;

  /** @default WebhookSignatureAlgorithm.SHA256 */
  readonly algorithm?: WebhookSignatureAlgorithm;

  /** @default WebhookSignatureEncoding.HEX */
  readonly encoding?: WebhookSignatureEncoding;

  /**
   * Header with the time at which the signature was made: seconds or milliseconds since 1970, or ISO 8601 with its zone. It
   * may be the header of the signature. Without it whoever overheard a request can send it again for ever.
   * @default - none: signatures do not age
   */
  readonly timestampHeader?: string;

  /**
   * What stands before the time, for example `t=`.
   * @default - nothing
   */
  readonly timestampPrefix?: string;

  /**
   * How far that time may be from the clock of the endpoint, earlier or later, 1 second to 1 day.
   * @default Duration.minutes(5), with `timestampHeader`
   */
  readonly tolerance?: Duration;

  /**
   * What is signed: text with `{body}` in it once, and with `timestampHeader` also `{timestamp}` once.
   * @default '{timestamp}.{body}' with `timestampHeader`, else '{body}'
   */
  readonly signedContent?: string;
}

/** A key in a header. */
export interface WebhookApiKeyOptions extends WebhookSecretOptions {
  /** @default 'X-Api-Key' */
  readonly header?: string;

  /**
   * What stands before the key, for example `Bearer ` (with the blank).
   * @default - nothing
   */
  readonly prefix?: string;
}

/** What an endpoint needs to know of how its producers show who they are. */
interface WebhookAuthenticationBinding {
  /** For the function, where it is the one to judge. */
  readonly settings?: WebhookAuthenticationSettings;
  readonly authorizer?: IHttpRouteAuthorizer;
}

/** How producers show who they are. There is no way to leave it out. */
export abstract class WebhookAuthentication {
  /**
   * Each request is signed. The defaults are those of GitHub.
   * @throws Error for header names that are none, a tolerance without a time, and content without its body or time
   */
  static hmac(options: WebhookHmacOptions): WebhookAuthentication {
    return new SharedSecret(options.secret, hmacSettings(options));
  }

  /**
   * Each request has a key in a header. It proves less than a signature: whoever sees one request can send others.
   * @throws Error for a header name that is none
   */
  static apiKey(options: WebhookApiKeyOptions): WebhookAuthentication {
    const header = options.header ?? 'X-Api-Key';
    requireHeaderName('header', header);
    const { secret, secretField } = options;
    return new SharedSecret(secret, {
      apiKey: {
        header: header.toLowerCase(),
        prefix: options.prefix ?? '',
        secret: secret.secretArn,
        secretField,
      },
    });
  }

  /** Producers of AWS accounts sign with their roles (Signature Version 4): `endpoint.grantInvoke(role)`. */
  static iam(): WebhookAuthentication {
    return new ByApi(new HttpIamAuthorizer(), true);
  }

  /** An authorizer of the API: tokens of an identity provider (`HttpJwtAuthorizer`), a function of yours. */
  static authorizer(authorizer: IHttpRouteAuthorizer): WebhookAuthentication {
    return new ByApi(authorizer, false);
  }

  /**
   * Whether producers are roles.
   * @internal
   */
  abstract readonly _isIam: boolean;

  /**
   * Whether requests are signed, and the function checks that.
   * @internal
   */
  readonly _isSigned: boolean = false;

  /**
   * Lets the function read what it needs.
   * @internal
   */
  abstract _bind(grantee: iam.IGrantable): WebhookAuthenticationBinding;
}

class SharedSecret extends WebhookAuthentication {
  readonly _isIam = false;
  override readonly _isSigned: boolean;

  constructor(
    private readonly secret: ISecret,
    private readonly settings: WebhookAuthenticationSettings,
  ) {
    super();
    this._isSigned = settings.hmac !== undefined;
  }

  _bind(grantee: iam.IGrantable): WebhookAuthenticationBinding {
    grantAcceptedVersions(this.secret, grantee);
    return { settings: this.settings };
  }
}

class ByApi extends WebhookAuthentication {
  constructor(
    private readonly authorizer: IHttpRouteAuthorizer,
    readonly _isIam: boolean,
  ) {
    super();
  }

  _bind(): WebhookAuthenticationBinding {
    return { authorizer: this.authorizer };
  }
}

function hmacSettings(options: WebhookHmacOptions): WebhookAuthenticationSettings {
  const { secret, secretField, timestampHeader, tolerance } = options;
  const header = options.header ?? 'X-Hub-Signature-256';
  requireHeaderName('header', header);
  const isTimed = timestampHeader !== undefined;
  if (isTimed) requireHeaderName('timestampHeader', timestampHeader);
  else if (tolerance !== undefined || options.timestampPrefix !== undefined) {
    throw new Error(
      `${tolerance === undefined ? 'timestampPrefix' : 'tolerance'} is given without timestampHeader. ` +
        'Name the header that says when a signature was made.',
    );
  }
  requireDuration('tolerance', tolerance, {
    minimum: 1,
    maximum: 86_400,
    remedy: 'Leave it out for five minutes.',
  });
  const signedContent = options.signedContent ?? (isTimed ? '{timestamp}.{body}' : '{body}');
  requireSignedContent(signedContent, isTimed);
  return {
    hmac: {
      secret: secret.secretArn,
      secretField,
      header: header.toLowerCase(),
      prefix: options.prefix ?? (options.header === undefined ? 'sha256=' : ''),
      algorithm: options.algorithm ?? WebhookSignatureAlgorithm.SHA256,
      encoding: options.encoding ?? WebhookSignatureEncoding.HEX,
      signedContent,
      timestamp: isTimed
        ? {
            header: timestampHeader.toLowerCase(),
            prefix: options.timestampPrefix ?? '',
            toleranceSeconds: (tolerance ?? Duration.minutes(5)).toSeconds(),
          }
        : undefined,
    },
  };
}

/** A time that is not signed can be set anew by whoever sends a request again. */
function requireSignedContent(signedContent: string, isTimed: boolean): void {
  const placeholders = (signedContent.match(/\{[^{}]*\}/g) ?? []).sort().join(' ');
  const wanted = isTimed ? '{body} {timestamp}' : '{body}';
  if (placeholders === wanted) return;
  throw new Error(
    `signedContent must hold ${isTimed ? '{body} and {timestamp} once each' : '{body} once'}, and no other braces. ` +
      `Received "${signedContent}". ` +
      (isTimed
        ? 'The time has to be signed with the body, or it proves nothing.'
        : 'Name the header of a time that is signed in timestampHeader.'),
  );
}
