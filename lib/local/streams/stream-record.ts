/** A record in a shard, as `GetRecords` returns it. */
export interface StreamRecord {
  /** Decimal integer as text; real ones have 56 digits. */
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** The record's bytes in base64. */
  readonly data: string;
  /** Epoch milliseconds. */
  readonly arrivedAt: number;
}

/** Characters of an event's JSON around one record's data, partition key and ids. */
const ENVELOPE = 420;

/** Roughly the bytes a record takes in the JSON of an invocation. */
export function payloadSize(record: StreamRecord): number {
  return record.data.length + record.partitionKey.length + ENVELOPE;
}

/** What Lambda hands a function for a batch of one shard. */
export function kinesisEvent(
  records: readonly StreamRecord[],
  shardId: string,
  source: { readonly streamArn: string; readonly region: string; readonly roleArn: string },
): { Records: object[] } {
  return {
    Records: records.map((record) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.partitionKey,
        sequenceNumber: record.sequenceNumber,
        data: record.data,
        approximateArrivalTimestamp: record.arrivedAt / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${record.sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: source.roleArn,
      awsRegion: source.region,
      eventSourceARN: source.streamArn,
    })),
  };
}
