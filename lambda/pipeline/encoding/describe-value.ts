import { ExactNumber, stringifyExact } from '../../formats/json/exact-json';

const LONGEST = 60;

/** A JSON value as a sentence shows it: its kind, and as much of it as fits. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `the text ${shortened(JSON.stringify(value.slice(0, LONGEST * 2)))}`;
  if (typeof value === 'boolean') return `the boolean ${value}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (value instanceof ExactNumber) return `the number ${shortened(value.text)}`;
  if (Array.isArray(value)) return `an array of ${value.length} item${value.length === 1 ? '' : 's'}`;
  return `the object ${objectText(value)}`;
}

function objectText(value: object): string {
  const fields = Object.keys(value);
  if (fields.length === 0) return '{}';
  try {
    return shortened(stringifyExact(value));
  } catch {
    return `with the fields ${shortened(fields.join(', '))}`;
  }
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
