import { shapeHash } from '../../../lib/contract/shape-hash';
import type { CompiledContract } from '../batch-encoder';
import { type Drift, DRIFTS_OF_SHAPE } from './drift';
import type { DriftCounts } from './drift-counts';

/** How the records of a batch differ from their contract. */
export interface DriftReport {
  /** Hash of the shape the contract describes. */
  readonly schemaHash: string;
  /** Hash of the shape that was met: the contract's own where no record had another. */
  readonly seenHash: string;
  readonly drifts: readonly Drift[];
  /** Meetings of drifts that are not in `drifts`, as there were too many. */
  readonly omitted: number;
  /** Meetings of unknown fields, of wrong types, and of required fields that were missing. */
  readonly ofShape: number;
  /** Critical fields that were missing, null or invalid. Undefined where the contract calls none critical. */
  readonly ofCritical?: number;
}

export type DriftContract = Pick<CompiledContract, 'schemaHash' | 'hasCriticalFields'>;

export function driftReport(counts: DriftCounts, contract: DriftContract): DriftReport {
  const { schemaHash, hasCriticalFields } = contract;
  const drifts = counts.list();
  const ofShape = drifts.filter(({ kind }) => DRIFTS_OF_SHAPE.includes(kind));
  return {
    schemaHash,
    // What the contract says is the same for all batches: its hash stands for it.
    seenHash:
      ofShape.length === 0
        ? schemaHash
        : shapeHash([
            ['$', schemaHash],
            ...ofShape.map(({ kind, path, found }) => [path, `${kind} ${found}`]),
          ]),
    drifts,
    omitted: counts.omitted,
    ofShape: counts.ofShape,
    ofCritical: hasCriticalFields ? counts.ofCritical : undefined,
  };
}
