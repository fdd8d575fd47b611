import { LogicalType } from '../contract-property';
import { epochUnit } from '../epoch-format';

/** Letters of a JDK DateTimeFormatter pattern the handler reads (lambda/formats/values/date-pattern.ts). */
const PATTERN_LETTERS = 'yuMLdHhmsSaEXxZ';

export function isTemporal(type: LogicalType): boolean {
  return type === LogicalType.DATE || type === LogicalType.TIME || type === LogicalType.TIMESTAMP;
}

/**
 * Why the handler could not read values in a `format`; undefined when it can. Found here, as the handler would find
 * it out at its first record and stop.
 */
export function temporalFormatFault(type: LogicalType, format: string): string | undefined {
  if (type === LogicalType.TIMESTAMP && epochUnit(format) !== undefined) return undefined;
  if (type === LogicalType.DATE && epochUnit(format) !== undefined) {
    return 'is an epoch, which dates do not have. Make it a timestamp, or drop the format.';
  }
  const unquoted = format.replace(/'(?:[^']|'')*'/g, '');
  if (unquoted.includes("'")) return "opens a quote that is never closed. Text stands in '…'.";
  const unknown = [...unquoted].find(
    (letter) => /[A-Za-z]/.test(letter) && !PATTERN_LETTERS.includes(letter),
  );
  if (unknown === undefined) return undefined;
  const epochs = type === LogicalType.TIMESTAMP ? ', or epoch_s, epoch_ms, epoch_us, epoch_ns' : '';
  return (
    `has the letter ${unknown}. Allowed is a JDK DateTimeFormatter pattern of ${[...PATTERN_LETTERS].join(' ')} ` +
    `and text in single quotes${epochs}. ISO 8601 is read without a format: drop it.`
  );
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?$/;
const ZONE = /(Z|[+-]\d\d(:?\d\d)?)$/i;

/** Why a bound is no value of its column; undefined when it is, or is written in the pattern of a `format`. */
export function temporalBoundFault(
  type: LogicalType,
  format: string | undefined,
  text: string,
): string | undefined {
  if (format !== undefined && epochUnit(format) === undefined) return undefined;
  switch (type) {
    case LogicalType.TIME:
      return CLOCK.test(text) ? undefined : 'is no time of day. Write for example "09:30:00".';
    case LogicalType.DATE:
      return isDay(text) || (isTimestamp(text) && /[T ]00:00(:00([.,]0+)?)?Z?$/i.test(text))
        ? undefined
        : 'is no date. Write for example "2024-02-29".';
    default:
      return isTimestamp(text) || /^-?[1-9]\d{8,}$/.test(text)
        ? undefined
        : 'is no timestamp. Write for example "2024-02-29T12:00:00Z".';
  }
}

function isTimestamp(text: string): boolean {
  if (isDay(text)) return true;
  return (
    isDay(text.slice(0, 10)) && /^[T ]/i.test(text.slice(10)) && CLOCK.test(text.slice(11).replace(ZONE, ''))
  );
}

function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // A day the month does not have would be counted into the next.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
