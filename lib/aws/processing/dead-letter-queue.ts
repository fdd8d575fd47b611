import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../suppressions';

export interface DeadLetterQueueProps {
  readonly encryptionKey: IKey;
}

/** The queue for notes of batches a stream processor gave up. A note holds the shard and the positions, no record. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.encryptionKey,
      enforceSSL: true,
      // A note is of use as long as the stream has the records; this is the longest SQS keeps one.
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.queue, ['AwsSolutions-SQS3'], 'This queue is the dead-letter queue.');
  }
}
