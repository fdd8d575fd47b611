import { type ProductEntry, readProductEntry, sharedPorts } from '../../contract/product';

/** What a registry holds, and what is wrong with it. */
export interface RegistryContents {
  readonly entries: readonly ProductEntry[];
  readonly problems: readonly string[];
}

/** A parameter of the registry; its value is no text where a template refers to what only a deployment knows. */
export interface RegistryParameter {
  readonly name: string;
  readonly value: unknown;
}

/** One bad entry does not hide the others. */
export function registryContents(parameters: readonly RegistryParameter[]): RegistryContents {
  const entries: ProductEntry[] = [];
  const problems: string[] = [];
  for (const { name, value } of parameters) {
    if (typeof value !== 'string') {
      problems.push(`${name} refers to what only a deployment knows: read it with --region.`);
      continue;
    }
    try {
      entries.push(readProductEntry(value, name));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { entries, problems: [...problems, ...sharedPorts(entries).map((shared) => `${shared}.`)] };
}
