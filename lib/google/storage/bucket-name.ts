import { Token } from 'cdktf';

/**
 * A bucket's name as Cloud Storage takes it. Names with dots are left out: they need a domain that is verified.
 * @see https://docs.cloud.google.com/storage/docs/buckets#naming
 */
export function requireBucketName(name: string): void {
  if (Token.isUnresolved(name)) return;
  const remedy =
    'Use 3 to 63 lower case letters, digits, dashes and underscores, a letter or digit first and last, and nothing that ' +
    'begins with "goog" or looks like "google".';
  if (
    !/^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/.test(name) ||
    name.startsWith('goog') ||
    /g[o0]{2}gle/.test(name)
  ) {
    throw new Error(`"${name}" is no bucket name Google takes. ${remedy}`);
  }
}
