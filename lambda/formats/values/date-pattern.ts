import { epochDay, type Micros, SECONDS_PER_DAY } from './calendar';
import { atZone } from './iso-time';
import type { ZoneOffset } from './time-zone';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAMES = 'January|February|March|April|May|June|July|August|September|October|November|December';
const DAY_NAMES = '(?:Mon|Tue|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Mon|Tue|Wed|Thu|Fri|Sat|Sun';

type Token =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'monthName'
  | 'day'
  | 'hour'
  | 'halfDayHour'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'halfDay'
  | 'zone';

/** A date and time taken apart by a pattern. */
export interface PatternReading {
  /** Days from 1970-01-01. */
  readonly day: number;
  readonly micros: Micros;
}

/**
 * Reader of texts in a JDK DateTimeFormatter pattern, which is what the contract standard names for `format`. Knows
 * `y M d H h m s S a E X x Z`, month names in English, and quoted text. A text that does not fit, or names a day
 * that does not exist, gives undefined.
 *
 * @throws Error for a pattern with letters it does not know
 */
export function datePattern(
  pattern: string,
  zone: ZoneOffset | undefined,
): (text: string) => PatternReading | undefined {
  const tokens: Token[] = [];
  let source = '^';
  for (const [part, quoted, letters] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)) {
    if (quoted !== undefined) {
      source += escaped(quoted === '' ? "'" : quoted.replaceAll("''", "'"));
    } else if (letters === undefined) {
      source += escaped(part);
    } else {
      source += field(letters, part.length, pattern, tokens);
    }
  }
  const expression = new RegExp(`${source}$`, 'i');
  return (text) => {
    const match = expression.exec(text);
    return match === null ? undefined : reading(tokens, match, zone);
  };
}

function field(letter: string, length: number, pattern: string, tokens: Token[]): string {
  const digits = (token: Token): string => {
    tokens.push(token);
    return length === 1 ? '(\\d{1,2})' : `(\\d{${length}})`;
  };
  switch (letter) {
    case 'y':
    case 'u':
      tokens.push(length === 2 ? 'shortYear' : 'year');
      return length === 2 ? '(\\d{2})' : '(\\d{4})';
    case 'M':
    case 'L':
      if (length <= 2) return digits('month');
      tokens.push('monthName');
      return length === 3 ? `(${MONTHS.join('|')})` : `(${MONTH_NAMES})`;
    case 'd':
      return digits('day');
    case 'H':
      return digits('hour');
    case 'h':
      return digits('halfDayHour');
    case 'm':
      return digits('minute');
    case 's':
      return digits('second');
    case 'S':
      tokens.push('fraction');
      return `(\\d{${length}})`;
    case 'a':
      tokens.push('halfDay');
      return '([AP]\\.?M\\.?)';
    case 'E':
      return `(?:${DAY_NAMES})`;
    case 'X':
    case 'x':
    case 'Z':
      tokens.push('zone');
      return '(Z|[+-]\\d{2}(?::?\\d{2})?)';
    default:
      throw new Error(
        `Date pattern "${pattern}" has the letter "${letter}". Allowed: y M d H h m s S a E X x Z, and text in single quotes.`,
      );
  }
}

function reading(
  tokens: readonly Token[],
  match: RegExpExecArray,
  zone: ZoneOffset | undefined,
): PatternReading | undefined {
  const found = new Map(tokens.map((token, i) => [token, match[i + 1]]));
  const number = (token: Token, otherwise: number): number => Number(found.get(token) ?? otherwise);
  const monthName = found.get('monthName');
  const month =
    monthName === undefined ? number('month', 1) : MONTHS.indexOf(monthName.slice(0, 3).toLowerCase()) + 1;
  // As in the JDK, two digits of a year lie in 2000 to 2099.
  const year = found.has('shortYear') ? 2000 + number('shortYear', 0) : number('year', 1970);
  const day = epochDay(year, month, number('day', 1));
  const hour = hourOfDay(found, number);
  const minute = number('minute', 0);
  const second = number('second', 0);
  if (Number.isNaN(day) || hour === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const micros = Number((found.get('fraction') ?? '').padEnd(6, '0').slice(0, 6));
  const wallClock = day * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
  const offset = found.get('zone');
  return { day, micros: atZone(wallClock, micros, offset === undefined ? zone : () => offsetOf(offset)) };
}

function hourOfDay(
  found: Map<Token, string>,
  number: (token: Token, otherwise: number) => number,
): number | undefined {
  if (!found.has('halfDayHour')) return number('hour', 0);
  const hour = number('halfDayHour', 12);
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (/^p/i.test(found.get('halfDay') ?? 'am') ? 12 : 0);
}

function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const seconds = Number(text.slice(1, 3)) * 3600 + Number(text.slice(3).replace(':', '')) * 60;
  return text.startsWith('-') ? -seconds : seconds;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
