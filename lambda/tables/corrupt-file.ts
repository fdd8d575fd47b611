/** A file of a table that is there and cannot be read. */
export class CorruptFile extends Error {
  constructor(
    readonly uri: string,
    cause: unknown,
    readonly isMissing = false,
  ) {
    super(
      `${uri} cannot be read: ${(cause as Error).message} Nothing was changed. Restore the file, or roll the table back to a snapshot that does not use it.`,
      { cause },
    );
    this.name = 'CorruptFile';
  }
}

/** Reads a file's content, naming the file when it is not what it should be. */
export function readable<T>(uri: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CorruptFile(uri, error);
  }
}
