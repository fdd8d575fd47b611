import { createHash } from 'node:crypto';
import { ExactNumber } from '../../formats/json/exact-json';
import { parseRecord } from '../../formats/json/record-numbers';
import { RecordDecoder } from '../encoding/decode-record';
import type { SourceRecord } from '../record';

/** Longer ids are kept as their hash: a key of DynamoDB has 2048 bytes. */
const LONGEST_ID_BYTES = 512;

/** Reads the id of an event from its record, as the producer sent it. */
export class EventIds {
  private readonly decoder = new RecordDecoder();

  /** @param fields names the field may go by, the first that is there counts */
  constructor(private readonly fields: readonly string[]) {}

  /** Undefined for a record without an id: it is nobody's duplicate. */
  of({ data }: SourceRecord): string | undefined {
    if (this.decoder.decode(data)) return undefined;
    let event: unknown;
    try {
      event = parseRecord(this.decoder.decoded);
    } catch {
      return undefined;
    }
    if (typeof event !== 'object' || event === null) return undefined;
    const field = this.fields.find((name) => Object.hasOwn(event, name));
    return field === undefined ? undefined : textOf((event as Record<string, unknown>)[field]);
  }
}

function textOf(value: unknown): string | undefined {
  const isText = typeof value === 'string' && value !== '';
  if (!isText && typeof value !== 'number' && typeof value !== 'bigint' && !(value instanceof ExactNumber))
    return undefined;
  const text = String(value);
  if (Buffer.byteLength(text) <= LONGEST_ID_BYTES) return text;
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
