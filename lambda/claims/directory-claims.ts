import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Claim, ClaimStore, Decision } from '../pipeline/deduplication/claims';

/**
 * A directory in the place of a DynamoDB table, on a laptop: each change is a file with the next number, whose name one
 * process only can have. Whoever finds it taken reads it and decides again.
 */
export class DirectoryClaims implements ClaimStore {
  private readonly claims = new Map<string, readonly Claim[]>();
  private changes = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly now: () => number = Date.now,
  ) {}

  change(keys: readonly string[], decide: Decision): Promise<void> {
    const done = this.last.then(() => this.changeNext(keys, decide));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async changeNext(keys: readonly string[], decide: Decision): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    for (;;) {
      await this.readOn();
      const now = this.now();
      const changed: [string, readonly Claim[]][] = [];
      for (const key of keys) {
        const held = (this.claims.get(key) ?? []).filter(({ until }) => until > now);
        const next = decide(key, held);
        if (next !== held) changed.push([key, next]);
      }
      if (changed.length === 0 || (await this.append(changed))) return;
    }
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const text = await readFile(this.file(this.changes), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return;
      for (const [key, claims] of JSON.parse(text) as [string, readonly Claim[]][])
        this.claims.set(key, claims);
      this.changes++;
    }
  }

  private async append(changed: readonly [string, readonly Claim[]][]): Promise<boolean> {
    const draft = join(this.directory, `${process.pid}-${Math.random().toString(36).slice(2)}.part`);
    await writeFile(draft, JSON.stringify(changed));
    try {
      await link(draft, this.file(this.changes));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  private file(change: number): string {
    return join(this.directory, `${String(change).padStart(9, '0')}.json`);
  }
}
