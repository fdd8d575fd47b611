import { createHash } from 'node:crypto';
import type { FileVersion } from '../../stores/source-files';

/** Hexadecimal digits of a lane's name: of a billion files no two share them by chance. */
const DIGITS = 20;

/**
 * The lane of a file: one version of one key. Another version of the key is another file; without versions, another
 * content is.
 */
export function fileLane({ bucket, key, versionId, etag }: FileVersion): string {
  const identity = JSON.stringify([bucket, key, versionId ?? etag ?? null]);
  return `file/${createHash('sha256').update(identity).digest('hex').slice(0, DIGITS)}`;
}
