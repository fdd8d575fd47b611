import type { DataContract } from '../data-contract';
import type { SchemaObject } from '../schema-object';
import type { QualityPlan } from './planned-check';
import { QualityGates } from './quality-gates';
import { type ProfiledColumn, TableProfiler } from './table-profiler';

/** File name, beside the bundle, of what a gate measures. */
export const GATES_FILE = 'gates.mjs';

/** What a function that judges a table has to know of its contract. */
export interface CompiledGates {
  readonly plan: QualityPlan;
  /** The columns that are profiled. */
  readonly profile: readonly ProfiledColumn[];
  readonly contractId: string;
  readonly contractVersion: string;
}

/** The ES module that holds it. @throws Error for a `gate` custom property that is not allowed */
export function compileGates(contract: DataContract, schema: SchemaObject): string {
  const gates: CompiledGates = {
    plan: QualityGates.of(schema)._plan,
    profile: TableProfiler.of(schema)._columns,
    contractId: contract.id,
    contractVersion: contract.version,
  };
  return `export const gates = ${JSON.stringify(gates)};\n`;
}
