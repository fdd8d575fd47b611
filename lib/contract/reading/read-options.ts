import { LogicalType, type LogicalTypeOptions } from '../contract-property';
import { compareDecimals } from '../decimal';
import { patternRegExp } from '../pattern';
import { isTemporal, temporalBoundFault, temporalFormatFault } from './check-temporal';
import type { Fields } from './fields';

type Options = { -readonly [Key in keyof LogicalTypeOptions]: LogicalTypeOptions[Key] };
type Bound = 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum';

const BOUNDS: Bound[] = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
const ZONED = [...BOUNDS, 'format', 'timezone', 'defaultTimezone'];
const OPTIONS_OF: Record<LogicalType, readonly string[]> = {
  [LogicalType.STRING]: ['minLength', 'maxLength', 'pattern', 'format'],
  [LogicalType.DATE]: [...BOUNDS, 'format'],
  [LogicalType.TIMESTAMP]: ZONED,
  [LogicalType.TIME]: ZONED,
  [LogicalType.INTEGER]: [...BOUNDS, 'multipleOf', 'format'],
  [LogicalType.NUMBER]: [...BOUNDS, 'multipleOf', 'format'],
  [LogicalType.OBJECT]: ['required', 'minProperties', 'maxProperties'],
  [LogicalType.ARRAY]: ['minItems', 'maxItems', 'uniqueItems'],
  [LogicalType.BOOLEAN]: [],
};
const FORMATS: Partial<Record<LogicalType, readonly string[]>> = {
  [LogicalType.INTEGER]: ['i8', 'i16', 'i32', 'i64', 'i128', 'u8', 'u16', 'u32', 'u64', 'u128'],
  [LogicalType.NUMBER]: ['f32', 'f64'],
};

/**
 * Reads `logicalTypeOptions`.
 *
 * @param declared the logical type as the contract declares it; without one every option may stand.
 * @param logicalType the declared type, else the one inferred.
 */
export function readOptions(
  property: Fields,
  declared: LogicalType | undefined,
  logicalType: LogicalType,
  apiVersion: string,
): LogicalTypeOptions {
  const fields = property.map('logicalTypeOptions');
  if (fields === undefined) return {};
  const known = declared === undefined ? Object.values(OPTIONS_OF).flat() : OPTIONS_OF[declared];
  fields.allowOnly({ of: `logicalTypeOptions of type ${declared ?? 'unknown'}`, known });
  const may = (key: string) => known.includes(key) && fields.has(key);
  const options: Options = { ...readBounds(fields, may, logicalType, apiVersion) };
  for (const key of [
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
  ] as const) {
    if (may(key)) options[key] = fields.integer(key, 0);
  }
  if (may('multipleOf')) options.multipleOf = readMultiple(fields);
  if (may('pattern')) options.pattern = readPattern(fields);
  if (may('format')) options.format = readFormat(fields, logicalType);
  if (may('uniqueItems')) options.uniqueItems = fields.boolean('uniqueItems');
  if (may('required')) options.required = fields.strings('required');
  if (may('timezone')) options.timezone = fields.boolean('timezone');
  if (may('defaultTimezone')) options.defaultTimezone = readZone(fields);
  if (isTemporal(logicalType)) checkBounds(fields, options, logicalType);
  checkOrder(fields, options);
  return options;
}

/** v3.0 has the exclusive bounds as switches of the inclusive ones; v3.1 as bounds of their own. */
function readBounds(
  fields: Fields,
  may: (key: string) => boolean,
  logicalType: LogicalType,
  apiVersion: string,
): Options {
  const numeric = logicalType === LogicalType.INTEGER || logicalType === LogicalType.NUMBER;
  const bounds: Options = {};
  for (const key of BOUNDS) {
    if (!may(key)) continue;
    const node = fields.entry(key)!;
    const isSwitch = key.startsWith('exclusive') && node.kind === 'scalar' && typeof node.value === 'boolean';
    if (isSwitch && apiVersion.startsWith('v3.0.')) {
      const inclusive = key === 'exclusiveMinimum' ? 'minimum' : 'maximum';
      if (!node.value || bounds[inclusive] === undefined) continue;
      bounds[key] = bounds[inclusive];
      delete bounds[inclusive];
      continue;
    }
    bounds[key] = numeric ? fields.decimal(key) : fields.string(key);
  }
  return bounds;
}

function readMultiple(fields: Fields): string | undefined {
  const value = fields.decimal('multipleOf');
  if (value === undefined || compareDecimals(value, '0') > 0) return value;
  fields.problems.report(fields.entry('multipleOf')!, 'must be above 0.');
  return undefined;
}

function readPattern(fields: Fields): string | undefined {
  const pattern = fields.string('pattern');
  if (pattern === undefined) return undefined;
  try {
    patternRegExp(pattern);
    return pattern;
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, '');
    fields.problems.report(
      fields.entry('pattern')!,
      `is not a regular expression of ECMA-262: ${reason}. Inline flags such as (?i) and anchors such as \\A are not part of it.`,
    );
    return undefined;
  }
}

function readFormat(fields: Fields, logicalType: LogicalType): string | undefined {
  const formats = FORMATS[logicalType];
  if (formats !== undefined) return fields.oneOf('format', formats);
  const format = fields.string('format');
  const fault =
    format !== undefined && isTemporal(logicalType) ? temporalFormatFault(logicalType, format) : undefined;
  if (fault === undefined) return format;
  fields.problems.report(fields.entry('format')!, fault);
  return undefined;
}

function checkBounds(fields: Fields, options: Options, logicalType: LogicalType): void {
  for (const key of BOUNDS) {
    const text = options[key];
    const fault = text === undefined ? undefined : temporalBoundFault(logicalType, options.format, text);
    // In v3.0 the value of an exclusive bound stands under the name of the inclusive one.
    if (fault !== undefined) {
      const inclusive = key === 'exclusiveMinimum' ? 'minimum' : 'maximum';
      const entry = fields.entry(key);
      const isText = entry?.kind === 'scalar' && typeof entry.value === 'string';
      fields.problems.report((isText ? entry : fields.entry(inclusive)) ?? fields.node, fault);
    }
  }
}

/** What java.time takes for an offset, written in full. */
const OFFSET = /^[+-](?:(?:0\d|1[0-7]):[0-5]\d|18:00)$/;

function readZone(fields: Fields): string | undefined {
  const zone = fields.string('defaultTimezone');
  if (zone === undefined || OFFSET.test(zone) || isZoneName(zone)) return zone;
  fields.problems.report(
    fields.entry('defaultTimezone')!,
    'is no time zone of the IANA database, and no offset from UTC. Write for example Etc/UTC, Europe/Berlin or -03:00.',
  );
  return undefined;
}

/** Newer versions of Node take some offsets for names: those are left to `OFFSET`, which is the same everywhere. */
function isZoneName(zone: string): boolean {
  if (/^[+-]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const PAIRS: [low: keyof LogicalTypeOptions, high: keyof LogicalTypeOptions, mayTouch: boolean][] = [
  ['minimum', 'maximum', true],
  ['exclusiveMinimum', 'exclusiveMaximum', false],
  ['minimum', 'exclusiveMaximum', false],
  ['exclusiveMinimum', 'maximum', false],
  ['minLength', 'maxLength', true],
  ['minItems', 'maxItems', true],
  ['minProperties', 'maxProperties', true],
];

/** Reports bounds that no value can meet. */
function checkOrder(fields: Fields, options: LogicalTypeOptions): void {
  for (const [low, high, mayTouch] of PAIRS) {
    const order = compare(options[low], options[high]);
    if (order === undefined || order < 0 || (order === 0 && mayTouch)) continue;
    const node = fields.entry(low) ?? fields.node;
    fields.problems.report(
      node,
      `leaves no value: ${low} ${String(options[low])} is ${order === 0 ? 'equal to' : 'above'} ${high} ` +
        `${String(options[high])}. Exchange them, or drop one.`,
    );
  }
}

/** Undefined where the two cannot be compared, as with dates in a format of their own. */
function compare(low: unknown, high: unknown): number | undefined {
  if (typeof low === 'number' && typeof high === 'number') return low - high;
  if (typeof low !== 'string' || typeof high !== 'string') return undefined;
  if (DECIMAL_TEXT.test(low) && DECIMAL_TEXT.test(high)) return compareDecimals(low, high);
  const [from, to] = [instant(low), instant(high)];
  return Number.isNaN(from) || Number.isNaN(to) ? undefined : from - to;
}

const DECIMAL_TEXT = /^-?\d+(\.\d+)?(e[-+]?\d{1,3})?$/i;

/** Milliseconds of an ISO date, time or timestamp, read as UTC where it names no zone; NaN for anything else. */
function instant(text: string): number {
  const dated = /^\d{2}:/.test(text) ? `1970-01-01T${text}` : text.replace(' ', 'T');
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[-+]\d{2}:\d{2})?)?$/.test(dated))
    return Number.NaN;
  return Date.parse(/T.*(Z|[-+]\d{2}:\d{2})$/.test(dated) || !dated.includes('T') ? dated : `${dated}Z`);
}
