/** A prefix as a folder: without a slash `orders` would cover `orders-archive` too. */
export function folder(prefix: string): string {
  if (/[*?#[\]\r\n]|[$%]\{/.test(prefix) || prefix.startsWith('/') || prefix === '') {
    throw new Error(
      `A prefix is a folder such as "raw/orders", received "${prefix}". Leave out leading slashes and wildcards; ` +
        'leave out the prefix for the whole bucket.',
    );
  }
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}
