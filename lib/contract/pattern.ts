/** Escaped letters that mean something in ECMA-262. The rest (`\A`, `\Z`, `\h` …) come from other dialects. */
const KNOWN_ESCAPES = 'dDwWsSbBnrtvfcxupPk';

/**
 * The regular expression a `pattern` of the contract means: read with Unicode's stricter grammar where it can be, with
 * a needless backslash or two dropped if that is what it takes, else with the loose one.
 *
 * @throws SyntaxError when it is none of ECMA-262.
 */
export function patternRegExp(pattern: string): RegExp {
  for (const [, letter] of pattern.matchAll(/\\([^])/g)) {
    if (/[A-Za-z]/.test(letter) && !KNOWN_ESCAPES.includes(letter)) {
      throw new SyntaxError(`/${pattern}/: \\${letter} has no meaning`);
    }
  }
  const withoutNeedless = pattern.replace(/\\([^A-Za-z0-9])/g, (escape, character: string) =>
    /[\^$\\.*+?()[\]{}|/-]/.test(character) ? escape : character,
  );
  for (const candidate of [pattern, withoutNeedless]) {
    try {
      return new RegExp(candidate, 'u');
    } catch {
      // The next reading is looser.
    }
  }
  return new RegExp(pattern);
}
