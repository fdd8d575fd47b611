/** The event is not what the source delivers: the function is wired to something else. */
export class UnexpectedEvent extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnexpectedEvent';
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What was found where something else was expected: the kind of a value, short text, never a payload. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return `an object with the keys [${Object.keys(value).slice(0, 5).join(', ')}]`;
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  return String(value);
}

/** @throws UnexpectedEvent for a field that is none of the known ones: a misspelt option would be left out silently */
export function requireKnown(value: Record<string, unknown>, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new UnexpectedEvent(`${prefix}${unknown} is not an option. Allowed: ${known.join(', ')}.`);
}
