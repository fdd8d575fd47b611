import { createHash } from 'node:crypto';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import type { TableRow } from '../../rows/read-rows';

/**
 * A row as quarantine keeps it: JSON by the names of its columns, those without a value left out. Timestamps are
 * microseconds, decimals unscaled, bytes hexadecimal; a row that is judged again gives the same text.
 */
export function rowPayload(row: TableRow): string {
  const entries = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))), exact);
}

/** Tells a row that is held in quarantine from every other, by where it came from and all it holds: a digest. */
export function heldRowText(row: TableRow): string {
  return heldText(
    row[TECHNICAL_COLUMNS.lane] as string,
    row[TECHNICAL_COLUMNS.position] as string,
    rowPayload(row),
  );
}

export function heldText(lane: string, position: string, payload: string): string {
  return createHash('sha256').update(`${position} ${lane}\n${payload}`).digest('base64');
}

function exact(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    // 64-bit values come as numbers or as bigints, depending on who wrote the file.
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : String(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
