import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { RecordStream, StreamRecord } from '../pipeline/webhook/put-records';

/** A data stream of Kinesis, by its ARN. */
export class KinesisStream implements RecordStream {
  // HTTP/1.1: a function is frozen between requests, and connections of HTTP/2, which the client takes by itself, break then.
  private readonly client = new KinesisClient({ requestHandler: new NodeHttpHandler() });

  constructor(private readonly arn: string) {}

  async put(records: readonly StreamRecord[], signal: AbortSignal): Promise<readonly (string | undefined)[]> {
    const answer = await this.client.send(
      new PutRecordsCommand({
        StreamARN: this.arn,
        Records: records.map(({ data, partitionKey }) => ({ Data: data, PartitionKey: partitionKey })),
      }),
      { abortSignal: signal },
    );
    // One for each record, in their order.
    return records.map((_record, index) => {
      const outcome = answer.Records?.[index];
      if (outcome === undefined) return 'NoAnswer';
      return outcome.ErrorCode ?? undefined;
    });
  }
}
