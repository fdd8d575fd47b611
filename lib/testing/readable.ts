import { valueText } from './intrinsics';
import { isPolicyDocument, policyLines } from './policy-text';
import type { Json } from './template';
import { maskVolatile } from './volatile';

/**
 * A value of a template in the form it is read most easily: intrinsic functions as short text
 * (`<Bucket.Arn>/*` for a join, a substitution or an attribute), policies as sentences, embedded JSON unfolded,
 * keys in alphabetical order, tags and dimensions as `name: value`.
 */
export function readable(value: Json): Json {
  if (Array.isArray(value)) return namedValues(value) ?? value.map(readable);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? unfolded(maskVolatile(value)) : value;
  const text = valueText(value);
  if (text !== undefined) return unfolded(text);
  if (isPolicyDocument(value)) return policyLines(value, readable);
  return sorted(Object.entries(value));
}

function sorted(entries: [string, Json][]): Json {
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, readable(value)]),
  );
}

/** The map that a list of `{ Key, Value }` or `{ Name, Value }` stands for: tags, dimensions, parameters. */
function namedValues(list: Json[]): Json | undefined {
  const entries = list.map((item): [string, Json] | undefined => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
    const { Key, Name = Key, Value } = item;
    return typeof Name === 'string' && 'Value' in item && Object.keys(item).length === 2
      ? [Name, Value]
      : undefined;
  });
  const named = entries.filter((entry) => entry !== undefined);
  const unique = new Set(named.map(([name]) => name)).size === list.length;
  return list.length > 0 && unique ? sorted(named) : undefined;
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
