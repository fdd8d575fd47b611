import { CorruptFile } from '../../tables/corrupt-file';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { inParallel } from '../../tables/table-files';
import { rowsOfFile } from '../../rows/rows-of-file';
import type { SubjectRows } from './subject-rows';

const READ_AT_ONCE = 4;

/** Looks for rows of a subject in a table's files. Files never change: each is read once, whatever is asked of it. */
export class SubjectScan {
  private readonly counts = new Map<string, Promise<number>>();

  constructor(
    private readonly table: IcebergTable,
    readonly rows: SubjectRows,
  ) {}

  /** Those of the files that hold rows of the subject, and how many. @throws CorruptFile when one is missing or broken */
  async holding<T extends DataFile>(files: readonly T[]): Promise<Map<T, number>> {
    const candidates = this.rows.candidates(files);
    const counts = await inParallel(candidates, READ_AT_ONCE, (file) => this.count(file));
    return new Map(candidates.map((file, i) => [file, counts[i]] as const).filter(([, count]) => count > 0));
  }

  /** Whether what is known of files tells of the subject: of one that is gone its bounds alone, which may be too wide. */
  async mayTellOf(files: readonly DataFile[]): Promise<boolean> {
    for (const file of this.rows.candidates(files)) {
      const holds = await this.count(file).then(
        (count) => count > 0,
        (error: unknown) => {
          if (error instanceof CorruptFile && error.isMissing) return true;
          throw error;
        },
      );
      if (holds) return true;
    }
    return false;
  }

  private count(file: DataFile): Promise<number> {
    let found = this.counts.get(file.filePath);
    if (!found) {
      found = this.read(file);
      this.counts.set(file.filePath, found);
      // What failed may be there the next time.
      found.catch(() => this.counts.delete(file.filePath));
    }
    return found;
  }

  private async read(file: DataFile): Promise<number> {
    let count = 0;
    for await (const rows of rowsOfFile(this.table, file, this.rows.columns))
      for (const row of rows) if (this.rows.matches(row)) count++;
    return count;
  }
}
