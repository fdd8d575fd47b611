// Figures of one run over each other: what stays comparable between machines, and on a busy one.
const US = 'lakehouse-constructs';
const OTHERS = ['json-parse', 'hyparquet-writer', 'duckdb', 'pyarrow'];

export function ratios(figures) {
  const found = {};
  for (const rows of [10_000, 1_000_000]) {
    const of = (subject) => figures[`rowsPerCpuSecond.${subject}.${rows}.median`];
    for (const other of OTHERS) {
      if (of(US) && of(other)) found[`${US}/${other}.${rows}`] = of(US) / of(other);
    }
  }
  return found;
}
