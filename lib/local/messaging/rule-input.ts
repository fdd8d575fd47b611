import { isObject, objectAt, textAt } from '../template/json';
import type { Json, JsonObject } from '../template/json';

/** What a target of a rule is given for an event: the event, a part of it, a constant, or a template filled from it. */
export function targetInput(target: JsonObject, event: JsonObject, ruleArn: string): string {
  const constant = textAt(target, 'Input');
  if (constant !== undefined) return constant;
  const path = textAt(target, 'InputPath');
  if (path !== undefined) return JSON.stringify(valueAt(event, path) ?? null);
  const transformer = objectAt(target, 'InputTransformer');
  const template = textAt(transformer, 'InputTemplate');
  if (template === undefined) return JSON.stringify(event);
  const variables = new Map<string, Json | undefined>(
    Object.entries(objectAt(transformer, 'InputPathsMap')).map(([name, at]) => [
      name,
      valueAt(event, String(at)),
    ]),
  );
  variables.set('aws.events.rule-arn', ruleArn);
  variables.set('aws.events.event', event);
  variables.set('aws.events.event.json', event);
  variables.set('aws.events.event.ingestion-time', textAt(event, 'time') ?? '');
  return filled(template, variables);
}

/** A JSON path as rules have them: names and indexes, no wildcards. */
export function valueAt(event: JsonObject, path: string): Json | undefined {
  if (!/^\$(\.[^.[\]]+|\[\d+\])*$/.test(path)) {
    throw new Error(`"${path}" is not a path of an event, such as $.detail.tableName`);
  }
  let value: Json | undefined = event;
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    if (name !== undefined) value = isObject(value) ? value[name] : undefined;
    else value = Array.isArray(value) ? value[Number(index)] : undefined;
  }
  return value;
}

/** Placeholders inside of text become a part of it; outside they become a value. */
function filled(template: string, variables: ReadonlyMap<string, Json | undefined>): string {
  return template.replace(/"(?:[^"\\]|\\.)*"|<([^<>\s"]+)>/g, (found, name: string | undefined) => {
    if (name !== undefined) return variables.has(name) ? JSON.stringify(variables.get(name) ?? null) : found;
    return found.replace(/<([^<>\s"]+)>/g, (placeholder, inner: string) => {
      if (!variables.has(inner)) return placeholder;
      const value = variables.get(inner);
      const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
      return JSON.stringify(text).slice(1, -1);
    });
  });
}
