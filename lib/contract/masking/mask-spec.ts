/** What becomes of a value on its way to silver. Plain data, which travels to a handler as JSON. */
export type MaskSpec =
  | { readonly kind: 'hash' }
  | { readonly kind: 'tokenize' }
  | { readonly kind: 'keepFirst'; readonly characters: number }
  | { readonly kind: 'keepLast'; readonly characters: number }
  | { readonly kind: 'emailDomain' }
  /** `constant` is the text of a value of the column's type; null without it. */
  | { readonly kind: 'redact'; readonly constant?: string };

/** A masked column. */
export interface ColumnMask {
  /** Names of the column and of the fields on the way to the value; `[]` stands for the elements of a list. */
  readonly path: readonly string[];
  /** Iceberg type of the value; `struct` or `list` for a column that is left out as a whole. */
  readonly type: string;
  readonly mask: MaskSpec;
}

/** Masks that give two values the same result only where the values are the same, and always the same result. */
export function tellsApart({ kind }: MaskSpec): boolean {
  return kind === 'hash' || kind === 'tokenize';
}

/** Whether it needs a secret key. */
export function isKeyed(mask: MaskSpec): boolean {
  return tellsApart(mask);
}

/** In the words of a contract: `hash`, `keepLast 4`, `redact`. */
export function maskText(mask: MaskSpec): string {
  switch (mask.kind) {
    case 'keepFirst':
    case 'keepLast':
      return `${mask.kind} ${mask.characters}`;
    case 'redact':
      return mask.constant === undefined ? 'redact' : `redact ${JSON.stringify(mask.constant)}`;
    default:
      return mask.kind;
  }
}

/** `device.serial`, `tags[]`. */
export function pathText(path: readonly string[]): string {
  return path.join('.').replaceAll('.[]', '[]');
}
