import { ObjectNotFound } from '../../stores/object-store';
import { AppendOutcome } from '../../tables/table';
import { follows } from '../../tables/table-order';
import { CommitPlan, RequestOutcome, type BatchTables, type Settlement } from './commit-plan';
import type { CommitRequest } from './commit-request';

/** Attempts when others commit to the same lanes; with one committer for a table there are none. */
const MAX_ATTEMPTS = 8;

/** Lane of the bronze table whose position counts the commits of committers. */
export const COMMITTER_LANE = 'lakehouse.committer';

export interface CommitOptions {
  /** Takes what cannot be committed; kept before anything behind it is decided. */
  readonly setAside: (settlement: Settlement) => Promise<void>;
  /** A request not to be tried any more, and why. */
  readonly givenUp?: (request: CommitRequest) => Error | undefined;
}

/**
 * Commits the requests of many writers as one snapshot of each table, in the order they were handed over. Exactly once
 * in effect: what the tables have is dropped, a request that overlaps it is trimmed row by row, and all of this may be
 * called again with the same requests after a failure at any point.
 *
 * Quarantine is committed before bronze, for the reasons given in ingest.ts. What cannot be committed is set aside with
 * all that follows on its lanes, and what other lanes bring in goes on.
 *
 * @throws what a store or a catalog failed with, or the tables' being overtaken again and again: none is settled, and
 * all are to be delivered again
 */
export async function commitRequests(
  requests: readonly CommitRequest[],
  tables: BatchTables,
  options: CommitOptions,
): Promise<Settlement[]> {
  const kept = new Set<string>();
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    // Quarantine first: bronze is then at least as far as the ledgers say.
    await tables.quarantine.refresh();
    await tables.bronze.refresh();
    const plan = new CommitPlan(tables);
    for (const request of requests) {
      const reason = options.givenUp?.(request);
      if (reason) plan.setAside(request, reason);
      else await plan.add(request);
    }
    for (const settlement of plan.settlements) {
      const { id } = settlement.request;
      if (settlement.outcome !== RequestOutcome.SET_ASIDE || kept.has(id)) continue;
      await renewFiles(tables, settlement.request);
      await options.setAside(settlement);
      kept.add(id);
    }
    if ((await commitQuarantine(tables, plan, requests)) && (await commitBronze(tables, plan, requests)))
      return plan.settlements;
  }
  throw new Error(
    `Other writers of the same lanes were faster ${MAX_ATTEMPTS} times in a row. Allowed: one committer for ${tables.bronze.uri}.`,
  );
}

/**
 * Writes the files of a request as they are, in their place: clean-ups go by the age of what waits, and what is set
 * aside may wait as long again. A file that is missing is what it was set aside for.
 */
async function renewFiles({ bronze, quarantine }: BatchTables, request: CommitRequest): Promise<void> {
  const files = [
    ...request.bronzeFiles.map(({ filePath }) => ({ store: bronze.store, filePath })),
    ...request.quarantineFiles.map(({ filePath }) => ({ store: quarantine.store, filePath })),
  ];
  for (const { store, filePath } of files) {
    try {
      await store.put(filePath, await store.get(filePath));
    } catch (error) {
      if (!(error instanceof ObjectNotFound)) throw error;
    }
  }
}

async function commitQuarantine(
  { quarantine }: BatchTables,
  plan: CommitPlan,
  requests: readonly CommitRequest[],
): Promise<boolean> {
  const { claims, properties } = plan.quarantineClaims();
  if (claims.length === 0) return true;
  const notes = { summary: summaryOf(requests), properties };
  const { outcome } = await quarantine.append(plan.quarantineFiles, claims, notes);
  return outcome === AppendOutcome.COMMITTED;
}

async function commitBronze(
  { bronze, quarantine }: BatchTables,
  plan: CommitPlan,
  requests: readonly CommitRequest[],
): Promise<boolean> {
  const properties = plan.bronzeProperties;
  if (plan.ranges.size === 0 && properties === undefined) return true;
  const notes = { summary: summaryOf(requests), properties: { ...properties, ...follows(quarantine) } };
  // Counted, so that of two committers that decided upon the same state one learns it was too late.
  const count = String(BigInt(bronze.position(COMMITTER_LANE) ?? '0') + 1n);
  const ranges = [...plan.ranges.values(), { lane: COMMITTER_LANE, first: count, last: count }];
  const { outcome } = await bronze.append(plan.bronzeFiles, ranges, notes);
  return outcome === AppendOutcome.COMMITTED;
}

function summaryOf(requests: readonly CommitRequest[]): Record<string, string> {
  return {
    'lakehouse.contract': [...new Set(requests.map(({ contract }) => contract))].join(', '),
    'lakehouse.requests': String(requests.length),
  };
}
