/** Stands for what the company does with files that are in by now: is told how many records they held. */
export async function handler({ date, records }) {
  return { archived: `orders/${date}`, records };
}
