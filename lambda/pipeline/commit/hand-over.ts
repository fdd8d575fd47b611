import { randomUUID } from 'node:crypto';
import { RejectionHandling } from '../../../lib/contract/rejection-handling';
import { driftReport } from '../drift/drift-report';
import { encodeFirst } from '../deduplication/encode-first';
import { encodeBatch } from '../encode-batch';
import { during, IngestStage } from '../ingest-failure';
import { oldestArrival, reasonsOf, type IngestReport } from '../ingest-report';
import type { IngestTargets } from '../ingest-targets';
import { byLane, count, rangeOf, type Lane } from '../lane';
import { quarantineRows } from '../quarantine';
import type { SourceRecord } from '../record';
import { RecordsRejected } from '../records-rejected';
import { writeQueuedFiles } from '../table-target';
import type { CommitQueue, JudgedRange, RejectedRun } from './commit-request';

/**
 * Judges a batch, writes its files and hands them to whoever commits. When this returns, the request is durably queued.
 * The tables are not asked what they hold: the committer drops what they have by then, so that a batch may be handed
 * over again, whole, in part or with others.
 *
 * @throws IngestFailure when a store or the queue failed; the batch is to be delivered again.
 * @throws RecordsRejected when rejected records are to halt their lane; nothing of the batch is handed over.
 */
export async function handOver(
  records: readonly SourceRecord[],
  targets: IngestTargets,
  queue: CommitQueue,
): Promise<IngestReport> {
  const { bronze, quarantine, contract } = targets;
  const batch = byLane(records);
  const started = performance.now();
  const fresh = batch.flatMap((lane) => lane.records);
  const transformed = await during(IngestStage.TRANSFORM_RECORDS, async () => targets.transform?.(fresh));
  const encode = (those: readonly SourceRecord[]) =>
    encodeBatch(those, () => targets.newEncoder(bronze.table), transformed);
  const judged = await during(IngestStage.ENCODE_RECORDS, async () => encode(fresh));
  if (targets.rejections === RejectionHandling.HALT && judged.rejected.length > 0)
    throw new RecordsRejected(judged.rejected, records.length);
  const { deduplication } = targets;
  const encoded = await during(IngestStage.CLAIM_EVENTS, () =>
    encodeFirst(judged, { records: fresh, transformed, deduplication, encode }),
  );
  const rejectedFiles = await during(IngestStage.ENCODE_QUARANTINE, async () =>
    encoded.rejected.length === 0
      ? []
      : targets.encodeRows(quarantineRows(encoded.rejected, contract, targets.now()), quarantine.table),
  );
  const encodedAt = performance.now();
  if (batch.length > 0) {
    const [bronzeFiles, quarantineFiles] = await during(IngestStage.WRITE_FILES, () =>
      writeQueuedFiles([
        { target: bronze, files: encoded.files },
        { target: quarantine, files: rejectedFiles },
      ]),
    );
    const rejected = new Set(encoded.rejected.map(({ record }) => record));
    // Whatever the answer says, the request may be queued: the files stay.
    await during(IngestStage.HAND_OVER, () =>
      queue.send({
        id: randomUUID(),
        bronze: bronze.table.uri,
        quarantine: quarantine.table.uri,
        contract: `${contract.contractId}@${contract.contractVersion}`,
        lanes: batch.map((lane) => judgedRange(lane, rejected)),
        bronzeFiles,
        quarantineFiles,
      }),
    );
  }
  return {
    lanes: batch.map(rangeOf),
    read: records.length,
    accepted: encoded.accepted,
    dropped: targets.transform === undefined ? undefined : encoded.dropped,
    duplicates: deduplication === undefined ? undefined : encoded.duplicates,
    rows: encoded.rows,
    quarantined: encoded.rejected.length,
    replayed: records.length - count(batch),
    unknownFields: encoded.unknownFields,
    drift: driftReport(encoded.drift, contract),
    personalData: targets.personalData?.look(records),
    reasons: reasonsOf(encoded),
    conflicts: 0,
    oldestArrival: oldestArrival(batch),
    encodeMilliseconds: encodedAt - started,
    commitMilliseconds: performance.now() - encodedAt,
    internalErrors: encoded.failures,
  };
}

function judgedRange(lane: Lane, rejected: ReadonlySet<SourceRecord>): JudgedRange {
  const runs: RejectedRun[] = [];
  let first: string | undefined;
  for (const [i, record] of lane.records.entries()) {
    if (!rejected.has(record)) {
      first = undefined;
    } else {
      if (first !== undefined) runs.pop();
      first ??= lane.records[i].position;
      runs.push([first, record.position]);
    }
  }
  return { ...rangeOf(lane), rejected: runs };
}
