const SECONDS = /^\d{9,11}$/;
const MILLISECONDS = /^\d{12,14}$/;
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;

/** The time a producer wrote, in milliseconds since 1970: seconds or milliseconds since then, or ISO 8601 with its zone. */
export function signedAt(text: string): number | undefined {
  if (SECONDS.test(text)) return Number(text) * 1000;
  if (MILLISECONDS.test(text)) return Number(text);
  if (!ISO_8601.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
