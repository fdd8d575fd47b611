import type { DispositionSettings } from '../../../lib/contract/disposition-settings';
import { FileGone, type FileVersion, type SourceFiles } from '../../stores/source-files';

/**
 * Does with a file that is done what is to be done with it. May be called again after a failure at any point: a file that
 * is not there any more was moved or deleted by the call before.
 */
export async function dispose(
  file: FileVersion,
  files: SourceFiles,
  disposition: DispositionSettings,
): Promise<void> {
  const { copyTo, deletes = false } = disposition;
  if (copyTo !== undefined) {
    try {
      await files.copy(file, copyTo.bucket, `${copyTo.prefix}${file.key}`);
    } catch (error) {
      if (!(error instanceof FileGone)) throw error;
    }
  }
  if (deletes) await files.delete(file);
}

export function isKept({ copyTo, deletes = false }: DispositionSettings): boolean {
  return copyTo === undefined && !deletes;
}
