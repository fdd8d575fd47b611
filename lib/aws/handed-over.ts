import type { IConstruct } from 'constructs';
import type { ILakeTable } from './catalog';

/** Tables of each app that a committer commits to, by URI: an imported table may be imported more than once. */
const handedOver = new WeakMap<IConstruct, Set<string>>();

/** Notes that files of the table may wait for a committer. */
export function noteHandedOver(table: ILakeTable): void {
  const { root } = table.node;
  handedOver.set(root, (handedOver.get(root) ?? new Set()).add(table.uri));
}

/** Known when the app is synthesized: a processor may be added after whatever asks. */
export function isHandedOver(table: ILakeTable): boolean {
  return handedOver.get(table.node.root)?.has(table.uri) ?? false;
}
