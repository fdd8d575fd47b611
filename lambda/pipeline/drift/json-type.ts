import { ExactNumber } from '../../formats/json/exact-json';

/** The JSON type of a value; `absent` for a field that is not there. */
export function jsonTypeOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (typeof value === 'bigint' || value instanceof ExactNumber) return 'number';
  return Array.isArray(value) ? 'array' : typeof value;
}
