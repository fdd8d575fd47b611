import {
  type Content,
  inOnePiece,
  ObjectExists,
  ObjectNotFound,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from '../../lambda/stores/object-store';

/** Objects in memory, with the conditional put enforced. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, { bytes: Uint8Array; modifiedAt: number }>();

  async get(uri: string): Promise<Uint8Array> {
    const object = this.objects.get(uri);
    if (!object) throw new ObjectNotFound(uri);
    return object.bytes;
  }

  async put(uri: string, content: Content, options: PutOptions = {}): Promise<void> {
    if (options.ifAbsent && this.objects.has(uri)) throw new ObjectExists(uri);
    this.objects.set(uri, { bytes: Uint8Array.from(inOnePiece(content)), modifiedAt: Date.now() });
  }

  async exists(uri: string): Promise<boolean> {
    return this.objects.has(uri);
  }

  async delete(uri: string): Promise<void> {
    this.objects.delete(uri);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for (const [uri, { bytes, modifiedAt }] of this.objects) {
      if (uri.startsWith(prefix)) yield { uri, size: bytes.length, modifiedAt };
    }
  }
}
