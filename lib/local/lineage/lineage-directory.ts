import { join } from 'node:path';

/** Where runs on this machine tell their lineage, beside the tables of a directory. */
export function lineageDirectory(out: string): string {
  return join(out, 'lineage');
}
