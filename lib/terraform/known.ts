import { Token } from 'cdktf';

/** A value if it is one already; undefined for what only Terraform will know, so that nothing is checked of it. */
export function known<T>(value: T | undefined): T | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}
