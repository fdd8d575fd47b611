import type { FileColumn } from '../../../lib/contract/file-columns';
import { HeaderCheck } from '../../../lib/contract/header-check';
import { UnusableInput } from '../../formats/records/unusable-input';
import { DriftKind } from '../drift/drift';
import { DriftCounts } from '../drift/drift-counts';
import { ANY_NAME, toldName } from '../drift/told-name';

/** How the columns a file names differ from those of its contract. */
export interface HeaderDifference {
  readonly expected: readonly string[];
  readonly found: readonly string[];
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

/**
 * The message is logged: where a file has no header, its first record stands in the place of one. Columns are named in it as
 * logs may hold them, and none where not one is the contract's; `difference` has them as they are.
 */
export class HeaderMismatch extends UnusableInput {
  constructor(
    file: string,
    readonly difference: HeaderDifference,
  ) {
    const { expected, missing } = difference;
    const surplus = toldSurplus(difference);
    const found = difference.found.map((name) => (expected.includes(name) ? name : toldName(name)));
    if (hasNone(difference)) {
      super(
        file,
        `the header differs from the contract, none of its ${found.length} columns is one of ${list(expected)}. Is its first line a header?`,
      );
      this.name = 'HeaderMismatch';
      return;
    }
    const parts = [
      ...(missing.length > 0 ? [`missing: ${list(missing)}`] : []),
      ...(surplus.length > 0 ? [`not in the contract: ${list(surplus)}`] : []),
    ];
    super(
      file,
      `the header differs from the contract, ${parts.join('; ')}. Expected ${list(expected)}, found ${list(found)}`,
    );
    this.name = 'HeaderMismatch';
  }
}

/** The difference as drifts of the schema, each met once: no record of the file was looked at. */
export function headerDrift(difference: HeaderDifference): DriftCounts {
  const counts = new DriftCounts();
  const add = (kind: DriftKind, path: string, found: string): void =>
    counts.add({ kind, path, found, critical: false, count: 1 });
  for (const name of difference.missing) add(DriftKind.MISSING_REQUIRED, name, 'absent');
  for (const name of toldSurplus(difference)) add(DriftKind.UNKNOWN_FIELD, name, 'string');
  return counts;
}

function toldSurplus(difference: HeaderDifference): string[] {
  return difference.surplus.map(hasNone(difference) ? () => ANY_NAME : toldName);
}

/** Not one column is the contract's. */
function hasNone({ expected, found, missing, surplus }: HeaderDifference): boolean {
  return found.length > 0 && (surplus.length === found.length || missing.length === expected.length);
}

/** @throws HeaderMismatch */
export function requireHeader(
  file: string,
  found: readonly string[],
  columns: readonly FileColumn[],
  check: HeaderCheck,
): void {
  const allowsExtra = check === HeaderCheck.ALLOW_EXTRA || check === HeaderCheck.ALLOW_BOTH;
  const allowsMissing = check === HeaderCheck.ALLOW_MISSING || check === HeaderCheck.ALLOW_BOTH;
  const named = (column: FileColumn): boolean =>
    found.includes(column.name) || (column.alias !== undefined && found.includes(column.alias));
  const known = new Set(columns.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])));
  const missing = columns.filter((column) => !named(column) && (column.required || !allowsMissing));
  const surplus = allowsExtra ? [] : found.filter((name) => !known.has(name));
  if (missing.length === 0 && surplus.length === 0) return;
  throw new HeaderMismatch(file, {
    expected: columns.map(({ name }) => name),
    found,
    missing: missing.map(({ name }) => name),
    surplus,
  });
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
