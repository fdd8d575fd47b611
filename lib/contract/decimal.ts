/** A decimal number: digits, and how many of them follow the point. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Compares two decimal texts exactly: below zero where the first is the smaller one. */
export function compareDecimals(left: string, right: string): number {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  const scale = Math.max(a.scale, b.scale);
  const difference = a.digits * 10n ** BigInt(scale - a.scale) - b.digits * 10n ** BigInt(scale - b.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Takes what `String(number)` and a document can give: `12`, `-0.5`, `1e+21`. */
export function parseDecimal(text: string): Decimal {
  const [mantissa, exponentText] = text.toLowerCase().split('e');
  const exponent = Number(exponentText ?? 0);
  const [whole, fraction = ''] = mantissa.split('.');
  const digits = BigInt(`${whole}${fraction}`);
  const scale = fraction.length - exponent;
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}
