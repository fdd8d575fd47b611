import type { FileVersion } from '../../stores/source-files';

/** Somebody put a file there; or it is to be gone on with. */
export interface FileRequest {
  readonly file: FileVersion;
  /** Epoch milliseconds at which it arrived: when its records did. */
  readonly arrivedAt: number;
  /** How far an earlier invocation came; absent the first time. */
  readonly progress?: FileProgress;
}

export interface FileProgress {
  /** Records read so far. */
  readonly records: number;
}

export enum FileState {
  /** Every record of it is in bronze or in quarantine. */
  DONE = 'done',
  /** It was before. */
  ALREADY_DONE = 'already done',
  /** It is in quarantine as a whole: one row that says why. */
  REFUSED = 'refused',
  /** Deleted or replaced before it was read. */
  GONE = 'gone',
  /** There was no time for the rest. */
  UNFINISHED = 'unfinished',
  /** A store or a catalog failed, or its rejected records are to halt it: it comes again. */
  FAILED = 'failed',
}

export interface FileOutcome {
  readonly request: FileRequest;
  readonly lane: string;
  readonly state: FileState;
  /** Records read, with those of earlier invocations. */
  readonly records: number;
  /** Why it was refused, or failed. */
  readonly reason?: string;
  readonly error?: unknown;
}
