import { maskText, pathText, type ColumnMask } from '../../../lib/contract/masking/mask-spec';
import type { IcebergStruct } from '../../../lib/contract/iceberg-types';
import type { IcebergTable } from '../../tables/iceberg-table';
import { currentSnapshot } from '../../tables/table-metadata';
import type { RowMasks } from './increment';
import { CannotRefine } from './refine-failure';

/** Property of a masked silver table: how its rows were masked, as JSON of a `MaskedState`. */
export const MASKING_PROPERTY = 'lakehouse.masking';

/** How the rows of a table were masked: what those to come have to agree with. */
export interface MaskedState {
  /** Id of the key; absent where no mask needs one. */
  readonly key?: string;
  /** Path of a column → its mask, in words. */
  readonly masks: { readonly [path: string]: string };
}

/** How the rows of a table were masked; undefined where they were not. */
export function maskedStateOf(table: IcebergTable): MaskedState | undefined {
  const text = table.property(MASKING_PROPERTY);
  return text === undefined ? undefined : (JSON.parse(text) as MaskedState);
}

interface StoredState extends MaskedState {
  /** Highest column id of the table then: columns added since have no rows from before. */
  readonly lastColumnId: number;
}

export function maskedState(columns: readonly ColumnMask[], key: string | undefined): MaskedState {
  // Tokens of an integer that was widened are others.
  const masks = columns.map(({ path, mask, type }) => [
    pathText(path),
    mask.kind === 'tokenize' ? `${maskText(mask)} (${type})` : maskText(mask),
  ]);
  const sorted = masks.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...(key !== undefined && { key }), masks: Object.fromEntries(sorted) as Record<string, string> };
}

/**
 * Rows masked in two ways do not meet: one subject would have two keys. So what is in silver has to be masked as what comes.
 * @throws CannotRefine when the key or a mask is another than that of silver's rows, or silver has rows without
 */
export function requireSameMasks(silver: IcebergTable, masks: RowMasks | undefined): void {
  if (!currentSnapshot(silver.metadata)) return;
  const stored = maskedStateOf(silver) as StoredState | undefined;
  const fault = differenceOf(stored, masks?.state, silver.schema);
  if (fault === undefined) return;
  throw new CannotRefine(
    `${silver.location}: ${fault} Rows masked in two ways do not meet. Undo the change, or have silver made anew from bronze: ` +
      'drop the tables of silver and of its tombstones and deploy, or give the schema object another physicalName.',
  );
}

/** The property that a commit of masked rows sets. */
export function maskingProperties(
  silver: IcebergTable,
  masks: RowMasks | undefined,
): Record<string, string> | undefined {
  if (!masks) return undefined;
  const state: StoredState = { ...masks.state, lastColumnId: silver.metadata['last-column-id'] };
  return { [MASKING_PROPERTY]: JSON.stringify(state) };
}

function differenceOf(
  stored: StoredState | undefined,
  given: MaskedState | undefined,
  schema: IcebergStruct,
): string | undefined {
  if (!stored) {
    if (!given) return undefined;
    return `its rows are not masked, and the contract now masks ${Object.keys(given.masks).join(', ')}.`;
  }
  if (stored.key !== undefined && given?.key !== undefined && stored.key !== given.key)
    return `its rows were masked with key ${stored.key}, and the secret now holds key ${given.key}.`;
  for (const [path, mask] of Object.entries(stored.masks)) {
    const now = given?.masks[path];
    // A column that is gone has no rows to disagree with.
    if (now === mask || (now === undefined && !hasColumn(schema, path))) continue;
    return `the mask of ${path} was ${mask}, and is ${now ?? 'none'} now.`;
  }
  for (const path of Object.keys(given?.masks ?? {})) {
    if (path in stored.masks) continue;
    const column = schema.fields.find(({ name }) => name === path);
    if (column && column.id > stored.lastColumnId) continue;
    return `the rows' ${path} is not masked, and the contract now masks it.`;
  }
  return undefined;
}

function hasColumn({ fields }: IcebergStruct, path: string): boolean {
  const column = path.split(/[.[]/)[0];
  return fields.some(({ name }) => name === column || name === path);
}
