import { valueText } from './intrinsics';
import { isPolicyDocument, policyLines } from './policy-text';
import type { Json } from './template';
import { maskVolatile } from './volatile';

/**
 * A value of a template in the form it is read most easily: intrinsic functions as short text
 * (`<Bucket.Arn>/*` for a join, a substitution or an attribute), policies as sentences, embedded JSON unfolded,
 * keys in alphabetical order.
 */
export function readable(value: Json): Json {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? unfolded(maskVolatile(value)) : value;
  const text = valueText(value);
  if (text !== undefined) return unfolded(text);
  if (isPolicyDocument(value)) return policyLines(value, readable);
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, readable(value[key])]),
  );
}

// Dashboards, state machines and schemas are JSON inside of a string: on one line no diff of them can be read.
function unfolded(text: string): Json {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return { '(as JSON text)': readable(JSON.parse(text) as Json) };
  } catch {
    return text;
  }
}
