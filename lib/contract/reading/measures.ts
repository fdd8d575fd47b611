import { didYouMean } from './suggestion';

/** An amount in a fixed unit, or what is wrong with it and in which of the two keys. */
export interface Measure {
  readonly amount?: number;
  /** Of a rate: it counts bytes, not records. */
  readonly bytes?: boolean;
  readonly atFault: 'value' | 'unit';
  readonly fault: string;
}

const DAY = 86_400;
const SECONDS = new Map<string, number>();
for (const [seconds, words] of [
  [0.001, 'ms millisecond milliseconds'],
  [1, 's sec secs second seconds'],
  [60, 'm min mins minute minutes'],
  [3600, 'h hr hrs hour hours'],
  [DAY, 'd day days'],
  [7 * DAY, 'w wk week weeks'],
  [30 * DAY, 'mo mon month months'],
  [365 * DAY, 'y yr yrs year years'],
] as const) {
  for (const word of words.split(' ')) SECONDS.set(word, seconds);
}
const EVERY = new Map(
  Object.entries({
    hourly: 3600,
    daily: DAY,
    weekly: 7 * DAY,
    monthly: 30 * DAY,
    yearly: 365 * DAY,
  }),
);
const TIME_UNITS = 'ms, s, m (minutes), h, d, w, mo (months), y, or the whole words';
const ISO_DURATION =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Seconds of a duration: a number with a unit, a text with both (`15m`), an ISO 8601 duration, or `daily`. */
export function duration(value: unknown, unit: string | undefined): Measure {
  if (unit === undefined && typeof value === 'string') {
    const words = textDuration(value.trim());
    if (words !== undefined) return amount(words);
  }
  const number = positive(value);
  if (number === undefined) {
    return fault(
      'value',
      'must be a number above 0, with its unit under "unit": for example value: 15, unit: m.',
    );
  }
  if (unit === undefined) {
    return fault('value', `needs a unit. Add "unit": ${TIME_UNITS}.`);
  }
  const seconds = secondsIn(unit);
  if (seconds !== undefined) return amount(number * seconds);
  return fault(
    'unit',
    `is no unit of time. Allowed are ${TIME_UNITS}.${didYouMean(unit, [...SECONDS.keys()])}`,
  );
}

/** ISO 8601 has M for months and m for nothing, everyone else has m for minutes: a lone M is anybody's guess. */
function secondsIn(unit: string): number | undefined {
  return unit.trim() === 'M' ? undefined : SECONDS.get(unit.trim().toLowerCase());
}

function textDuration(text: string): number | undefined {
  const lower = text.toLowerCase();
  if (EVERY.has(lower)) return EVERY.get(lower);
  const withUnit = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text);
  if (withUnit !== null) {
    const seconds = secondsIn(withUnit[2]);
    return seconds === undefined || Number(withUnit[1]) <= 0 ? undefined : Number(withUnit[1]) * seconds;
  }
  const parts = ISO_DURATION.exec(text.toUpperCase());
  if (parts === null) return undefined;
  const sizes = [365 * DAY, 30 * DAY, 7 * DAY, DAY, 3600, 60, 1];
  const total = sizes.reduce((sum, size, index) => sum + size * Number(parts[index + 1] ?? 0), 0);
  return total > 0 ? total : undefined;
}

const BYTES = new Map<string, number>(
  Object.entries({
    ...{ b: 1, byte: 1, bytes: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
    ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
  }),
);
/** Whatever else is counted (orders, readings, …) is a record. */
const BITS = /^([kmgt]i?)?bits?$/;
const SHORT_RATES = new Map<string, string>(
  Object.entries({
    ...{ rps: '/s', eps: '/s', tps: '/s', mps: '/s', hz: '/s', rpm: '/min', epm: '/min', tpm: '/min' },
  }),
);
const RATE_UNITS = 'records/s, events/min, rows per hour, MB/s';

/** Records (or bytes) a second of a rate: a number with a unit such as `records/s`, `/min`, `per hour`, `MB/s`. */
export function rate(value: unknown, unit: string | undefined): Measure {
  const number = positive(value);
  if (number === undefined) {
    return fault('value', `must be a number above 0, with its unit under "unit": ${RATE_UNITS}.`);
  }
  if (unit === undefined) return fault('value', `needs a unit. Add "unit": ${RATE_UNITS}.`);
  const lower = unit.trim().toLowerCase();
  const parts = /^([a-z]*?)[\s_-]*(?:\/|per)[\s_-]*([a-z]+)$/.exec(SHORT_RATES.get(lower) ?? lower);
  const seconds = parts === null ? undefined : SECONDS.get(parts[2]);
  if (parts !== null && seconds !== undefined && !BITS.test(parts[1])) {
    const bytes = BYTES.get(parts[1]);
    return bytes === undefined
      ? amount(number / seconds)
      : { ...amount((number * bytes) / seconds), bytes: true };
  }
  return fault('unit', `is no rate. Write what is counted and the time: ${RATE_UNITS}.`);
}

const SHARES = new Map(
  Object.entries({ percent: 1, percentage: 1, pct: 1, '%': 1, ratio: 100, fraction: 100 }),
);

/** Percent of a share: `percent` (the default), `%`, or `ratio` and `fraction` from 0 to 1. */
export function share(value: unknown, unit: string | undefined): Measure {
  const word = unit?.trim().toLowerCase() ?? 'percent';
  const factor = SHARES.get(word);
  if (factor === undefined) {
    return fault('unit', `must be percent or ratio.${didYouMean(word, ['percent', 'ratio'])}`);
  }
  const given = typeof value === 'string' ? value.trim().replace(/%$/, '') : value;
  const number = given === '' ? Number.NaN : Number(given);
  const percent = number * factor;
  if (typeof given === 'boolean' || !(percent >= 0 && percent <= 100)) {
    return fault('value', `must be a number from 0 to ${100 / factor}.`);
  }
  return amount(percent);
}

function positive(value: unknown): number | undefined {
  const number =
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : 0;
  return Number.isFinite(number) && number > 0 ? number : undefined;
}

function amount(found: number): Measure {
  return { amount: found, atFault: 'value', fault: '' };
}

function fault(atFault: 'value' | 'unit', text: string): Measure {
  return { atFault, fault: text };
}
