import { readAzureIdentity } from '../configuration/azure-identity';
import { TokenCache, tokenFrom } from './access-token';
import { AdlsStore } from './adls-store';
import { callHttp } from './http-calls';

const STORAGE = 'https://storage.azure.com/';
const MACHINE_TOKEN = 'http://169.254.169.254/metadata/identity/oauth2/token';

/** Where a token comes from, as the environment says. */
export interface AzureIdentity {
  /** A shared access signature; no token is asked for where there is one. */
  readonly sharedAccessSignature?: string;
  /** Token endpoint of App Service, Functions and Container Apps, and the secret it wants to see. */
  readonly endpoint?: string;
  readonly secret?: string;
  /** Client id of a user-assigned identity. */
  readonly clientId?: string;
}

export function openAdlsStore(): AdlsStore {
  const identity = readAzureIdentity();
  if (identity.sharedAccessSignature) return new AdlsStore(identity);
  return new AdlsStore({ authorization: managedIdentity(identity) });
}

/** The identity Azure gave this workload: asked of the platform, or of the machine's metadata service. */
export function managedIdentity({ endpoint, secret, clientId }: AzureIdentity): TokenCache {
  return new TokenCache(async () => {
    const query = new URLSearchParams({
      resource: STORAGE,
      'api-version': endpoint ? '2019-08-01' : '2018-02-01',
      ...(clientId && { client_id: clientId }),
    });
    const headers: Record<string, string> = endpoint
      ? { 'x-identity-header': secret ?? '' }
      : { metadata: 'true' };
    const url = `${endpoint ?? MACHINE_TOKEN}?${query}`;
    const response = await callHttp({ method: 'GET', url, headers, repeatable: true });
    return tokenFrom('The managed identity', response);
  });
}
