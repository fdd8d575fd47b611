/** One thing wrong with a contract. */
export interface ContractProblem {
  /** File name as given; `contract` for a text without one. */
  readonly file: string;
  /** Line, from 1; 0 where the document has no position to point at. */
  readonly line: number;
  /** Column, from 1; 0 where the document has no position to point at. */
  readonly column: number;
  /** Path in the document, for example `schema[0].properties[3].logicalType`; empty for the whole document. */
  readonly path: string;
  /** What was found, as JSON text, shortened. @default - nothing stands there */
  readonly value?: string;
  /** What is wrong, what is allowed and how to mend it. */
  readonly message: string;
}

/** A contract that cannot be used. The message lists every problem found, not only the first. */
export class ContractError extends Error {
  public override readonly name = 'ContractError';

  constructor(
    /** File name as given; `contract` for a text without one. */
    public readonly file: string,
    public readonly problems: ContractProblem[],
  ) {
    super(summary(file, problems));
  }
}

function summary(file: string, problems: ContractProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [`${file}: ${count} in the data contract`, ...problems.map(line)].join('\n');
}

function line(problem: ContractProblem): string {
  const where = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  const value = problem.value === undefined ? '' : ` = ${problem.value}`;
  return `  ${where}${path}${value}: ${problem.message}`;
}
