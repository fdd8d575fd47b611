export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at a key, or an empty one: templates leave out what has a default. */
export function objectAt(value: JsonObject, key: string): JsonObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

export function listAt(value: JsonObject, key: string): Json[] {
  const found = value[key];
  return Array.isArray(found) ? found : [];
}

export function textAt(value: JsonObject, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}

/** CloudFormation accepts numbers and booleans as text as well. */
export function numberAt(value: JsonObject, key: string): number | undefined {
  const found = value[key];
  if (typeof found !== 'number' && typeof found !== 'string') return undefined;
  const number = Number(found);
  return Number.isFinite(number) ? number : undefined;
}

export function booleanAt(value: JsonObject, key: string): boolean | undefined {
  const found = value[key];
  return typeof found === 'boolean' ? found : typeof found === 'string' ? found === 'true' : undefined;
}
