import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ILakeTable } from './lake-table';

/**
 * Refuses a second construct that keeps the rows of a table: each would write over what the other wrote.
 * @param keptBy the table that a construct keeps; undefined for constructs that keep none
 * @param remedy the last sentence of the error
 * @throws Error naming the table, both constructs and the remedy
 */
export function requireOnlyKeeper(
  keeper: IConstruct,
  table: ILakeTable,
  keptBy: (construct: IConstruct) => ILakeTable | undefined,
  remedy: string,
): void {
  const other = keeper.node.root.node.findAll().find((construct) => {
    if (construct === keeper) return false;
    const kept = keptBy(construct);
    return kept !== undefined && isSameTable(kept, table);
  });
  if (other === undefined) return;
  throw new Error(
    `The table ${table.uri} is kept by "${other.node.path}" already; "${keeper.node.path}" would write over its rows. ${remedy}`,
  );
}

/** Whether they are one for sure. Tables of one name may be two: in other accounts and regions, as far as these are known. */
function isSameTable(one: ILakeTable, other: ILakeTable): boolean {
  if (one === other) return true;
  if (one.uri !== other.uri) return false;
  const [here, there] = [Stack.of(one), Stack.of(other)];
  if (here === there) return true;
  const place = [here.account, here.region];
  return (
    place.every((part) => !Token.isUnresolved(part)) && `${place}` === `${[there.account, there.region]}`
  );
}
