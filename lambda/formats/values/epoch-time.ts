import { type Micros, MICROS_PER_SECOND } from './calendar';
import { integerOf } from './decimal';

/**
 * The unit a number is most likely in: seconds below 1e11, milliseconds below 1e14 (both reach the year 5138),
 * microseconds below 1e17, nanoseconds above.
 */
export function likelyUnit(magnitude: number): number {
  if (magnitude < 1e11) return 1;
  if (magnitude < 1e14) return 1e3;
  return magnitude < 1e17 ? 1e6 : 1e9;
}

/** Microseconds of an epoch number; digits below a microsecond are cut off. */
export function epochMicros(value: number, unit: number): Micros {
  if (unit === 1e3) {
    const micros = value * 1000;
    if (Number.isSafeInteger(micros)) return micros;
  }
  if (Number.isInteger(value)) return integerMicros(integerOf(value), unit);
  // A double of seconds is exact to about 0.2 µs in this century: rounding finds the microsecond that was meant.
  const micros =
    unit <= MICROS_PER_SECOND ? Math.round(value * (MICROS_PER_SECOND / unit)) : Math.floor(value / 1000);
  return Number.isSafeInteger(micros) ? micros : BigInt(micros);
}

export function integerMicros(value: bigint, unit: number): Micros {
  let micros: bigint;
  if (unit <= MICROS_PER_SECOND) micros = value * BigInt(MICROS_PER_SECOND / unit);
  else micros = (value - (((value % 1000n) + 1000n) % 1000n)) / 1000n;
  const number = Number(micros);
  return Number.isSafeInteger(number) ? number : micros;
}
