import type { RejectedRecord } from './record';

/**
 * The contract refuses records of a batch, and the processor is to halt at them. The message names the first, its
 * position and its reason, never what it holds.
 */
export class RecordsRejected extends Error {
  constructor(rejected: readonly RejectedRecord[], of: number) {
    const { record, rejection } = rejected[0];
    const at = rejection.path === undefined ? '' : ` at ${rejection.path}`;
    super(
      `${rejected.length} of ${of} records break the contract, and this processor halts at them. ` +
        `The first: ${record.lane} position ${record.position}, ${rejection.code}${at}. ` +
        'Mend the contract or the producer, or let the processor quarantine such records.',
    );
    this.name = 'RecordsRejected';
  }
}
