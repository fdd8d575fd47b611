import type { CompiledContract } from './batch-encoder';
import { RejectionCode, type RejectedRecord, type SourceRecord } from './record';

/** A row of the quarantine table (lib/contract/quarantine-schema.ts). */
export type QuarantineRow = Record<string, unknown>;

type ContractIdentity = Pick<CompiledContract, 'contractId' | 'contractVersion'>;

/** Rejected records as rows: each whole, with the reason and where it came from, so that it can be replayed. */
export function quarantineRows(
  rejected: readonly RejectedRecord[],
  contract: ContractIdentity,
  quarantinedAt: number,
): QuarantineRow[] {
  return rejected.map(({ record, rejection }) => ({
    _lane: record.lane,
    _position: record.position,
    _arrived_at: microseconds(record.arrivedAt),
    partition_key: record.key ?? null,
    ...payload(record.data, rejection.code),
    reason_code: rejection.code,
    reason_path: rejection.path ?? null,
    reason: rejection.message,
    contract_id: contract.contractId,
    contract_version: contract.contractVersion,
    quarantined_at: microseconds(quarantinedAt),
  }));
}

/**
 * The record's bytes; or, where decoding would lose something, the text it came as. Node decodes broken base64
 * without complaint and drops what it does not know.
 */
function payload(
  data: SourceRecord['data'],
  code: RejectionCode,
): Pick<QuarantineRow, 'payload' | 'payload_encoding'> {
  if (typeof data !== 'string') return { payload: data, payload_encoding: 'bytes' };
  const bytes = Buffer.from(data, 'base64');
  if (code !== RejectionCode.INVALID_BASE64 && bytes.toString('base64') === data) {
    return { payload: bytes, payload_encoding: 'bytes' };
  }
  return { payload: Buffer.from(data, 'utf8'), payload_encoding: 'base64-text' };
}

function microseconds(epochMilliseconds: number): bigint {
  return BigInt(Math.round(epochMilliseconds)) * 1000n;
}
