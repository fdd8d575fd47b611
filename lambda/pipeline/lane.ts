import type { LaneRange } from '../tables/table';
import { comparePositions } from './lane-position';
import type { SourceRecord } from './record';

/** Records of one lane in order of position, each position once. */
export interface Lane {
  readonly lane: string;
  readonly records: readonly SourceRecord[];
}

/** A batch by lanes. Kinesis delivers one shard in order; nothing here relies on that. */
export function byLane(batch: readonly SourceRecord[]): Lane[] {
  const lanes = new Map<string, SourceRecord[]>();
  for (const record of batch) {
    const records = lanes.get(record.lane);
    if (records) records.push(record);
    else lanes.set(record.lane, [record]);
  }
  return [...lanes].map(([lane, records]) => ({ lane, records: inOrder(records) }));
}

function inOrder(records: SourceRecord[]): SourceRecord[] {
  const ordered = records.every(
    (record, i) => i === 0 || comparePositions(records[i - 1].position, record.position) < 0,
  );
  if (ordered) return records;
  return records
    .sort((a, b) => comparePositions(a.position, b.position))
    .filter((record, i, all) => i === 0 || comparePositions(all[i - 1].position, record.position) !== 0);
}

/** What is left of each lane that passes the filter; lanes nothing is left of drop out. */
export function where(lanes: readonly Lane[], keep: (record: SourceRecord) => boolean): Lane[] {
  return lanes
    .map(({ lane, records }) => ({ lane, records: records.filter(keep) }))
    .filter(({ records }) => records.length > 0);
}

export function isBeyond(position: string, committed: string | undefined): boolean {
  return committed === undefined || comparePositions(position, committed) > 0;
}

export function rangeOf({ lane, records }: Lane): LaneRange {
  return { lane, first: records[0].position, last: records[records.length - 1].position };
}

export function count(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, { records }) => sum + records.length, 0);
}
