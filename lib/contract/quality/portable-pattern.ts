import { QualityGateError } from './quality-gate-error';

/** ECMA-262's sets that RE2 and Java read otherwise, as the inside of a character class. */
const SPACE = '\\t\\n\\x0B\\f\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const LINE_END = '\\n\\r\u2028\u2029';
const SAME_EVERYWHERE = 'dDwWtnrfbB';
const LARGEST_REPETITION = 1000;

/**
 * A contract's pattern (ECMA-262) in the syntax that RE2 (DuckDB) and Java (Athena, Spark) share, with the same
 * meaning. What RE2 has not (look-around, back references) is refused, not approximated.
 *
 * @throws QualityGateError for a pattern that cannot be said.
 */
export function portablePattern(pattern: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') {
      const [text, length] = escape(pattern, at, inClass);
      result += text;
      at += length - 1;
    } else if (inClass) {
      inClass = character !== ']';
      // Java reads a nested [ or && as set operations, which ECMA-262 without the v flag does not have.
      result += character === '[' || character === '&' ? `\\${character}` : character;
    } else if (character === '[') {
      inClass = true;
      if (/^\[\^?\]/.test(pattern.slice(at))) throw refused(pattern, 'an empty character class');
      result += character;
      if (pattern[at + 1] === '^') {
        result += '^';
        at++;
      }
    } else if (character === '.') {
      result += `[^${LINE_END}]`;
    } else if (character === '$') {
      // Java's $ stands also before a line end at the end of the text.
      result += '\\z';
    } else if (character === '(' && pattern[at + 1] === '?') {
      const [text, length] = group(pattern, at);
      result += text;
      at += length - 1;
    } else {
      result += character;
    }
  }
  checkRepetitions(pattern, result);
  return result;
}

function escape(pattern: string, at: number, inClass: boolean): [string, number] {
  const letter = pattern[at + 1];
  const unicode = /^\\u(?:([0-9A-Fa-f]{4})|\{([0-9A-Fa-f]{1,6})\})|^\\x([0-9A-Fa-f]{2})/.exec(
    pattern.slice(at),
  );
  if (unicode !== null) {
    const text = String.fromCodePoint(parseInt(unicode[1] ?? unicode[2] ?? unicode[3], 16));
    return [/[\\^$.*+?()[\]{}|/&-]/.test(text) ? `\\${text}` : text, unicode[0].length];
  }
  if (letter === 's') return [inClass ? SPACE : `[${SPACE}]`, 2];
  if (letter === 'S' && !inClass) return [`[^${SPACE}]`, 2];
  if (letter === 'v') return ['\\x0B', 2];
  if (letter === 'p' || letter === 'P') {
    const category = /^\\[pP]\{(?:General_Category=|gc=)?([A-Z][a-z]?)\}/.exec(pattern.slice(at));
    if (category === null) throw refused(pattern, 'a Unicode property that is no general category');
    return [`\\${letter}{${category[1]}}`, category[0].length];
  }
  if (inClass && (letter === 'b' || letter === 'B')) throw refused(pattern, 'a backspace');
  if (SAME_EVERYWHERE.includes(letter)) return [`\\${letter}`, 2];
  if (letter === undefined || /[A-Za-z0-9]/.test(letter)) throw refused(pattern, `\\${letter ?? ''}`);
  return [`\\${letter}`, 2];
}

function group(pattern: string, at: number): [string, number] {
  const named = /^\(\?<[A-Za-z_$][\w$]*>/.exec(pattern.slice(at));
  if (named !== null) return ['(', named[0].length];
  if (pattern.startsWith('(?:', at)) return ['(?:', 3];
  throw refused(pattern, `${pattern.slice(at, at + 3)} (look-around)`);
}

function checkRepetitions(pattern: string, portable: string): void {
  for (const [, low, high] of portable.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Math.max(Number(low), Number(high ?? 0)) > LARGEST_REPETITION) {
      throw refused(pattern, `a repetition of more than ${LARGEST_REPETITION}`);
    }
  }
}

function refused(pattern: string, what: string): QualityGateError {
  return new QualityGateError(
    `the pattern ${pattern} holds ${what}, which the regular expressions of SQL engines do not have`,
  );
}
