import { TokenCache, tokenFrom } from '../../stores/access-token';
import type { RestAuthorization } from './rest-catalog';
import { signV4, type SigningCredentials } from '../../stores/signature-v4';

/** A token somebody gave us. */
export function bearer(token: string): RestAuthorization {
  return { headers: async () => ({ authorization: `Bearer ${token}` }), refused: () => false };
}

export function anonymous(): RestAuthorization {
  return { headers: async () => ({}), refused: () => false };
}

export interface ClientCredentials {
  readonly tokenUri: string;
  /** `<client id>:<client secret>` */
  readonly credential: string;
  readonly scope: string;
}

/** A client id and secret, exchanged for tokens that are renewed (OAuth 2.0, RFC 6749, section 4.4). */
export function clientCredentials({ tokenUri, credential, scope }: ClientCredentials): RestAuthorization {
  const colon = credential.indexOf(':');
  if (colon < 1) {
    throw new Error(
      'The credential of a REST catalog is <client id>:<client secret>. The one given has no colon, or nothing before it.',
    );
  }
  const form = {
    grant_type: 'client_credentials',
    scope,
    client_id: credential.slice(0, colon),
    client_secret: credential.slice(colon + 1),
  };
  const tokens = new TokenCache(async () => {
    const body = new URLSearchParams(form);
    return tokenFrom(`The token endpoint ${tokenUri}`, await fetch(tokenUri, { method: 'POST', body }));
  });
  return {
    headers: async () => ({ authorization: await tokens.header() }),
    refused: () => {
      tokens.forget();
      return true;
    },
  };
}

export interface AwsSigner {
  credentials(): Promise<SigningCredentials>;
  readonly region: string;
  /** `s3tables` or `glue`. */
  readonly service: string;
}

export function awsSigned({ credentials, region, service }: AwsSigner): RestAuthorization {
  return {
    headers: async (request) => signV4(request, await credentials(), { region, service, now: new Date() }),
    refused: () => false,
  };
}
