import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import { RowKey } from '../../rows/row-key';
import type { TableRow } from '../../rows/read-rows';
import { RejectionCode } from '../record';
import { RowPayload } from './held-rows';
import type { IncrementWork, RejectedRow, RowVerdicts } from './increment';
import { CannotRefine } from './refine-failure';
import { deletesRow, missingColumn } from './table-columns';

/** What of an increment's rows goes on, and what does not: the user's transform, what silver needs of a row, the gate. */
export class RowJudge {
  readonly rejected: RejectedRow[] = [];
  /** Rows that quarantine has already. */
  held = 0;
  private readonly payload: RowPayload;
  private readonly deletes: (row: TableRow) => boolean;
  private readonly key: RowKey | undefined;
  private readonly missingInSilver: (row: TableRow) => string | undefined;
  private readonly missingInTombstones: (row: TableRow) => string | undefined;

  constructor(private readonly work: IncrementWork) {
    const { tables, refinement } = work;
    this.payload = new RowPayload(tables);
    this.deletes = deletesRow(refinement);
    this.key = refinement.key.length > 0 ? new RowKey(tables.silver, refinement.key) : undefined;
    this.missingInSilver = missingColumn(tables.silver.schema);
    this.missingInTombstones = tables.tombstones ? missingColumn(tables.tombstones.schema) : () => undefined;
  }

  /** Rows of bronze → rows that silver can take; a part of the increment at a time. */
  async admit(rows: readonly TableRow[]): Promise<TableRow[]> {
    const { transform } = this.work.steps;
    let judged = this.withoutHeld(rows);
    if (transform) {
      judged = this.take(await transform(judged));
      judged.forEach(requireProvenance);
    }
    const admitted: TableRow[] = [];
    for (const row of judged) {
      const reason = this.reasonAgainst(row);
      if (reason) this.reject({ row, reason });
      else admitted.push(row);
    }
    return transform ? this.withoutHeld(admitted) : admitted;
  }

  /** All admitted rows of the increment → those that the gate lets through. */
  async pass(rows: TableRow[]): Promise<TableRow[]> {
    const { gate } = this.work.steps;
    return gate ? this.take(await gate(rows)) : rows;
  }

  private take({ accepted, rejected }: RowVerdicts): TableRow[] {
    rejected.forEach((one) => this.reject(one));
    return [...accepted];
  }

  private reject(one: RejectedRow): void {
    requireProvenance(one.row);
    if (this.isHeld(one.row)) this.held++;
    else this.rejected.push(one);
  }

  private withoutHeld(rows: readonly TableRow[]): TableRow[] {
    if (this.work.held.size === 0) return [...rows];
    return rows.filter((row) => {
      const isHeld = this.isHeld(row);
      if (isHeld) this.held++;
      return !isHeld;
    });
  }

  private isHeld(row: TableRow): boolean {
    return this.work.held.size > 0 && this.work.held.has(this.payload.identity(row));
  }

  private reasonAgainst(row: TableRow): RejectedRow['reason'] | undefined {
    const nullKey = this.key?.names.find((name) => row[name] === null || row[name] === undefined);
    if (nullKey !== undefined) {
      const message = `${nullKey} is part of the key and has no value: the row cannot be told from others.`;
      return { code: RejectionCode.NULL_KEY, path: nullKey, message };
    }
    const path = this.deletes(row) ? this.missingInTombstones(row) : this.missingInSilver(row);
    if (path === undefined) return undefined;
    return { code: RejectionCode.MISSING_REQUIRED, path, message: `${path} is required and has no value.` };
  }
}

/** Without where it came from, a row can neither be ordered nor found again. */
function requireProvenance(row: TableRow): void {
  for (const name of [TECHNICAL_COLUMNS.lane, TECHNICAL_COLUMNS.position, TECHNICAL_COLUMNS.arrivedAt]) {
    if (row[name] !== null && row[name] !== undefined) continue;
    throw new CannotRefine(`A row came out of the transform without ${name}. It has to keep it as it was.`);
  }
}
