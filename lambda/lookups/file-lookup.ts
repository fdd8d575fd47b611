import type { FilePlace } from '../../lib/contract/transform-settings';
import { parseRecord } from '../formats/json/record-numbers';
import { LookupRefused, type LookupSource } from '../pipeline/transform/lookup';

/**
 * Rows of a file that was deployed with the code: a JSON array of rows, one row a line (NDJSON), or one JSON object of
 * key → value. Of rows with the same key the last counts.
 */
export class FileLookup implements LookupSource {
  private rows: Promise<ReadonlyMap<string, unknown>> | undefined;

  /** @param importBeside imports a file that lies beside the bundle */
  constructor(
    private readonly place: FilePlace,
    private readonly importBeside: (module: string) => Promise<{ readonly default?: unknown }>,
  ) {}

  async get(key: string): Promise<unknown> {
    this.rows ??= this.read();
    return (await this.rows).get(key) ?? null;
  }

  private async read(): Promise<ReadonlyMap<string, unknown>> {
    const { default: text } = await this.importBeside(this.place.module);
    return new Map(entries(String(text), this.place.keyField));
  }
}

function entries(text: string, keyField: string | undefined): [string, unknown][] {
  if (keyField === undefined) return Object.entries(parsed(text) as object);
  return rowsOf(text).map((row, i) => {
    const key =
      typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[keyField] : undefined;
    if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint')
      return [String(key), row];
    throw new LookupRefused(`row ${i + 1} of its file has no field "${keyField}" that is text or a number.`);
  });
}

function rowsOf(text: string): unknown[] {
  if (text.trimStart().startsWith('[')) return parsed(text) as unknown[];
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parsed);
}

function parsed(text: string): unknown {
  try {
    return parseRecord(text);
  } catch (error) {
    throw new LookupRefused(`its file is not JSON: ${(error as Error).message}.`);
  }
}
