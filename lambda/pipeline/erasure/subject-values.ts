import type { ColumnMask } from '../../../lib/contract/masking/mask-spec';
import type { IcebergPrimitive } from '../../../lib/contract/iceberg-types';
import type { IcebergTable } from '../../tables/iceberg-table';
import { companionsOf, sourcesOf } from '../../tables/table-order';
import { valueMask } from '../masking/mask-value';
import type { MaskingKey } from '../masking/masking-key';
import { maskedStateOf, type MaskedState } from '../refine/masked-silver';
import type { SubjectField } from './subject';

export type SubjectValue = string | number | bigint | Uint8Array;

/** A subject of which a table cannot tell the rows: nothing is erased from it. */
export class SubjectNotTold extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SubjectNotTold';
  }
}

/**
 * What a subject's values are in each of some tables: a column that was masked on its way to silver holds masked ones, and
 * so do tables that were made from it.
 */
export class SubjectValues {
  constructor(
    private readonly tables: readonly IcebergTable[],
    private readonly keys: readonly MaskingKey[],
  ) {}

  /** @throws SubjectNotTold where the mask makes different values the same, its key is not known, or none is of the type */
  of(table: IcebergTable, field: SubjectField, type: IcebergPrimitive): SubjectValue[] {
    const { column, values } = field;
    const plain = values.flatMap((value) => typedValue(type, value) ?? []);
    if (plain.length === 0)
      throw new SubjectNotTold(
        `Column "${column}" of ${table.location} is of type ${type}, which none of the values given can be. ` +
          'Values can be given of: string, int, long, uuid, binary and fixed (in hexadecimal digits).',
      );
    const masked = (state: MaskedState) => this.masked(table, column, type, plain, state);
    const own = maskedStateOf(table);
    if (own) return column in own.masks ? masked(own) : plain;
    // Of a table that was made from others it is not known which of them gave the column.
    return [
      ...plain,
      ...this.inherited(table).flatMap((state) => (column in state.masks ? masked(state) : [])),
    ];
  }

  /** Of the tables that a table without masks of its own was made from; of the silver whose deletions it keeps. */
  private inherited(table: IcebergTable, seen = new Set<string>()): MaskedState[] {
    seen.add(table.uuid);
    const sources = sourcesOf(table.metadata);
    return this.tables.flatMap((other) => {
      const state = maskedStateOf(other);
      if (state && companionsOf(other.metadata).has(table.uuid)) return [state];
      if (!sources.has(other.uuid) || seen.has(other.uuid)) return [];
      return state ? [state] : this.inherited(other, seen);
    });
  }

  private masked(
    table: IcebergTable,
    column: string,
    type: IcebergPrimitive,
    plain: readonly SubjectValue[],
    state: MaskedState,
  ): SubjectValue[] {
    const mask = state.masks[column];
    const kind = /^(hash|tokenize)\b/.exec(mask)?.[1] as 'hash' | 'tokenize' | undefined;
    if (kind === undefined)
      throw new SubjectNotTold(
        `Column "${column}" of ${table.location} is masked (${mask}): values that differ are the same there. ` +
          'Name the subject by a column that is not masked, hashed or tokenized.',
      );
    const key = this.keys.find(({ id }) => id === state.key);
    if (!key)
      throw new SubjectNotTold(
        `Column "${column}" of ${table.location} is masked (${mask}) with key ${state.key}, which was not given.`,
      );
    const change = valueMask({ path: [column], type, mask: { kind } } satisfies ColumnMask, key);
    return plain.map((value) => change(value) as SubjectValue);
  }
}

function typedValue(type: IcebergPrimitive, text: string): SubjectValue | undefined {
  if (type === 'string') return text;
  if (type === 'int' && /^-?\d{1,10}$/.test(text)) return Number(text);
  if (type === 'long' && /^-?\d{1,19}$/.test(text)) return BigInt(text);
  if (type === 'uuid' && UUID.test(text)) return Buffer.from(text.replaceAll('-', ''), 'hex');
  if (/^(binary|fixed)/.test(type) && /^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  return undefined;
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
