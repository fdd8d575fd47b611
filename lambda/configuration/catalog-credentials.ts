import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import type { Environment } from './environment';

/** How a REST catalog is told who we are. */
export interface CatalogCredentials {
  /** A bearer token. */
  readonly token?: string;
  /** `<client id>:<client secret>`, exchanged for a token. */
  readonly credential?: string;
  /** Token endpoint. */
  readonly tokenUri?: string;
  readonly scope?: string;
}

export function readCatalogCredentials(environment: Environment = process.env): CatalogCredentials {
  return {
    token: environment[HANDLER_ENVIRONMENT.catalogToken],
    credential: environment[HANDLER_ENVIRONMENT.catalogCredential],
    tokenUri: environment[HANDLER_ENVIRONMENT.catalogTokenUri],
    scope: environment[HANDLER_ENVIRONMENT.catalogScope],
  };
}
