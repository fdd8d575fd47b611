import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const BENCH = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.dirname(BENCH);
/** Everything a run leaves behind. */
export const OUT = path.join(BENCH, 'out');
