/** Text of a JSON number. */
export const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
export const JSON_INTEGER = /^-?(?:0|[1-9]\d*)$/;

/** Exponents beyond this cannot be meant, and would cost memory to spell out. */
const LARGEST_EXPONENT = 400;

/**
 * The unscaled value of a decimal, exactly; undefined when it has digits below the scale or an absurd exponent.
 *
 * @param text a JSON number
 */
export function unscaledOf(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
  if (/^0+$/.test(digits)) return 0n;
  const shift = Number(exponent) - fraction.length + scale;
  if (Math.abs(shift) > LARGEST_EXPONENT) return undefined;
  let unscaled: bigint;
  if (shift >= 0) {
    unscaled = BigInt(digits) * 10n ** BigInt(shift);
  } else {
    if (!/^0*$/.test(digits.slice(shift))) return undefined;
    unscaled = BigInt(digits.slice(0, shift) === '' ? '0' : digits.slice(0, shift));
  }
  return sign === '-' ? -unscaled : unscaled;
}

/**
 * The integer a double was written as: beyond 2^53 not the integer the double is, but the shortest decimal that
 * reads as it. 1234567890123450000 is a double away from itself.
 */
export function integerOf(value: number): bigint {
  return Number.isSafeInteger(value) ? BigInt(value) : (unscaledOf(String(value), 0) ?? BigInt(value));
}

/**
 * The unscaled value of a double by arithmetic alone; NaN where that is not certain to be right. The quotient of
 * two exact integers is correctly rounded: if it is the double again, the double stands for that decimal.
 */
export function unscaledOfNumber(value: number, power: number): number {
  const unscaled = Math.round(value * power);
  return unscaled / power === value && unscaled < 1e15 && unscaled > -1e15 ? unscaled : NaN;
}
