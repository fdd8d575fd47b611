import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

/** What takes records into bronze and quarantine, wherever they come from. */
export interface IRecordProcessor extends IConstruct {
  /** The function. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  /** What hands records to the function. */
  readonly eventSourceMapping: lambda.EventSourceMapping;
  readonly logGroup: logs.LogGroup;
  /** Where what was given up is noted. */
  readonly deadLetterQueue: IQueue;
  /** Key of the logs and of the queues created with it. */
  readonly encryptionKey: kms.IKey;
  /** Name of the data product, as metrics and logs carry it. */
  readonly productName: string;
  readonly metricNamespace: string;
}
