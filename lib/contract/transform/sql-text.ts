import { readFileSync } from 'node:fs';

/** The SQL of a transform: one SELECT, or WITH … SELECT, in the SQL all engines share. */
export class SqlText {
  /**
   * SQL in a file, which errors name.
   *
   * @throws Error when the file cannot be read
   */
  public static fromFile(path: string): SqlText {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw new Error(`The SQL file ${path} cannot be read: ${(error as Error).message}`);
    }
    return new SqlText(text.replace(/^\uFEFF/, ''), path);
  }

  /** SQL as text. */
  public static inline(text: string): SqlText {
    return new SqlText(text);
  }

  private constructor(
    /** The SQL as it was written. */
    public readonly text: string,
    /** The file it is from. @default - it was given as text */
    public readonly file?: string,
  ) {}
}
