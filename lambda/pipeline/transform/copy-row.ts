import { ExactNumber } from '../../formats/json/exact-json';
import { fieldPath } from '../encoding/extra-fields';

/** What a transform gave is no row; `path` is the field at fault. */
export class NotARow extends Error {
  constructor(
    message: string,
    readonly path?: string,
  ) {
    super(message);
    this.name = 'NotARow';
  }
}

const DEEPEST = 500;

/**
 * A row a user's function gave, as plain data of our own: nothing the function keeps and changes later reaches the
 * table. Dates become ISO 8601 text, bytes base64, fields that are undefined are left out.
 *
 * @param path where the row stands in what the function gave
 * @throws NotARow for what JSON has no word for
 */
export function copyRow(value: object, path = ''): object {
  return copyObject(value, path, 0) as object;
}

function copy(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      if (/\p{Surrogate}/u.test(value)) {
        throw new NotARow('the text holds half of a surrogate pair, which is no character in UTF-8', path);
      }
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotARow(`the number is ${value}`, path);
      return value;
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      return value === null || value instanceof ExactNumber ? value : copyObject(value, path, depth);
    default:
      throw new NotARow(`the value is a ${typeof value}`, path);
  }
}

function copyObject(value: object, path: string, depth: number): object | string {
  if (depth > DEEPEST) throw new NotARow('objects nest too deep, or hold themselves');
  if (Array.isArray(value)) return copyArray(value, path, depth);
  if (value instanceof Date) return isoText(value, path);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== 'Object' || Symbol.iterator in value || Symbol.asyncIterator in value) {
    throw new NotARow(`the value is a ${kind}, not plain data`, path);
  }
  const row: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const copied = copy(field, fieldPath(path, key), depth + 1);
    // Assigned, it would be the prototype.
    if (key === '__proto__') Object.defineProperty(row, key, { value: copied, enumerable: true });
    else row[key] = copied;
  }
  return row;
}

function copyArray(values: readonly unknown[], path: string, depth: number): unknown[] {
  return Array.from(values, (item, i) =>
    item === undefined ? null : copy(item, `${path}[${i}]`, depth + 1),
  );
}

function isoText(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw new NotARow('the date is invalid', path);
  return date.toISOString();
}
