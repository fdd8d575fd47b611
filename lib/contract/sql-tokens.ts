export type SqlTokenKind = 'text' | 'name' | 'word' | 'placeholder' | 'blank' | 'other';

/** A piece of SQL: a literal of text, a quoted name, a word, a placeholder, blanks or a comment, or any other character. */
export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly text: string;
}

const TOKEN =
  /(?<blank>\s+|--[^\n]*|\/\*[^]*?\*\/)|(?<text>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`)|(?<placeholder>\$\{\w+\}|\{\w+\})|(?<word>[A-Za-z_][\w$]*)|(?<other>[^])/g;

/** The tokens of a statement. Together their texts are the statement. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...sql.matchAll(TOKEN)].map(({ groups }) => {
    const [kind, text] = Object.entries(groups!).find(([, part]) => part !== undefined)!;
    return { kind: kind as SqlTokenKind, text };
  });
}

/** A name without its quotes. */
export function unquotedName(text: string): string {
  if (!/^["`]/.test(text)) return text;
  return text.slice(1, -1).replaceAll(text[0].repeat(2), text[0]);
}
