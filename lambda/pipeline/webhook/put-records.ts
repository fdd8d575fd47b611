/** A record for a stream. */
export interface StreamRecord {
  readonly data: Uint8Array;
  readonly partitionKey: string;
}

/** A stream that records are put on. */
export interface RecordStream {
  /**
   * Puts records, 500 of 5 MiB at the most. Gives for each whether the stream has it: undefined, or the code by which it was
   * refused.
   * @throws Error when the stream may have none of them
   */
  put(records: readonly StreamRecord[], signal: AbortSignal): Promise<readonly (string | undefined)[]>;
}

/** The time there is, and how it passes. */
export interface Schedule {
  /** Milliseconds left for the request. */
  remaining(): number;
  pause(milliseconds: number): Promise<void>;
  /** From 0, below 1. */
  random(): number;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const LARGEST_BATCH = 500;
const LARGEST_BATCH_BYTES = 5 * 1024 * 1024;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 2_000;

/** Not every record is in the stream, and the time is over. */
export class NotTaken extends Error {
  constructor(
    readonly taken: number,
    readonly codes: readonly string[],
  ) {
    super(`Records taken: ${taken}. The others were refused: ${codes.join(', ')}.`);
    this.name = 'NotTaken';
  }
}

/**
 * Puts every record on the stream; what it refuses is put again after a pause of random length, as long as there is time.
 * @throws NotTaken when the time is over; what the stream throws
 */
export async function putRecords(
  records: readonly StreamRecord[],
  stream: RecordStream,
  schedule: Schedule,
): Promise<void> {
  let pending = records;
  for (let attempt = 0; ; attempt++) {
    const refused: StreamRecord[] = [];
    const codes = new Set<string>();
    for (const batch of batchesOf(pending)) {
      const signal = AbortSignal.timeout(Math.max(1, schedule.remaining()));
      const outcomes = await stream.put(batch, signal);
      batch.forEach((record, index) => {
        const code = outcomes[index];
        if (code === undefined) return;
        refused.push(record);
        codes.add(code);
      });
    }
    if (refused.length === 0) return;
    const longest = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** attempt, LONGEST_PAUSE_MILLISECONDS);
    const pause = Math.ceil(longest * (0.5 + schedule.random() / 2));
    if (schedule.remaining() <= pause) throw new NotTaken(records.length - refused.length, [...codes]);
    await schedule.pause(pause);
    pending = refused;
  }
}

function* batchesOf(records: readonly StreamRecord[]): Generator<readonly StreamRecord[]> {
  let batch: StreamRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = recordBytes(record);
    if (batch.length === LARGEST_BATCH || (batch.length > 0 && bytes + size > LARGEST_BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** As the stream counts them. */
export function recordBytes({ data, partitionKey }: StreamRecord): number {
  return data.length + Buffer.byteLength(partitionKey, 'utf8');
}
