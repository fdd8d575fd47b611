/**
 * Loads a peer dependency when it is first needed, so that this entry point works for users of one cloud only.
 *
 * @throws Error with the line that installs it
 */
export function requirePeer<T>(name: string): T {
  try {
    return require(name) as T;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
    const packageName = name.split('/')[0];
    throw new Error(
      `lakehouse-constructs/testing needs ${packageName} for this: npm install --save-dev ${packageName}`,
      { cause },
    );
  }
}
