import type { TableFile } from '../../tables/table-files';
import { IncrementMode } from './increment';
import type { LaneRange } from '../../tables/table';
import { sequence } from '../table-progress';
import { bytesOf, rangeUpTo, type BronzeIncrement } from './plan-increment';

/** A part of what silver lacks that is committed by itself. */
export interface IncrementPart {
  readonly files: readonly TableFile[];
  /** Stretch of the lane it completes; none where the rest of it is still to come. */
  readonly range?: LaneRange;
  /** Bronze's sequence number that its rows are of at the most. */
  readonly upTo: string;
}

/**
 * Cuts what silver lacks into parts of at most so many bytes: between two commits of bronze, or, where one is larger,
 * between its files. Such a half commit does not move the lane, and it is merged again after a crash, to no effect. Rows
 * without a key would be there twice: they are not cut there, and need not be, as they are not held in memory.
 */
export function cutIncrement(increment: BronzeIncrement, keyed: boolean, maxBytes: number): IncrementPart[] {
  const head = String(sequence(increment.head));
  const full = increment.mode === IncrementMode.FULL;
  const groups = full ? [[...increment.files]] : byCommit(increment.files);
  const cut: { files: TableFile[]; completes: boolean; upTo: string }[] = [];
  for (const group of groups) {
    const upTo = full ? head : String(group[0]?.sequenceNumber ?? head);
    const last = cut.at(-1);
    const fits = bytesOf(group) + bytesOf(last?.files ?? []) <= maxBytes;
    if (last?.completes && fits)
      cut[cut.length - 1] = { files: [...last.files, ...group], completes: true, upTo };
    else if (!keyed || bytesOf(group) <= maxBytes) cut.push({ files: group, completes: true, upTo });
    else {
      const parts = packed(group, maxBytes);
      parts.forEach((files, i) => cut.push({ files, completes: i === parts.length - 1, upTo }));
    }
  }
  // Nothing was added, as by a compaction; and what follows the last commit with files is done with it.
  if (cut.length === 0) cut.push({ files: [], completes: true, upTo: head });
  cut[cut.length - 1].upTo = head;
  let { position } = increment;
  return cut.map(({ files, completes, upTo }) => {
    const range = completes ? rangeUpTo({ ...increment, position }, upTo) : undefined;
    if (range) position = range.last;
    return { files, upTo, ...(range && { range }) };
  });
}

function byCommit(files: readonly TableFile[]): TableFile[][] {
  const commits: TableFile[][] = [];
  for (const file of files) {
    const last = commits.at(-1);
    if (last && last[0].addedBy === file.addedBy) last.push(file);
    else commits.push([file]);
  }
  return commits;
}

function packed(files: readonly TableFile[], maxBytes: number): TableFile[][] {
  const parts: TableFile[][] = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.fileSizeInBytes > maxBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts[parts.length - 1].push(file);
    bytes += file.fileSizeInBytes;
  }
  return parts;
}
