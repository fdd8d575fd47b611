import type { ColumnMask } from '../../../lib/contract/masking/mask-spec';
import type { TableRow } from '../../rows/read-rows';
import type { MaskedColumn, RowMasks } from '../refine/increment';
import { maskedState } from '../refine/masked-silver';
import type { MaskingKey } from './masking-key';
import { valueMask, type ValueMask } from './mask-value';

/** Masks of a table's columns, ready to be applied. @param key needed where one of them is keyed */
export function rowMasks(columns: readonly ColumnMask[], key: MaskingKey | undefined): RowMasks {
  const masked = columns.map((column): MaskedColumn => {
    const change = valueMask(column, key);
    return {
      ...column,
      value: (value) => (value === null || value === undefined ? null : change(value)),
    };
  });
  const setters = masked.map(({ path, value }) => ({
    column: path[0],
    change: within(path.slice(1), value),
  }));
  return {
    columns: masked,
    state: maskedState(columns, key?.id),
    row: (row: TableRow) => {
      const changed: Record<string, unknown> = { ...row };
      for (const { column, change } of setters) {
        const value = changed[column];
        if (value !== null && value !== undefined) changed[column] = change(value);
      }
      return changed as TableRow;
    },
  };
}

/** The same for a value inside another: structs and lists on the way are copied. */
function within(path: readonly string[], change: ValueMask): ValueMask {
  const [step, ...rest] = path;
  if (step === undefined) return change;
  const inside = within(rest, change);
  const orNull = (value: unknown) => (value === null || value === undefined ? null : inside(value));
  if (step === '[]') return (value) => (value as unknown[]).map(orNull);
  return (value) => ({ ...(value as object), [step]: orNull((value as Record<string, unknown>)[step]) });
}
