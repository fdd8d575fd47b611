import { openClaims } from '../claims/open-claims';
import { openLookups } from '../lookups/open-lookups';
import { SecretsManagerSecrets } from '../lookups/secrets';
import { ContractInput } from '../pipeline/transform/contract-input';
import { loadTransform } from '../pipeline/transform/load-transform';
import { EventDeduplication } from '../pipeline/deduplication/event-deduplication';
import { EventIds } from '../pipeline/deduplication/event-id';
import * as compiled from './contract.mjs';
import { ingestHandler } from './parts/ingestion';

/** As `kinesis-ingest`, with the user's own code, which lies beside the bundle as the contract does, and with what reads secrets. */
export const handler = ingestHandler(compiled, {
  openTransform: (transform) =>
    loadTransform(transform, {
      module: () => import('./transform.mjs'),
      input: async () => new ContractInput(await import('./input-contract.mjs')),
      lookups: () => openLookups(transform.lookups, (file) => import(file)),
    }),
  secrets: new SecretsManagerSecrets(),
  openDeduplication: async ({ table, fields, scope, windowSeconds, keepSeconds }) => {
    const ids = new EventIds(fields);
    return new EventDeduplication({
      claims: await openClaims(table),
      idOf: (record) => ids.of(record),
      scope,
      windowMilliseconds: windowSeconds * 1000,
      keepMilliseconds: keepSeconds * 1000,
      now: Date.now,
    });
  },
});
