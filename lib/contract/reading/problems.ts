import { ContractError, type ContractProblem } from '../contract-error';
import { shown, type DocumentNode } from './document';

/** Where a problem is. */
export interface ProblemPlace {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

/** Gathers what is wrong with one contract, so that its author sees everything at once. */
export class Problems {
  private readonly found: ContractProblem[] = [];
  private readonly reported = new Set<string>();

  constructor(public readonly file: string) {}

  public get any(): boolean {
    return this.found.length > 0;
  }

  /** Reports a problem at a place; a document node also gives the value found there. */
  public report(place: ProblemPlace | DocumentNode, message: string): void {
    // Two readers may look at the same entry; its author needs to hear of it once.
    const key = `${place.line}:${place.column} ${place.path} ${message}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    this.found.push({
      file: this.file,
      line: place.line,
      column: place.column,
      path: place.path,
      ...('kind' in place ? { value: shown(place) } : {}),
      message,
    });
  }

  /** Reports a problem at a place where nothing stands. */
  public reportMissing(parent: ProblemPlace, path: string, message: string): void {
    this.report({ line: parent.line, column: parent.column, path }, message);
  }

  /** The one error, its problems in document order. */
  public error(): ContractError {
    const inOrder = [...this.found].sort((a, b) => a.line - b.line || a.column - b.column);
    return new ContractError(this.file, inOrder);
  }
}
