import { type IndexSnapshot, isWhole, type SnapshotRepository } from './snapshot-repository';

/** What to bring back. */
export interface RestoreRequest {
  /** Name of a snapshot, or `latest`: the newest whole one. */
  readonly restore: string;
  /** Some of its indexes; all where left out. */
  readonly indexes?: readonly string[];
  /** New name of each, `*` for its old one. */
  readonly renameTo: string;
  /** Whether indexes with missing shards come back as well. */
  readonly partial: boolean;
}

/** What comes back, in the background of the domain. */
export interface RestoreBegun {
  readonly snapshot: string;
  readonly indexes: readonly { readonly index: string; readonly restoredAs: string }[];
}

/** What was asked for cannot be restored; the message says why, and what can. */
export class NotRestorable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotRestorable';
  }
}

/**
 * Begins to restore indexes, under new names unless asked otherwise. An open index is never overwritten: the domain refuses
 * the whole request.
 * @throws NotRestorable for a snapshot or an index that is not there, one that lacks a part, and one name for several indexes
 */
export async function restoreIndexes(
  repository: SnapshotRepository,
  request: RestoreRequest,
): Promise<RestoreBegun> {
  const { renameTo, partial } = request;
  await repository.register();
  const snapshot = chosen(await repository.list(), request.restore);
  if (snapshot.state !== 'SUCCESS' && !(snapshot.state === 'PARTIAL' && partial)) {
    const lacking = [...new Set(snapshot.failedShards.map(({ index }) => index))].join(', ');
    throw new NotRestorable(
      `The snapshot ${snapshot.name} is ${snapshot.state}${lacking && `, with parts missing of ${lacking}`}. ` +
        'Choose another one, or, of one that is PARTIAL, set partial: true for what there is.',
    );
  }
  const indexes = request.indexes ?? snapshot.indexes;
  const absent = indexes.filter((index) => !snapshot.indexes.includes(index));
  if (absent.length > 0 || indexes.length === 0) {
    throw new NotRestorable(
      `The snapshot ${snapshot.name} does not hold ${listed(absent, 'any index')}. It holds: ${listed(snapshot.indexes)}.`,
    );
  }
  if (indexes.length > 1 && !renameTo.includes('*')) {
    throw new NotRestorable(
      `renameTo "${renameTo}" is one name for ${indexes.length} indexes: ${indexes.join(', ')}. ` +
        'Use * for the old name, for example "restored-*", or name one index in indexes.',
    );
  }
  // A copy beside the original must not answer for it.
  await repository.restore(snapshot.name, { indexes, renameTo, aliases: renameTo === '*', partial });
  return {
    snapshot: snapshot.name,
    indexes: indexes.map((index) => ({ index, restoredAs: renameTo.replace('*', () => index) })),
  };
}

function chosen(listedByDomain: readonly IndexSnapshot[], name: string): IndexSnapshot {
  const snapshots = [...listedByDomain].sort((a, b) => a.startedAt - b.startedAt);
  const snapshot =
    name === 'latest' ? snapshots.filter(isWhole).at(-1) : snapshots.find((one) => one.name === name);
  if (snapshot !== undefined) return snapshot;
  const names = snapshots.map((one) => `${one.name} (${one.state})`).slice(-10);
  throw new NotRestorable(
    `There is no ${name === 'latest' ? 'whole snapshot' : `snapshot ${name}`}. The newest there are: ${listed(names)}.`,
  );
}

function listed(names: readonly string[], none = 'none'): string {
  return names.length === 0 ? none : names.join(', ');
}
