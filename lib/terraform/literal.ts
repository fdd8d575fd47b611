import { Token } from 'cdktf';

/**
 * Text that Terraform is to take as it is: `${` and `%{` begin an expression in its strings, and cdktf passes them on.
 * Tokens are left as they are.
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1
 */
export function literal(text: string): string {
  if (!Token.isUnresolved(text)) return text.replace(/([$%])\{/g, '$1$1{');
  return text.replace(/([$%])\{(?!TfToken\[)/g, '$1$1{');
}
