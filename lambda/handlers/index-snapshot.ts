import type { Context } from 'aws-lambda';
import { readIndexSnapshotConfiguration } from '../configuration/index-snapshot';
import { OpenSearchRepository } from '../search/opensearch-repository';
import { type RestoreBegun, restoreIndexes } from '../search/restore-indexes';
import type { IndexSnapshot } from '../search/snapshot-repository';
import {
  checkSnapshots,
  type SnapshotCheck,
  type SnapshotTaken,
  takeSnapshot,
} from '../search/take-snapshots';
import { IndexSnapshotSignals } from '../signals/index-snapshot-signals';
import { indexSnapshotRequest } from '../sources/index-snapshot-request';

/** What became of a request, by what it asked for. */
export type IndexSnapshotAnswer =
  SnapshotTaken | SnapshotCheck | RestoreBegun | { readonly snapshots: readonly IndexSnapshot[] };

/** Snapshots of search indexes: begins one, looks how they are, lists them, restores from one. Waits for none. */
export async function handler(event: unknown, context?: Context): Promise<IndexSnapshotAnswer> {
  const configuration = readIndexSnapshotConfiguration();
  const { settings, credentials } = configuration;
  const signals = new IndexSnapshotSignals(configuration, context);
  try {
    const request = indexSnapshotRequest(event);
    const repository = new OpenSearchRepository(settings, credentials);
    switch (request.kind) {
      case 'snapshot': {
        const taken = await takeSnapshot(repository, settings.indexes, request.time);
        signals.taken(taken);
        return taken;
      }
      case 'check': {
        const now = Date.now();
        const check = await checkSnapshots(
          repository,
          settings,
          request.time,
          now,
          () => context?.getRemainingTimeInMillis() ?? Infinity,
        );
        signals.checked(check, now);
        return check;
      }
      case 'restore': {
        const begun = await restoreIndexes(repository, request);
        signals.restoring(begun);
        return begun;
      }
      case 'list':
        await repository.register();
        return { snapshots: await repository.list() };
    }
  } catch (error) {
    signals.failed(error);
    throw error;
  }
}
