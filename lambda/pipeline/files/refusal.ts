import type { UnusableInput } from '../../formats/records/unusable-input';
import { fileUri } from '../../stores/source-files';
import type { IcebergTable } from '../../tables/iceberg-table';
import { RejectionCode, type SourceRecord } from '../record';
import { fileLane } from './file-lane';
import type { FileRequest } from './file-request';
import { headerDrift, HeaderMismatch } from './header-mismatch';

/** Where the row stands that says why a file was refused: behind every record it could have. */
export const REFUSED_POSITION = Number.MAX_SAFE_INTEGER;

/** The row that stands in quarantine for a file, or for what is left of it, and why it is there. */
export interface Refusal {
  readonly record: SourceRecord;
  readonly verdict: {
    readonly rejection: { readonly code: RejectionCode; readonly message: string };
    readonly drift: ReturnType<typeof headerDrift> | undefined;
  };
}

export function refusal(
  { file, arrivedAt }: FileRequest,
  bronze: IcebergTable,
  error: UnusableInput,
): Refusal {
  const lane = fileLane(file);
  const isHeader = error instanceof HeaderMismatch;
  const taken = bronze.position(lane);
  const isPart = taken !== undefined && Number(taken) < REFUSED_POSITION;
  const rest = isPart ? ` What is before position ${taken} is in the table.` : '';
  const payload = { ...file, problem: error.problem, ...(isHeader && error.difference) };
  return {
    record: {
      lane,
      position: String(REFUSED_POSITION),
      data: Buffer.from(JSON.stringify(payload)),
      arrivedAt,
      key: file.key,
    },
    verdict: {
      rejection: {
        code: isHeader ? RejectionCode.HEADER_MISMATCH : RejectionCode.UNREADABLE_FILE,
        message: `${fileUri(file)}: ${error.problem}.${rest}`,
      },
      drift: isHeader ? headerDrift(error.difference) : undefined,
    },
  };
}
