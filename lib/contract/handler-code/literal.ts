/**
 * A value as JavaScript source. Everything a contract says goes into generated code through here: a JSON literal
 * cannot end early, and what JSON allows but a script tag or an old parser does not is escaped.
 */
export function literal(value: unknown): string {
  if (value === undefined) return 'undefined';
  return JSON.stringify(value).replace(
    /[<>\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Expression that reads a field of a record; undefined when the record has none of its own. */
export function fieldAccess(record: string, name: string): string {
  const key = literal(name);
  // Every object inherits these: only the record's own field counts.
  return INHERITED.has(name)
    ? `(Object.hasOwn(${record}, ${key}) ? ${record}[${key}] : undefined)`
    : `${record}[${key}]`;
}
