import type { Logger } from '@aws-lambda-powertools/logger';
import type { DriftReport } from '../pipeline/drift/drift-report';

/** Drifts a container remembers to have told. Producers choose the names of unknown fields: there may be any number. */
const MAX_TOLD = 500;

/**
 * One line for each new drift: a container tells each once, however many batches repeat it. Lines hold names and types of
 * fields, never values.
 */
export class DriftLog {
  private readonly told = new Set<string>();

  constructor(private readonly logger: Logger) {}

  batch({ drifts, omitted, schemaHash, seenHash }: DriftReport): void {
    const hashes = { schemaHash, seenHash };
    let untold = omitted;
    for (const { kind, path, found, critical, count } of drifts) {
      const key = `${kind} ${found} ${path}`;
      if (this.told.has(key)) continue;
      if (this.told.size >= MAX_TOLD) {
        untold += count;
        continue;
      }
      this.told.add(key);
      this.logger.warn('Schema drift', { drift: { kind, path, found, critical, count }, ...hashes });
    }
    if (untold > 0 && !this.told.has('')) {
      this.told.add('');
      this.logger.warn('Schema drift: there are more kinds of it than are told one by one', {
        untold,
        ...hashes,
      });
    }
  }
}
