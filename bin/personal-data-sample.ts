import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a laptop looks through in about a second of its processor. */
const BYTES_LOOKED_AT = 4 * 1024 * 1024;
/** The least that a processor takes. */
const LEAST_RATE = 0.0001;

/** Share of the records of a run to look at for personal data: all of a small one, as much of a large one as takes no longer. */
export function personalDataSample(paths: readonly string[]): number {
  const bytes = paths.reduce((sum, path) => sum + bytesIn(path), 0);
  return Math.max(LEAST_RATE, Math.min(1, BYTES_LOOKED_AT / Math.max(1, bytes)));
}

/** Of what is not there, none: whoever reads it says so. */
function bytesIn(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory())
    return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
  return found?.size ?? 0;
}
