import type { RawOrdersInput } from './raw-orders.types';

type Line = RawOrdersInput['line_items'][number];

/** How the total of an order comes about. */
export enum Total {
  /** Quantity × price, over all lines. */
  SUM = 'sum',
  /** The price of the first line and nothing else: for readers who were given that for years. */
  FIRST_LINE = 'first-line',
}

/** In hundredths, which are integers: 0.1 + 0.2 is no number of cents. */
export function orderTotal(lines: readonly Line[], how: Total): number {
  if (how === Total.FIRST_LINE) return lines[0].price;
  return lines.reduce((cents, line) => cents + lineCents(line), 0) / 100;
}

export function lineCents({ quantity, price }: Line): number {
  return quantity * Math.round(price * 100);
}
