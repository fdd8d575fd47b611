import { type Rejection, RejectionCode } from '../record';
import { fieldPath } from './extra-fields';

const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;

/** Half a surrogate pair, which only an escape can bring into JSON and which no UTF-8 column can keep. */
export function findLoneSurrogate(row: object, text: string): Rejection | undefined {
  if (!text.includes('\\') || !ESCAPED_SURROGATE.test(text)) return undefined;
  const path = search(row, '');
  if (path === undefined) return undefined;
  return {
    code: RejectionCode.INVALID_UTF8,
    path,
    message: `${path}: the text holds half of a surrogate pair (\\ud800 to \\udfff), which is no character in UTF-8.`,
  };
}

function search(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return isWellFormed(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, field] of Object.entries(value)) {
    const found = search(field, Array.isArray(value) ? `${path}[${key}]` : fieldPath(path, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
