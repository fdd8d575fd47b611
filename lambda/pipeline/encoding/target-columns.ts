import type { CompiledLeaf } from '../../../lib/contract/handler-code/row-runtime';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import { Repetition } from '../../formats/parquet/format';
import { type Leaf, parquetSchema } from '../../formats/parquet/schema';
import type { CompiledContract, EncodingTarget } from '../batch-encoder';

/** How the leaves of a contract lie in a table that may have evolved away from it. */
export interface TargetColumns {
  /** For each leaf of the contract, its place among the table's leaves, or -1 where the table has no such column. */
  readonly placeOf: number[];
  /** For each leaf of the contract, the table's definition level for each of the contract's; undefined where equal. */
  readonly levels: (Uint8Array | undefined)[];
  /** Leaves of the contract, as they would be written, for those the table lacks. */
  readonly contractLeaves: readonly Leaf[];
  /** Fields whose values go to `_extra`: the table has no column for them. */
  readonly displaced: CompiledLeaf['keys'][];
  /** Columns of the table the contract does not know, filled with nulls beside a leaf of the same object. */
  readonly unfilled: UnfilledColumn[];
  readonly lane: number;
  readonly position: number;
  readonly arrivedAt: number;
  readonly extra: number;
}

export interface UnfilledColumn {
  readonly place: number;
  /** Leaf whose entries it follows; -1 for a column that is not inside anything. */
  readonly beside: number;
  /** Definition level of what is around the column: it is null from there on. */
  readonly definition: number;
}

/** Column types a table may have widened to, by the contract's type. */
const WIDER: Record<string, string> = { int: 'long', float: 'double' };

/** @throws Error when the table requires a column the contract does not fill, or fills with nulls */
export function targetColumns(
  contract: CompiledContract,
  leaves: readonly CompiledLeaf[],
  target: EncodingTarget,
): TargetColumns {
  const ours = parquetSchema(contract.schema).leaves.slice(0, leaves.length);
  const theirs = parquetSchema(target.schema).leaves;
  const placeByColumn = new Map(theirs.map((leaf, place) => [leaf.column, place]));
  const displaced = new Map<string, CompiledLeaf['keys']>();
  const placeOf = ours.map((leaf, i) => {
    const place = placeByColumn.get(leaf.column);
    if (place !== undefined && fits(leaf, theirs[place])) return place;
    displaced.set(JSON.stringify(leaves[i].keys), leaves[i].keys);
    return -1;
  });
  const technical = new Set<string>(Object.values(TECHNICAL_COLUMNS));
  const filled = new Set(placeOf);
  const unfilled = theirs.flatMap((leaf, place) =>
    filled.has(place) || technical.has(leaf.column) ? [] : [unfilledColumn(theirs, filled, place)],
  );
  const placeOfTechnical = (name: string): number => placeByColumn.get(name) ?? -1;
  return {
    placeOf,
    levels: ours.map((leaf, i) => (placeOf[i] < 0 ? undefined : levelsBetween(leaf, theirs[placeOf[i]]))),
    contractLeaves: ours,
    displaced: [...displaced.values()],
    unfilled,
    lane: placeOfTechnical(TECHNICAL_COLUMNS.lane),
    position: placeOfTechnical(TECHNICAL_COLUMNS.position),
    arrivedAt: placeOfTechnical(TECHNICAL_COLUMNS.arrivedAt),
    extra: placeOfTechnical(TECHNICAL_COLUMNS.extra),
  };
}

function fits(ours: Leaf, theirs: Leaf): boolean {
  if (ours.path.length !== theirs.path.length || ours.maxRepetition !== theirs.maxRepetition) return false;
  if (ours.icebergType === theirs.icebergType || WIDER[ours.icebergType] === theirs.icebergType) return true;
  const [from, to] = [ours.icebergType, theirs.icebergType].map((type) =>
    /^decimal\((\d+),\s*(\d+)\)$/.exec(type),
  );
  return from !== null && to !== null && from[2] === to[2] && Number(to[1]) >= Number(from[1]);
}

function levelsBetween(ours: Leaf, theirs: Leaf): Uint8Array | undefined {
  const levels: number[] = [];
  let theirLevel = 0;
  ours.repetitions.forEach((repetition, i) => {
    const isOptional = repetition !== Repetition.REQUIRED;
    const theyAllowNull = theirs.repetitions[i] !== Repetition.REQUIRED;
    if (isOptional) levels.push(theirLevel);
    if (isOptional && !theyAllowNull) {
      throw new Error(
        `Column "${ours.column}" is NOT NULL in the table, but the contract does not require "${ours.path.slice(0, i + 1).join('.')}". Make the column optional in the table, or the field required in the contract.`,
      );
    }
    if (theyAllowNull) theirLevel++;
  });
  return levels.every((level, i) => level === i) ? undefined : Uint8Array.from(levels);
}

function unfilledColumn(theirs: readonly Leaf[], filled: ReadonlySet<number>, place: number): UnfilledColumn {
  const leaf = theirs[place];
  for (let depth = leaf.path.length - 1; depth > 0; depth--) {
    const around = leaf.path.slice(0, depth);
    const beside = theirs.findIndex(
      (other, i) => filled.has(i) && around.every((name, level) => other.path[level] === name),
    );
    // Inside a list nothing is known about, there are no entries to follow.
    if (beside >= 0) return { place, beside, definition: nullLevel(leaf, depth) };
  }
  return { place, beside: -1, definition: nullLevel(leaf, 0) };
}

/** Definition level of an entry that is null from the first optional node at or below a depth. */
function nullLevel(leaf: Leaf, depth: number): number {
  const first = leaf.repetitions.findIndex(
    (repetition, i) => i >= depth && repetition !== Repetition.REQUIRED,
  );
  if (leaf.repetitions[first] !== Repetition.OPTIONAL) {
    throw new Error(
      `Column "${leaf.column}" is NOT NULL in the table, but the contract has no field for it. Add the field to the contract, or make the column optional.`,
    );
  }
  return leaf.repetitions.slice(0, first).filter((repetition) => repetition !== Repetition.REQUIRED).length;
}
