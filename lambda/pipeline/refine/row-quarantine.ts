import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import type { TableRow } from '../../rows/read-rows';
import { rowsOfFile } from '../../rows/rows-of-file';
import { writeRows } from '../../rows/write-rows';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { AppendOutcome } from '../../tables/table';
import type { CompiledContract } from '../batch-encoder';
import { heldRow, RowPayload } from './held-rows';
import type { RefineTables, RejectedRow } from './increment';
import { filesMeeting } from './plan-increment';

const PROPERTY_PREFIX = 'lakehouse.refined.';
/** How the payload of a quarantined row is encoded: JSON of the row, where a record's is its bytes. */
const ROW_ENCODING = 'row';
const { lane, position, arrivedAt } = TECHNICAL_COLUMNS;

type ContractIdentity = Pick<CompiledContract, 'contractId' | 'contractVersion'>;

/**
 * The quarantine of one silver table's rows, each there once.
 *
 * It is committed before silver, and silver may not follow: the function dies in between, and the rows come again,
 * perhaps judged by other code. The commit therefore notes up to where in bronze it judged (a property that moves in the
 * same swap). Where silver is not as far, the quarantine is read, and what it holds stays there and nowhere else.
 * The table's lane for it counts these commits, so that of two attempts at a time one is refused.
 */
export class RowQuarantine {
  private readonly name: string;

  constructor(
    private readonly table: IcebergTable,
    private readonly refined: Pick<RefineTables, 'bronze' | 'silver'>,
    private readonly contract: ContractIdentity,
  ) {
    this.name = refined.silver.metadata['table-uuid'];
  }

  /** Whether it may hold rows that silver's position is not past. */
  mayHoldBeyond(silverPosition: string | undefined): boolean {
    const judged = this.table.property(PROPERTY_PREFIX + this.name);
    return judged !== undefined && BigInt(judged) > BigInt(silverPosition ?? -1);
  }

  /** The rows it holds that some files of bronze may have, as `RowPayload.identity` tells them apart. */
  async held(files: readonly DataFile[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    const columns = [lane, position, 'payload', 'payload_encoding'];
    for (const file of await filesMeeting(this.table, this.refined.bronze, files, [lane, position])) {
      for await (const rows of rowsOfFile(this.table, file, columns)) {
        for (const row of rows) {
          if (row.payload_encoding !== ROW_ENCODING) continue;
          const payload = Buffer.from(row.payload as Uint8Array).toString('utf8');
          held.add(heldRow(row[lane] as string, row[position] as string, payload));
        }
      }
    }
    return held;
  }

  /**
   * @param judgedUpTo sequence number in bronze
   * @returns false when another attempt was faster: judge anew
   */
  async commit(rejected: readonly RejectedRow[], judgedUpTo: string, now: number): Promise<boolean> {
    const claim = String(BigInt(this.table.position(this.lane) ?? 0) + 1n);
    const before = BigInt(this.table.property(PROPERTY_PREFIX + this.name) ?? -1);
    const judged = before > BigInt(judgedUpTo) ? String(before) : judgedUpTo;
    const payload = new RowPayload(this.refined);
    const files = await writeRows(
      this.table,
      rejected.map((one) => this.row(one, payload, now)),
    );
    const reasons: Record<string, number> = {};
    for (const { reason } of rejected) reasons[reason.code] = (reasons[reason.code] ?? 0) + 1;
    const { contractId, contractVersion } = this.contract;
    const result = await this.table.append(files, [{ lane: this.lane, first: claim, last: claim }], {
      summary: {
        'lakehouse.contract': `${contractId}@${contractVersion}`,
        'lakehouse.reasons': JSON.stringify(reasons),
      },
      properties: { [PROPERTY_PREFIX + this.name]: judged },
    });
    return result.outcome === AppendOutcome.COMMITTED;
  }

  private get lane(): string {
    return `refined/${this.name}`;
  }

  private row({ row, reason }: RejectedRow, payload: RowPayload, now: number): TableRow {
    return {
      _lane: row[lane],
      _position: row[position],
      _arrived_at: row[arrivedAt],
      partition_key: null,
      payload: Buffer.from(payload.text(row), 'utf8'),
      payload_encoding: ROW_ENCODING,
      reason_code: reason.code,
      reason_path: reason.path ?? null,
      reason: reason.message,
      contract_id: this.contract.contractId,
      contract_version: this.contract.contractVersion,
      quarantined_at: BigInt(Math.round(now)) * 1000n,
    };
  }
}
