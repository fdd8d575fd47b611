/** Stands for what the company has to fetch: says how many records came, and until when. */
export async function handler({ date }) {
  return { records: 3, time: `${date}T23:59:59Z` };
}
