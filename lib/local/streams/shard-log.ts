import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { StreamRecord } from './stream-record';

/**
 * What a shard holds, in a file with a record on each line: it is there before whoever put it is told, and a process that is
 * killed finds what it had not delivered. How far it was delivered is in a file beside it.
 *
 * Sequence numbers go on from the last, and never fall behind the clock: tables remember how far they have come, so that
 * after the loss of the file new records must not look like old ones.
 */
export class ShardLog {
  private last: bigint;
  private deliveredTo: bigint;
  private records: StreamRecord[];

  /** @param file path without its ending */
  constructor(
    readonly shardId: string,
    private readonly file: string,
  ) {
    mkdirSync(dirname(file), { recursive: true });
    this.deliveredTo = existsSync(this.checkpoint) ? BigInt(readFileSync(this.checkpoint, 'utf8')) : 0n;
    this.records = this.read();
    this.last = this.records.reduce(
      (last, { sequenceNumber }) => (BigInt(sequenceNumber) > last ? BigInt(sequenceNumber) : last),
      this.deliveredTo,
    );
    if (this.undelivered.length === 0) {
      this.records = [];
      writeFileSync(this.lines, '');
    }
  }

  /** What no function is done with, in its order. */
  get undelivered(): readonly StreamRecord[] {
    return this.records.filter(({ sequenceNumber }) => BigInt(sequenceNumber) > this.deliveredTo);
  }

  append(partitionKey: string, data: string): StreamRecord {
    const now = Date.now();
    const clock = BigInt(now) * 1_000n + FIRST;
    this.last = clock > this.last ? clock : this.last + 1n;
    const record = { sequenceNumber: String(this.last), partitionKey, data, arrivedAt: now };
    const size = statSync(this.lines, { throwIfNoEntry: false })?.size ?? 0;
    try {
      appendFileSync(this.lines, `${JSON.stringify(record)}\n`);
    } catch (error) {
      // Where the disk is full part of it may be there, before the next.
      if (existsSync(this.lines)) truncateSync(this.lines, size);
      throw error;
    }
    return record;
  }

  /** Notes that a function is done with records. */
  delivered(records: readonly StreamRecord[]): void {
    this.deliveredTo = BigInt(records[records.length - 1].sequenceNumber);
    const temporary = `${this.checkpoint}.tmp`;
    writeFileSync(temporary, String(this.deliveredTo));
    renameSync(temporary, this.checkpoint);
  }

  private get lines(): string {
    return `${this.file}.ndjson`;
  }

  private get checkpoint(): string {
    return `${this.file}.delivered`;
  }

  /** A line that was cut off by the end of a process was told to nobody. */
  private read(): StreamRecord[] {
    if (!existsSync(this.lines)) return [];
    const bytes = readFileSync(this.lines);
    const end = bytes.lastIndexOf('\n') + 1;
    if (end < bytes.length) truncateSync(this.lines, end);
    const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as StreamRecord);
  }
}

/** 56 digits, as Kinesis' own have. */
const FIRST = 49n * 10n ** 54n;
