import type { DataFile } from '../../tables/data-file';
import { dataFileFromJson, dataFileToJson, type DataFileJson } from '../../tables/data-file-json';
import { checkRanges } from '../../tables/positions';
import type { LaneRange } from '../../tables/table';

/** Positions from the first to the last, inclusive, of which every record was rejected. */
export type RejectedRun = readonly [first: string, last: string];

/** A stretch of a lane as a batch judged it. */
export interface JudgedRange extends LaneRange {
  /** In order of position. Whatever lies between them was accepted. */
  readonly rejected: readonly RejectedRun[];
}

/** What a writer hands over instead of committing: the files of one batch, and what of its lanes they are. */
export interface CommitRequest {
  readonly id: string;
  /** URIs of the tables. */
  readonly bronze: string;
  readonly quarantine: string;
  /** `<id>@<version>` of the contract that judged. */
  readonly contract: string;
  readonly lanes: readonly JudgedRange[];
  readonly bronzeFiles: readonly DataFile[];
  readonly quarantineFiles: readonly DataFile[];
  /** Set for a request that was set aside behind another: its lane must have come this far first. */
  readonly waitsFor?: Readonly<Record<string, string>>;
}

/** Durable, and in order for each table: what is sent is delivered until the committer has settled it. */
export interface CommitQueue {
  send(request: CommitRequest): Promise<void>;
}

export function commitRequestText(request: CommitRequest): string {
  return JSON.stringify({
    ...request,
    bronzeFiles: request.bronzeFiles.map(dataFileToJson),
    quarantineFiles: request.quarantineFiles.map(dataFileToJson),
  });
}

/** @throws MalformedCommitRequest */
export function parseCommitRequest(text: string): CommitRequest {
  try {
    const json = JSON.parse(text) as CommitRequest;
    for (const name of ['id', 'bronze', 'quarantine', 'contract'] as const) {
      if (typeof json[name] !== 'string' || json[name] === '') throw new Error(`it has no ${name}.`);
    }
    if (!Array.isArray(json.lanes) || json.lanes.length === 0) throw new Error('it names no lanes.');
    checkRanges(json.lanes);
    for (const { rejected } of json.lanes) rejected.flat().forEach(BigInt);
    const files = (list: readonly unknown[]) => list.map((file) => dataFileFromJson(file as DataFileJson));
    return { ...json, bronzeFiles: files(json.bronzeFiles), quarantineFiles: files(json.quarantineFiles) };
  } catch (error) {
    throw new MalformedCommitRequest(text, error as Error);
  }
}

export class MalformedCommitRequest extends Error {
  constructor(text: string, cause: Error) {
    super(`Not a commit request: ${cause.message} Received ${text.slice(0, 200)}`, { cause });
    this.name = 'MalformedCommitRequest';
  }
}
