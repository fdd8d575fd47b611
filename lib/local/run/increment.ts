import { numberAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';

/** An update of a silver or gold table, as the function or container that made it reports it in its log. */
export interface Increment {
  /** URI of the table. */
  readonly table: string;
  /** How its source was read: `incremental` or `full`. */
  readonly mode: string;
  readonly rows: number;
  readonly upserted: number;
  readonly deleted: number;
  readonly superseded: number;
  readonly late: number;
  readonly rejected: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly milliseconds: number;
}

/** From the line of an update of silver (lambda/signals/refine-log.ts); undefined for any other, and where nothing was to do. */
export function incrementOf(entry: JsonObject): Increment | undefined {
  const table = textAt(entry, 'table');
  const mode = textAt(entry, 'mode');
  if (table === undefined || mode === undefined || entry.upserted === undefined || !entry.commits)
    return undefined;
  const figure = (name: string): number => numberAt(entry, name) ?? 0;
  return {
    table,
    mode,
    rows: figure('rows'),
    upserted: figure('upserted'),
    deleted: figure('deleted'),
    superseded: figure('superseded'),
    late: figure('late'),
    rejected: figure('rejected'),
    bytesRead: figure('bytesRead'),
    bytesWritten: figure('bytesWritten'),
    milliseconds: figure('milliseconds'),
  };
}
