import type { LogicalTypeOptions } from '../contract-property';

/** A bound as JavaScript source, for columns that hold numbers. */
export interface Limit {
  /** Comparison that holds when the value is outside. */
  readonly outside: '<' | '<=' | '>' | '>=';
  readonly source: string;
  /** What the contract allows, for people. */
  readonly allowed: string;
}

const INTEGER_RANGES: Record<string, readonly [string, string]> = {
  i8: ['-128', '127'],
  i16: ['-32768', '32767'],
  u8: ['0', '255'],
  u16: ['0', '65535'],
  u32: ['0', '4294967295'],
  u64: ['0', '18446744073709551615'],
  i128: ['-170141183460469231731687303715884105728', '170141183460469231731687303715884105727'],
  u128: ['0', '340282366920938463463374607431768211455'],
};

/** Bounds the contract sets, and those its integer format implies, on an integer, float or decimal column. */
export function numericLimits(options: LogicalTypeOptions, icebergType: string): Limit[] {
  const scale = Number(/^decimal\(\d+,\s*(\d+)\)$/.exec(icebergType)?.[1] ?? 0);
  const floating = icebergType === 'float' || icebergType === 'double';
  const range = floating ? undefined : INTEGER_RANGES[options.format ?? ''];
  const limits: Limit[] = [];
  const add = (text: string | undefined, outside: Limit['outside'], words: string): void => {
    if (text === undefined) return;
    limits.push({
      outside,
      source: floating ? String(Number(text)) : scaled(text, scale, outside),
      allowed: `${words} ${text}`,
    });
  };
  add(range?.[0], '<', 'at least');
  add(range?.[1], '>', 'at most');
  add(options.minimum, '<', 'at least');
  add(options.maximum, '>', 'at most');
  add(options.exclusiveMinimum, '<=', 'more than');
  add(options.exclusiveMaximum, '>=', 'less than');
  return limits;
}

/**
 * The bound in units of the column's last digit. One that falls between two of them moves to the side that leaves
 * the comparison as it is: below 0.5 means below 1, and at most 0.5 means at most 0, among integers.
 */
function scaled(text: string, scale: number, outside: Limit['outside']): string {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) throw new Error(`Bound "${text}" is not a decimal number.`);
  const shift = Number(exponent) - fraction.length + scale;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  if (shift >= 0) return integerSource(digits * 10n ** BigInt(shift));
  const unit = 10n ** BigInt(-shift);
  const floor = digits / unit - (digits % unit < 0n ? 1n : 0n);
  const ceiling = floor + (digits % unit === 0n ? 0n : 1n);
  return integerSource(outside === '<' || outside === '>=' ? ceiling : floor);
}

function integerSource(value: bigint): string {
  return Number.isSafeInteger(Number(value)) ? String(value) : `${value}n`;
}
