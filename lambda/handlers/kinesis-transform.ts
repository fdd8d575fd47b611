import { openLookups } from '../lookups/open-lookups';
import { SecretsManagerSecrets } from '../lookups/secrets';
import { ContractInput } from '../pipeline/transform/contract-input';
import { loadTransform } from '../pipeline/transform/load-transform';
import * as compiled from './contract.mjs';
import { ingestHandler } from './parts/ingestion';

/** As `kinesis-ingest`, with what reads secrets and, where there is any, the user's own code, which lies beside the bundle as the contract does. */
export const handler = ingestHandler(
  compiled,
  (transform) =>
    loadTransform(transform, {
      module: () => import('./transform.mjs'),
      input: async () => new ContractInput(await import('./input-contract.mjs')),
      lookups: () => openLookups(transform.lookups, (file) => import(file)),
    }),
  new SecretsManagerSecrets(),
);
