/** Units of an epoch number in a second, by the words a contract may give as `format`. */
const UNITS: Record<string, number> = {
  epoch: 1,
  unix: 1,
  epoch_s: 1,
  unix_s: 1,
  epoch_seconds: 1,
  epoch_ms: 1e3,
  unix_ms: 1e3,
  epoch_millis: 1e3,
  epoch_milliseconds: 1e3,
  epoch_us: 1e6,
  unix_us: 1e6,
  epoch_micros: 1e6,
  epoch_microseconds: 1e6,
  epoch_ns: 1e9,
  unix_ns: 1e9,
  epoch_nanos: 1e9,
  epoch_nanoseconds: 1e9,
};

/** Units in a second for a `format` that names an epoch (`epoch_ms`, `unix`, …); undefined for any other. */
export function epochUnit(format: string | undefined): number | undefined {
  if (format === undefined) return undefined;
  const word = format.toLowerCase().replace(/[-\s]/g, '_');
  return Object.hasOwn(UNITS, word) ? UNITS[word] : undefined;
}
