/** Stands for the company's own checks: measures the table named, and says whether the run may go on. */
export async function handler({ gate, date }) {
  console.log(JSON.stringify({ message: 'Measured', table: gate, date }));
  return { decision: 'proceed', results: [] };
}
