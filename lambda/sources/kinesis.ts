import type { SourceRecord } from '../pipeline/record';
import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

// arn:aws:kinesis:<region>:<account>:stream/<name>, for a registered consumer followed by /consumer/<name>:<created>.
const STREAM_ARN = /^arn:[^:]+:kinesis:[^:]*:[^:]*:stream\/([^/]+)/;
// <shard>:<sequence number>
const EVENT_ID = /^([^:]+):(\d+)$/;

/**
 * The records of a Kinesis event, in the order delivered. What they hold is not looked at: a record the contract
 * refuses is for the pipeline to judge. An event without records gives an empty list.
 *
 * @throws UnexpectedEvent when the event is not the one Lambda's Kinesis event source mapping delivers.
 */
export function kinesisRecords(event: unknown): SourceRecord[] {
  const records = isObject(event) ? event.Records : undefined;
  if (!Array.isArray(records)) {
    throw new UnexpectedEvent(
      `Not a Kinesis event: it has no "Records" list but ${describeValue(event)}. ` +
        'This function is to be invoked by an event source mapping of a Kinesis stream.',
    );
  }
  const streams = new Map<string, string>();
  return records.map((record, index) => sourceRecord(record, index, streams));
}

/** ARNs of the streams that the records of a Kinesis event are of. */
export function kinesisStreams(event: unknown): string[] {
  const records = isObject(event) && Array.isArray(event.Records) ? event.Records : [];
  const arns = records.map((record) => (isObject(record) ? record.eventSourceARN : undefined));
  return [...new Set(arns)].filter((arn) => typeof arn === 'string');
}

function sourceRecord(record: unknown, index: number, streams: Map<string, string>): SourceRecord {
  if (!isObject(record)) throw unexpected(index, 'an object', 'the record', record);
  const { eventSourceARN, eventID, kinesis } = record;
  if (!isObject(kinesis)) throw unexpected(index, 'an object', 'kinesis', kinesis);
  const { data, sequenceNumber, approximateArrivalTimestamp, partitionKey } = kinesis;
  if (typeof data !== 'string') throw unexpected(index, 'base64 text', 'kinesis.data', data);
  if (typeof sequenceNumber !== 'string' || !/^\d+$/.test(sequenceNumber)) {
    throw unexpected(index, 'a decimal integer as text', 'kinesis.sequenceNumber', sequenceNumber);
  }
  if (typeof approximateArrivalTimestamp !== 'number' || !Number.isFinite(approximateArrivalTimestamp)) {
    throw unexpected(
      index,
      'seconds since 1970',
      'kinesis.approximateArrivalTimestamp',
      approximateArrivalTimestamp,
    );
  }
  const shard = typeof eventID === 'string' ? EVENT_ID.exec(eventID)?.[1] : undefined;
  if (!shard) throw unexpected(index, '"<shard>:<sequence number>"', 'eventID', eventID);
  return {
    lane: `${streamName(eventSourceARN, index, streams)}/${shard}`,
    position: sequenceNumber,
    data,
    arrivedAt: Math.round(approximateArrivalTimestamp * 1000),
    ...(typeof partitionKey === 'string' ? { key: partitionKey } : {}),
  };
}

/** A batch names one stream ten thousand times: its ARN is taken apart once. */
function streamName(arn: unknown, index: number, known: Map<string, string>): string {
  const name = typeof arn === 'string' ? (known.get(arn) ?? STREAM_ARN.exec(arn)?.[1]) : undefined;
  if (typeof arn !== 'string' || !name) {
    throw unexpected(index, 'the ARN of a Kinesis stream', 'eventSourceARN', arn);
  }
  known.set(arn, name);
  return name;
}

function unexpected(index: number, wanted: string, field: string, found: unknown): UnexpectedEvent {
  return new UnexpectedEvent(
    `Not a Kinesis event: ${field} of record ${index} is to be ${wanted} but is ${describeValue(found)}.`,
  );
}
