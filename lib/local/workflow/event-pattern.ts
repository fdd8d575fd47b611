import type { Json, JsonObject } from '../template/json';
import { isObject } from '../template/json';

/**
 * Whether an event matches a pattern, as EventBridge decides: every field of the pattern, any of its values.
 * @throws Error for a matcher that is not known here
 */
export function matchesPattern(pattern: JsonObject, event: JsonObject): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    if (field === '$or') return (expected as JsonObject[]).some((one) => matchesPattern(one, event));
    const value = event[field];
    if (isObject(expected)) return isObject(value) && matchesPattern(expected, value);
    const values: (Json | undefined)[] = Array.isArray(value) ? value : [value];
    return (expected as Json[]).some((matcher) => values.some((one) => matchesValue(matcher, one)));
  });
}

function matchesValue(matcher: Json, value: Json | undefined): boolean {
  if (!isObject(matcher)) return matcher === value;
  const [[kind, argument]] = Object.entries(matcher);
  switch (kind) {
    case 'exists':
      return (value !== undefined) === argument;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(argument));
    case 'suffix':
      return typeof value === 'string' && value.endsWith(String(argument));
    case 'wildcard':
      return typeof value === 'string' && wildcard(String(argument)).test(value);
    case 'anything-but':
      if (value === undefined) return false;
      return ![argument].flat().some((one) => matchesValue(one, value));
    default:
      throw new Error(`Event patterns with "${kind}" are not understood on this machine.`);
  }
}

function wildcard(text: string): RegExp {
  const parts = text.match(/\\.|[^\\]/g) ?? [];
  const source = parts.map((part) =>
    part === '*' ? '.*' : part.at(-1)!.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 's');
}

/** What a rule's target is given for an event: the event, a constant, a part of it, or a template filled in. */
export function targetInput(target: JsonObject, event: JsonObject): Json {
  if (typeof target.Input === 'string') return JSON.parse(target.Input) as Json;
  if (typeof target.InputPath === 'string') return at(event, target.InputPath) ?? null;
  if (!isObject(target.InputTransformer)) return event;
  const { InputPathsMap: paths, InputTemplate: template } = target.InputTransformer;
  const values = Object.fromEntries(
    Object.entries((paths ?? {}) as JsonObject).map(([name, path]) => [name, at(event, String(path))]),
  );
  return JSON.parse(filled(String(template), values)) as Json;
}

/** Within quotes a value stands as text, elsewhere as JSON. A text of several lines is one of several JSON texts. */
function filled(template: string, values: { [name: string]: Json | undefined }): string {
  const lines = template.split('\n').map((line) => {
    let quoted = false;
    return line.replace(/\\.|"|<([A-Za-z0-9_-]+)>/g, (found, name: string | undefined) => {
      if (found === '"') quoted = !quoted;
      if (name === undefined) return found;
      const json = JSON.stringify(values[name] ?? '');
      return quoted && json.startsWith('"') ? json.slice(1, -1) : json;
    });
  });
  if (lines.length === 1) return lines[0];
  return JSON.stringify(lines.map((line) => JSON.parse(line) as string).join('\n'));
}

function at(event: JsonObject, path: string): Json | undefined {
  return path
    .replace(/^\$\.?/, '')
    .split('.')
    .filter((field) => field !== '')
    .reduce<Json | undefined>((value, field) => (isObject(value) ? value[field] : undefined), event);
}
