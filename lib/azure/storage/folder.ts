/**
 * A prefix as a folder: without a slash `orders` would cover `orders-archive` too.
 * @throws Error for what is no folder
 */
export function folder(prefix: string): string {
  if (prefix === '' || prefix.startsWith('/') || /[*?\\'\r\n]|[$%]\{(?!TfToken\[)/.test(prefix)) {
    throw new Error(
      `A prefix is a folder such as "raw/orders", received "${prefix}". Leave out leading slashes, wildcards and quotation marks; ` +
        'leave out the prefix for the whole zone.',
    );
  }
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}
