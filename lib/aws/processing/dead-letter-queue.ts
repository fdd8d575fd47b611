import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../suppressions';

export interface DeadLetterQueueProps {
  readonly encryptionKey: IKey;
  /** Whether what is given up comes from a FIFO queue. @default false */
  readonly fifo?: boolean;
}

/** The queue for what a processor gave up: notes of batches and requests, no records. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      // Left out rather than false, which CloudFormation refuses.
      fifo: props.fifo === true ? true : undefined,
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.encryptionKey,
      enforceSSL: true,
      // A note is of use as long as the stream has the records; this is the longest SQS keeps one.
      retentionPeriod: Duration.days(14),
    });
    // That of another queue is known as one by its redrive policy.
    if (props.fifo !== true) {
      acknowledge(this.queue, ['AwsSolutions-SQS3'], 'This queue is the dead-letter queue.');
    }
  }
}
