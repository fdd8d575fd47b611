/** One value of a contract document with its place: what YAML and JSON have in common. */
export type DocumentNode = DocumentMap | DocumentList | DocumentScalar;

interface Place {
  /** For example `schema[0].properties[3].logicalType`; empty for the whole document. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export interface DocumentMap extends Place {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, DocumentNode>;
}

export interface DocumentList extends Place {
  readonly kind: 'list';
  readonly items: readonly DocumentNode[];
}

export interface DocumentScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** Numbers only: exact decimal text, which `value` may round. */
  readonly decimal?: string;
}

/** The node as a plain JSON value. */
export function plain(node: DocumentNode): unknown {
  switch (node.kind) {
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, value]) => [key, plain(value)]));
    case 'list':
      return node.items.map(plain);
    default:
      return node.value;
  }
}

const LONGEST_SHOWN = 80;

/** The node as it is shown in a problem: JSON text, shortened. */
export function shown(node: DocumentNode): string {
  const text =
    node.kind === 'scalar' ? (node.decimal ?? JSON.stringify(node.value)) : JSON.stringify(plain(node));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text;
}

/** What a node is, in words. */
export function described(node: DocumentNode): string {
  if (node.kind === 'map') return 'an object';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'empty';
  return { string: 'text', number: 'a number', boolean: 'a boolean' }[
    typeof node.value as 'string' | 'number' | 'boolean'
  ];
}

/** Path of an entry of a map. Keys that are no plain words are quoted. */
export function childPath(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
