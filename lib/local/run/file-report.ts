import { textAt, numberAt } from '../template/json';
import type { JsonObject } from '../template/json';
import { leftOutOf } from './left-out';
import { personalDataOf } from './personal-data';
import type { Fed } from './product-run';
import { driftOf } from './schema-drift';

/** What became of one file. */
export interface FileReport {
  /** Its key within the bucket. */
  readonly file: string;
  /** `done`, `already done`, `refused`, `gone` or `failed`. */
  readonly state: string;
  /** Records that were read of it; none where it was done before. A file that is refused counts as one. */
  readonly records: number;
  /** Why it was refused, or failed. */
  readonly reason?: string;
  /** How often the function was told of it. */
  readonly told: number;
}

/** A line of the function that takes files in, when it was logged. */
export interface FileLine {
  readonly product: string;
  /** URI. */
  readonly file: string;
  readonly state: string;
  readonly records: number;
  readonly reason?: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A batch of records of files, or what was found in them, as the function logged it. */
export interface FileBatch extends Pick<Fed, 'reasons' | 'leftOut' | 'drift' | 'personalData'> {
  readonly product: string;
}

/** From the line of a file (lambda/signals/file-signals.ts); undefined for any other. */
export function fileLineOf(entry: JsonObject): FileLine | undefined {
  const [file, state, product] = ['file', 'state', 'service'].map((name) => textAt(entry, name));
  if (file === undefined || state === undefined || product === undefined) return undefined;
  const reason = textAt(entry, 'reason');
  return {
    product,
    file,
    state,
    records: numberAt(entry, 'records') ?? 0,
    ...(reason !== undefined && { reason }),
    at: Date.now(),
  };
}

/** From the line of a batch or of what was found in it (lambda/signals/ingest-log.ts); undefined for any other. */
export function fileBatchOf(entry: JsonObject): FileBatch | undefined {
  const product = textAt(entry, 'service');
  if (product === undefined) return undefined;
  const [drift, personalData] = [driftOf(entry), personalDataOf(entry)];
  if (entry.lanes === undefined || entry.reasons === undefined)
    return (drift ?? personalData) && { product, reasons: {}, drift, personalData };
  return {
    product,
    reasons: entry.reasons as Record<string, number>,
    leftOut: leftOutOf(entry),
    drift,
    personalData,
  };
}
