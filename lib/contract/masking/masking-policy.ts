import type { Mask } from './mask';

/**
 * Which mask the values of each classification get on their way to silver. One policy for all products of a company;
 * a contract may say otherwise of a column, with the custom property `masking`.
 */
export class MaskingPolicy {
  private readonly byClassification: ReadonlyMap<string, Mask>;

  /** @param masks classification as contracts write it, in upper or lower case → mask */
  constructor(masks: { readonly [classification: string]: Mask }) {
    this.byClassification = new Map(Object.entries(masks).map(([name, mask]) => [folded(name), mask]));
  }

  /** The classifications it knows, in lower case. */
  public get classifications(): string[] {
    return [...this.byClassification.keys()];
  }

  /** Undefined for a classification it does not name. */
  public maskFor(classification: string): Mask | undefined {
    return this.byClassification.get(folded(classification));
  }
}

function folded(classification: string): string {
  return classification.trim().toLowerCase();
}
