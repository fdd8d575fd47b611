import type { _DataContractFields } from '../data-contract';
import { contractChanges, type ContractChange } from '../lock/changes';
import { type ContractLock, lockOf } from '../lock/contract-lock';
import type { DocumentNode } from './document';
import type { Fields } from './fields';

/** A lock and the file it was read from. */
export interface LockFile {
  readonly path: string;
  readonly lock: ContractLock;
}

/** Reports what the contract changed since it was locked and what breaks those who read its tables. */
export function checkLock(contract: Fields, fields: _DataContractFields, { path, lock }: LockFile): void {
  const entries = contract.maps('schema');
  for (const change of contractChanges(lock, lockOf(fields))) {
    if (change.breaks === undefined) continue;
    const index = fields.schemas.findIndex(({ tableName }) => tableName === change.table);
    const place = index < 0 ? (contract.entry('schema') ?? contract.node) : placeOf(change, entries[index]);
    const subject = change.column === undefined ? `the table ${change.table}` : `column ${change.column}`;
    contract.problems.report(
      place,
      `breaks readers: ${subject} ${change.what} (version ${lock.version}, ${path}): ${change.breaks}. ` +
        'Take it back, give the new shape another name, or accept it: npx lakehouse lock --allow-breaking CONTRACT.',
    );
  }
}

/** The name of the property, or of its table where it is gone. */
function placeOf({ column }: ContractChange, entry: Fields): DocumentNode {
  const top = column?.split(/[.[]/)[0];
  const property = entry.maps('properties').find((one) => {
    const name = one.string('physicalName') ?? one.string('name');
    return name === top;
  });
  return property?.entry('name') ?? entry.entry('name') ?? entry.node;
}
