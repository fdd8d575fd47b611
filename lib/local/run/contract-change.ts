import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { catalogFor } from '../../../lambda/tables/open-table';
import { currentSchema } from '../../../lambda/tables/table-metadata';
import type { DataContract } from '../../contract';
import { bronzeSchema } from '../../contract/table-schema';
import type { LocalTable } from './embedded-lake';
import type { RowRange } from './pipeline-run';

/** A product whose contract changes in the middle of its events. */
export interface ContractChange {
  /** Directory of the app synthesized with the contract as it was. */
  readonly assembly: string;
  /** The contract as it was. */
  readonly before: DataContract;
}

/** The rows that come before the change. */
export function firstHalf(rows: number): RowRange {
  return { from: 0, to: Math.ceil(rows / 2) };
}

/**
 * Whether a bronze table has a column that the contract brings and had not before: a run that came this far has changed
 * it, and there is no way back.
 */
export async function hasChanged(
  bronze: LocalTable,
  { before }: ContractChange,
  now: DataContract,
): Promise<boolean> {
  if (!existsSync(join(bronze.directory, 'metadata'))) return false;
  const version = await (await catalogFor(bronze.uri)).load();
  if (!version) return false;
  const names = (contract: DataContract): string[] =>
    bronzeSchema(contract.schema()).fields.map(({ name }) => name);
  const old = new Set(names(before));
  const brought = new Set(names(now).filter((name) => !old.has(name)));
  return currentSchema(version.metadata).fields.some(({ name }) => brought.has(name));
}
