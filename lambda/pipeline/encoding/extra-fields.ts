import { stringifyExact } from '../../formats/json/exact-json';

/**
 * Fields of one record that have no column, kept as one JSON object under their paths: `note`, `device.model`,
 * `items[2].colour`.
 */
export class ExtraFields {
  private fields: [path: string, value: unknown][] = [];

  get isEmpty(): boolean {
    return this.fields.length === 0;
  }

  clear(): void {
    if (this.fields.length > 0) this.fields = [];
  }

  add(path: string, value: unknown): void {
    this.fields.push([path, value]);
  }

  /** @throws RangeError when a value nests too deep to be written down */
  toJson(): string {
    return `{${this.fields.map(([path, value]) => `${JSON.stringify(path)}:${stringifyExact(value)}`).join(',')}}`;
  }
}

/** Path of a field; a name that would read as a path of its own is quoted. */
export function fieldPath(parent: string, name: string): string {
  const plain = !/[.[\]"]/.test(name);
  if (parent === '') return plain ? name : `[${JSON.stringify(name)}]`;
  return plain ? `${parent}.${name}` : `${parent}[${JSON.stringify(name)}]`;
}
