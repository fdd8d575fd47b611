import type { Environment } from './environment';

/** How Azure's platforms tell a workload who it is; names are theirs. */
export function readAzureIdentity(environment: Environment = process.env): {
  sharedAccessSignature?: string;
  endpoint?: string;
  secret?: string;
  clientId?: string;
} {
  return {
    sharedAccessSignature: environment.AZURE_STORAGE_SAS_TOKEN,
    endpoint: environment.IDENTITY_ENDPOINT,
    secret: environment.IDENTITY_HEADER,
    clientId: environment.AZURE_CLIENT_ID,
  };
}
