import { readCatalogCredentials } from '../../configuration/catalog-credentials';
import { anonymous, awsSigned, bearer, clientCredentials } from './authorizations';
import { parseRestTable, RestCatalog, type RestAuthorization } from './rest-catalog';

/** https://s3tables.<region>.amazonaws.com/iceberg and https://glue.<region>.amazonaws.com/iceberg */
const AWS_ENDPOINT = /^https:\/\/(s3tables|glue)\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?(\/|$)/;
const DEFAULT_SCOPE = 'catalog';

/** Endpoints of AWS are signed for; others get the token, or what the credential is exchanged for. */
export async function openRestCatalog(uri: string): Promise<RestCatalog> {
  const at = parseRestTable(uri);
  return new RestCatalog(at, await authorizationFor(at.catalog));
}

async function authorizationFor(catalog: string): Promise<RestAuthorization> {
  const [, service, region] = AWS_ENDPOINT.exec(catalog) ?? [];
  if (service !== undefined) {
    const { awsCredentials } = await import('./aws-credentials');
    return awsSigned({ credentials: awsCredentials(region), region, service });
  }
  const { token, credential, tokenUri, scope } = readCatalogCredentials();
  if (token) return bearer(token);
  if (!credential) return anonymous();
  return clientCredentials({
    credential,
    tokenUri: tokenUri ?? `${catalog}/v1/oauth/tokens`,
    scope: scope ?? DEFAULT_SCOPE,
  });
}
