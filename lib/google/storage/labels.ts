import { Token } from 'cdktf';

/** Google takes that many labels on a resource, of that many characters. https://docs.cloud.google.com/storage/docs/tags-and-labels */
const LARGEST = 64;
const LONGEST = 63;

/**
 * Labels as Google takes them.
 * @throws Error for a key or a value with other characters than lower case letters, digits, dashes and underscores, or
 * with more than 63 of them
 */
export function requireLabels(where: string, labels: { readonly [key: string]: string }): void {
  const entries = Object.entries(labels);
  if (entries.length > LARGEST) {
    throw new Error(`${where} has ${entries.length} labels; Google takes ${LARGEST}. Leave some out.`);
  }
  for (const [key, value] of entries) {
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]*$/u.test(key) || key.length > LONGEST) {
      throw new Error(
        `${where}: the label "${key}" is no key Google takes. Use up to ${LONGEST} lower case letters, digits, dashes and ` +
          'underscores, a letter first.',
      );
    }
    if (Token.isUnresolved(value)) continue;
    if (!/^[\p{Ll}\p{Lo}\p{N}_-]*$/u.test(value) || value.length > LONGEST) {
      throw new Error(
        `${where}: the label "${key}" has the value "${value}". Use up to ${LONGEST} lower case letters, digits, dashes and ` +
          `underscores, for example "${labelValue(value)}".`,
      );
    }
  }
}

/** A text as the value of a label: in lower case, other characters as dashes, 63 at the most. */
export function labelValue(text: string): string {
  // Terraform knows it, and Google will say.
  if (Token.isUnresolved(text)) return text;
  return text
    .toLowerCase()
    .replace(/[^\p{Ll}\p{Lo}\p{N}_-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST);
}
