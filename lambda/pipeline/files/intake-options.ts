import type { DispositionSettings } from '../../../lib/contract/disposition-settings';
import type { FileVersion, SourceFiles } from '../../stores/source-files';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { LaneRange } from '../../tables/table';
import type { IngestReport } from '../ingest-report';
import type { IngestTargets } from '../ingest-targets';
import type { TableTarget } from '../table-target';
import type { FileLedger } from './file-ledger';
import type { FileContract } from './landed-file';

/** What is committed at once. */
export interface FileBatch {
  readonly lanes: readonly LaneRange[];
  /** The file of each lane. */
  readonly files: ReadonlyMap<string, FileVersion>;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

export interface IntakeOptions {
  /** The tables are those of Iceberg: what they hold of a file is asked of their history. */
  readonly targets: IngestTargets & {
    readonly bronze: TableTarget & { readonly table: IcebergTable };
    readonly quarantine: TableTarget & { readonly table: IcebergTable };
  };
  readonly files: (bucket: string) => Promise<SourceFiles>;
  readonly ledger: FileLedger;
  readonly contract: FileContract;
  readonly disposition: DispositionSettings;
  /** False when what is left of an invocation is needed to end it, given how long a commit took at the most. */
  readonly hasTime: (longestCommit: number) => boolean;
  readonly committed: (report: IngestReport, batch: FileBatch) => void | Promise<void>;
  /** @default - a commit that fails is told by the outcome of its files alone */
  readonly failed?: (error: unknown, batch: FileBatch) => Promise<void>;
  /** Bytes of records that become one commit. @default 32 MiB */
  readonly batchBytes?: number;
}
