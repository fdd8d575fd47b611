/** Text that is HTML already. Everything else put into a page is escaped: events hold what anybody sent. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | undefined | false | readonly Content[];

/** HTML or SVG with its values escaped; lists are joined, undefined and false leave nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(
    parts.map((part, index) => (index === 0 ? part : rendered(values[index - 1]) + part)).join(''),
  );
}

function rendered(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map((item: Content) => rendered(item)).join('');
  return escape(String(value));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => ENTITIES[character])
      // Control characters are not allowed in HTML; their pictures are.
      .replace(/[\x00-\x08\x0b-\x1f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
  );
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value < 1) return '< 1 ms';
  return value < 10_000 ? `${count(Math.round(value))} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${units[unit]}`;
}

export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** A construct's path without its stack before and its resource after it. */
export function shortPath(path: string): string {
  return path
    .split('/')
    .slice(1)
    .join('/')
    .replace(/\/Resource$/, '');
}
