import type { RecordField } from '../../../lib/contract/handler-code/row-runtime';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import { parseRecord } from '../../formats/json/record-numbers';
import type { TableRow } from '../../rows/read-rows';
import { uuidText } from '../../tables/single-value';
import type { CompiledContractModule } from '../encoding/contract-encoder';
import type { RejectedRow, RowStep } from '../refine/increment';
import { ContractInput } from './contract-input';
import type { RecordTransform, TransformOutcome } from './record-transform';
import { recordValue } from './record-values';

/**
 * A transform over the rows of a table: it is given each by the names of the contract, in the form it has at the door,
 * and what it gives is held against the same contract. The rows of one row are all accepted, or it is rejected.
 */
export function transformStep(transform: RecordTransform, compiled: CompiledContractModule): RowStep {
  const output = new ContractInput(compiled);
  return async (rows) => {
    const accepted: TableRow[] = [];
    const rejected: RejectedRow[] = [];
    const outcomes = await transform.ofRows(
      rows.map((row) => ({ row: recordOf(row, compiled.fields), origin: originOf(row) })),
    );
    rows.forEach((row, i) => {
      const made = rowsOf(outcomes[i], output, row);
      if ('reason' in made) rejected.push(made);
      else accepted.push(...made.rows);
    });
    return { accepted, rejected };
  };
}

function rowsOf(
  outcome: TransformOutcome,
  output: ContractInput,
  row: TableRow,
): RejectedRow | { readonly rows: TableRow[] } {
  if (outcome.rejection !== undefined) return { row, reason: outcome.rejection };
  const { lane, position, arrivedAt } = TECHNICAL_COLUMNS;
  const provenance = { [lane]: row[lane], [position]: row[position], [arrivedAt]: row[arrivedAt] };
  const rows: TableRow[] = [];
  for (const [i, made] of outcome.rows.entries()) {
    const columns = output.columns(made);
    if (columns.row === undefined) {
      const which = outcome.rows.length > 1 ? `Row ${i + 1} of ${outcome.rows.length}: ` : '';
      return { row, reason: { ...columns.reason, message: which + columns.reason.message } };
    }
    rows.push({ ...columns.row, ...provenance });
  }
  return { rows };
}

function originOf(row: TableRow) {
  const { lane, position, arrivedAt } = TECHNICAL_COLUMNS;
  return {
    lane: String(row[lane]),
    position: String(row[position]),
    arrivedAt: Number(row[arrivedAt]) / 1000,
  };
}

/** A row by the names of the contract, its values as a record has them. */
function recordOf(row: TableRow, fields: readonly RecordField[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const field of fields) {
    const value = row[field.column];
    record[field.name] = value === null || value === undefined ? null : valueOf(value, field);
  }
  return record;
}

function valueOf(value: unknown, field: RecordField): unknown {
  const { fields, element, type = '' } = field;
  if (fields !== undefined) return recordOf(value as TableRow, fields);
  if (element !== undefined) {
    return (value as unknown[]).map((item) => (item === null ? null : valueOf(item, element)));
  }
  if (type.startsWith('json')) return parseRecord(value as string);
  if (type === 'uuid') return uuidText(value as Uint8Array);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return recordValue(value as number | bigint | string | boolean, type);
}
