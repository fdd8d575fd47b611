import { Token } from 'aws-cdk-lib';

/**
 * https://www.rfc-editor.org/rfc/rfc9110.html#name-tokens
 * @throws Error for what is no name of an HTTP header
 */
export function requireHeaderName(what: string, name: string): void {
  if (Token.isUnresolved(name)) {
    throw new Error(`${what} is a token. Headers are compared in lower case: name it as text.`);
  }
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)) {
    throw new Error(
      `${what} must be the name of an HTTP header: 1 to 128 letters, digits or hyphens. Received "${name}".`,
    );
  }
}
