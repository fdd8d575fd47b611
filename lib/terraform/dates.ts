/** Whether a text is a day there is, as ISO 8601: `2027-01-31`. JavaScript takes 30 February for 2 March. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && isInstant(`${text}T00:00:00Z`);
}

/** The same with a time in UTC: `2027-01-31T00:00:00Z`. */
export function isInstant(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString() === text.replace('Z', '.000Z');
}
