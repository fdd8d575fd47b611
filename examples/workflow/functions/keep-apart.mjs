/** Stands for what the company does about rows that failed: the results of the gate say which rules they broke. */
export async function handler({ date, results }) {
  console.log(JSON.stringify({ message: 'Kept apart', date, results }));
  return { date };
}
