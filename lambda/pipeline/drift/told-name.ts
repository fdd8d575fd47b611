const LIKE_A_NAME = /^[\p{L}_$@][\p{L}\p{N}_$ .:/-]{0,63}$/u;
/** Numbers of customers, cards and telephones; parts of a UUID. */
const LIKE_DATA = /\d{5}|[0-9a-f]{8}-[0-9a-f]{4}/i;
/** In the place of names that may be data. */
export const ANY_NAME = '*';

/**
 * A field's name as logs may hold it: `*` where it looks like data. Producers that use data for keys
 * (`{"alice@example.com": 1}`) thereby show none of it, and drift by one field instead of by one for each key.
 */
export function toldName(name: string): string {
  return LIKE_A_NAME.test(name) && !LIKE_DATA.test(name) ? name : ANY_NAME;
}
