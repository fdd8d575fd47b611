import type { LookupPlace, LookupSettings } from '../../lib/contract/transform-settings';
import { Lookup, type LookupSource } from '../pipeline/transform/lookup';
import { DynamoDbLookup } from './dynamodb-lookup';
import { FileLookup } from './file-lookup';
import { HttpLookup } from './http-lookup';
import { SecretsManagerSecrets } from './secrets';

/** Imports a file that lies beside the bundle. */
export type ImportBeside = (file: string) => Promise<{ readonly default?: unknown }>;

/** The lookups a function was told of, by name. Nothing is asked before a record wants to know. */
export async function openLookups(
  settings: ReadonlyMap<string, LookupSettings>,
  importBeside: ImportBeside,
): Promise<Map<string, Lookup>> {
  const secrets = new SecretsManagerSecrets();
  const lookups = new Map<string, Lookup>();
  for (const [name, setting] of settings) {
    lookups.set(name, new Lookup(name, await sourceOf(setting, secrets, importBeside), setting));
  }
  return lookups;
}

async function sourceOf(
  place: LookupPlace,
  secrets: SecretsManagerSecrets,
  importBeside: ImportBeside,
): Promise<LookupSource> {
  switch (place.kind) {
    case 'dynamodb': {
      // A module of ours, so that only the one operation of the client is bundled.
      const { batchGetOf } = await import('./dynamodb-items');
      return new DynamoDbLookup(batchGetOf(place), place.keyType);
    }
    case 'http':
      return new HttpLookup(place, secrets);
    case 'file':
      return new FileLookup(place, importBeside);
  }
}
