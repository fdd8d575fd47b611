import { FileStore } from './file-store';
import type { ObjectStore } from './object-store';

const OPENERS: Record<string, () => Promise<ObjectStore>> = {
  file: async () => new FileStore(),
  // Imported on first use: a run on directories never loads the S3 client.
  s3: async () => (await import('./s3-store')).openS3Store(),
  gs: async () => (await import('./gcs-store')).openGcsStore(),
  abfss: async () => (await import('./azure-authorization')).openAdlsStore(),
};

const opened = new Map<string, Promise<ObjectStore>>();

/** The store that holds a URI, one for each scheme and process. */
export function storeFor(uri: string): Promise<ObjectStore> {
  const scheme = /^([a-z][a-z0-9]*):\/\//.exec(uri)?.[1] ?? '';
  const open = OPENERS[scheme];
  if (!open) {
    throw new Error(`No object store for ${uri}. Allowed: ${Object.keys(OPENERS).join('://…, ')}://…`);
  }
  let store = opened.get(scheme);
  if (!store) {
    store = open();
    opened.set(scheme, store);
  }
  return store;
}
