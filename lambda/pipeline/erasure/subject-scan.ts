import { CorruptFile } from '../../tables/corrupt-file';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { inParallel } from '../../tables/table-files';
import { rowsOfFile } from '../../rows/rows-of-file';
import type { SubjectRows } from './subject-rows';

const READ_AT_ONCE = 4;

interface Counts {
  readonly rows: number;
  readonly unclear: number;
}

/** Looks for rows of a subject in a table's files. Files never change: each is read once, whatever is asked of it. */
export class SubjectScan {
  private readonly counts = new Map<string, Promise<Counts>>();

  constructor(
    private readonly table: IcebergTable,
    readonly rows: SubjectRows,
  ) {}

  /** Those of the files that hold rows of the subject, and how many. @throws CorruptFile when one is missing or broken */
  async holding<T extends DataFile>(files: readonly T[]): Promise<Map<T, number>> {
    const candidates = this.rows.candidates(files);
    const counts = await inParallel(candidates, READ_AT_ONCE, (file) => this.count(file));
    return new Map(
      candidates.map((file, i) => [file, counts[i].rows] as const).filter(([, rows]) => rows > 0),
    );
  }

  /** How many rows of the files may be the subject's, and do not tell. */
  async unclear(files: readonly DataFile[]): Promise<number> {
    if (!this.rows.isUnclear) return 0;
    const counts = await inParallel(this.rows.candidates(files), READ_AT_ONCE, (file) => this.count(file));
    return counts.reduce((sum, { unclear }) => sum + unclear, 0);
  }

  /** Whether what is known of files tells of the subject: of one that is gone its bounds alone, which may be too wide. */
  async mayTellOf(files: readonly DataFile[]): Promise<boolean> {
    for (const file of this.rows.candidates(files)) {
      const holds = await this.count(file).then(
        ({ rows }) => rows > 0,
        (error: unknown) => {
          if (error instanceof CorruptFile && error.isMissing) return true;
          throw error;
        },
      );
      if (holds) return true;
    }
    return false;
  }

  private count(file: DataFile): Promise<Counts> {
    let found = this.counts.get(file.filePath);
    if (!found) {
      found = this.read(file);
      this.counts.set(file.filePath, found);
      // What failed may be there the next time.
      found.catch(() => this.counts.delete(file.filePath));
    }
    return found;
  }

  private async read(file: DataFile): Promise<Counts> {
    const counts = { rows: 0, unclear: 0 };
    for await (const rows of rowsOfFile(this.table, file, this.rows.columns))
      for (const row of rows)
        if (this.rows.matches(row)) counts.rows++;
        else if (this.rows.isUnclear?.(row)) counts.unclear++;
    return counts;
  }
}
