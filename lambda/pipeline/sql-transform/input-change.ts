import { changedFiles } from '../../tables/changed-files';
import { lineage } from '../../tables/history';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { Snapshot } from '../../tables/snapshot';
import type { LaneRange } from '../../tables/table';
import { DeleteFilesPresent, type TableFile } from '../../tables/table-files';
import { currentSnapshot } from '../../tables/table-metadata';
import { tableLane } from '../table-progress';

/** What became of an input since the target consumed it last. */
export type InputChange =
  | { readonly kind: 'none' }
  /** How the rows differ cannot be told from files: `reason` says why. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'files';
      readonly older: Snapshot;
      readonly added: readonly TableFile[];
      readonly removed: readonly TableFile[];
    };

/** An input as this run reads it. */
export interface InputState {
  readonly table: IcebergTable;
  /** The snapshot that is read; undefined while the table is empty. */
  readonly snapshot?: Snapshot;
  readonly change: InputChange;
  /** What the commit adds to the target's progress; undefined where it is there already. */
  readonly range?: LaneRange;
}

/** Compares an input with what the target has consumed of it. The position is the sequence number of a snapshot. */
export async function inputState(table: IcebergTable, target: IcebergTable): Promise<InputState> {
  const lane = tableLane(table);
  const consumed = target.position(lane);
  const snapshot = currentSnapshot(table.metadata);
  if (snapshot === undefined) return { table, change: { kind: 'none' } };
  const sequence = String(snapshot['sequence-number'] ?? 0);
  if (sequence === consumed) return { table, snapshot, change: { kind: 'none' } };
  const range =
    consumed === undefined || BigInt(sequence) > BigInt(consumed)
      ? {
          lane,
          first: consumed === undefined ? '0' : String(BigInt(consumed) + 1n),
          last: sequence,
        }
      : undefined;
  return { table, snapshot, range, change: await changeSince(table, snapshot, consumed) };
}

async function changeSince(
  table: IcebergTable,
  snapshot: Snapshot,
  consumed: string | undefined,
): Promise<InputChange> {
  if (consumed === undefined) return { kind: 'unknown', reason: 'it was not read before' };
  for (const older of lineage(table.metadata, snapshot)) {
    if (String(older['sequence-number'] ?? 0) !== consumed) continue;
    try {
      const { added, removed } = await changedFiles(table, older, snapshot);
      if (removed.length > 0 && older['schema-id'] !== snapshot['schema-id']) {
        return { kind: 'unknown', reason: 'its columns changed' };
      }
      return added.length + removed.length === 0
        ? { kind: 'none' }
        : { kind: 'files', older, added, removed };
    } catch (error) {
      if (!(error instanceof DeleteFilesPresent)) throw error;
      return { kind: 'unknown', reason: 'another engine deleted rows by delete files' };
    }
  }
  return { kind: 'unknown', reason: 'the snapshot read last was expired or rolled back' };
}
