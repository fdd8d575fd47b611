import type { ObjectStore } from '../../../lambda/stores/object-store';
import { MemoryStore } from '../../stores/memory-store';
import type { Random } from '../../random';

interface Written {
  readonly uri: string;
  readonly bytes: Uint8Array;
}

/** A store whose every write is to be copied elsewhere, sooner or later. Deletions are not. */
export class ReplicatedStore extends MemoryStore {
  readonly written: Written[] = [];

  override async put(...[uri, content, options]: Parameters<ObjectStore['put']>): Promise<void> {
    await super.put(uri, content, options);
    this.written.push({ uri, bytes: await this.get(uri) });
  }

  /** What has arrived somewhere else when the source fails: all up to a moment, and of what came after it some. */
  arrived(random: Random, to: (uri: string) => string): MemoryStore {
    const replica = new MemoryStore();
    const surely = random.integer(0, this.written.length);
    const chance = random.next();
    this.written.forEach(({ uri, bytes }, i) => {
      if (i >= surely && !random.chance(chance)) return;
      // The tests read files by the times they were written at no more than stores do.
      replica.objects.set(to(uri), { bytes, modifiedAt: i });
    });
    return replica;
  }
}
