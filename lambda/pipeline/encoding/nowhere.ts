import type { RowColumn, RowTarget } from '../../../lib/contract/handler-code/row-runtime';

/** Takes the values of a column the table does not have. */
export const NOWHERE: RowColumn = { push: () => {}, pushNull: () => {}, repeat: () => {} };

/** Takes a row that is only to be checked. */
export const NOWHERE_TO_WRITE: RowTarget = {
  columns: new Proxy([], { get: () => NOWHERE }),
  partitioned: false,
  slots: [],
  partitionValues: [],
  select: () => [],
  hasExtra: false,
  sealExtra: () => undefined,
};
