import * as iam from 'aws-cdk-lib/aws-iam';
import type * as events from 'aws-cdk-lib/aws-events';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { IZoneBucket } from '../storage';
import { acknowledgeWildcards } from '../suppressions';
import { RecordSource, RecordSourceKind } from './record-source';

/** Which files of a bucket are taken. */
export interface FileSourceOptions {
  /**
   * Folder the files arrive in, for example `incoming/customers/`. Required: a processor of a whole bucket would be
   * started by whatever else is written there.
   */
  readonly prefix: string;
  /**
   * End of the names, for example `.csv`.
   * @default - any
   */
  readonly suffix?: string;
}

/** What a processor has to know of where its files arrive. */
export interface FileSourceBinding {
  readonly bucket: IZoneBucket;
  /** Folder within the bucket's zone, with a slash at its end. */
  readonly prefix: string;
  /** Tells the queue of new objects. */
  readonly rule: events.Rule;
}

/** Where the files of a `FileProcessor` arrive. */
export abstract class FileSource extends RecordSource {
  /**
   * A folder of a bucket, which has to send its events to EventBridge, as a `ZoneBucket` and a `LandingZone` do; one the
   * user owns comes in by `ZoneBucket.fromBucket`, and has them switched on by its owner.
   * @throws Error for a prefix that is no folder
   */
  static bucket(bucket: IZoneBucket, options: FileSourceOptions): FileSource {
    return new BucketFolder(bucket, options);
  }

  readonly kind = RecordSourceKind.FILES;

  /** Lets the role read, and sends what happens to the queue. Called by the processor. */
  abstract bind(scope: Construct, grantee: iam.IGrantable, queue: IQueue): FileSourceBinding;

  /** Lets another role read, that of a container for example. */
  abstract grantRead(grantee: iam.IGrantable): iam.Grant;
}

class BucketFolder extends FileSource {
  private readonly prefix: string;

  constructor(
    private readonly bucket: IZoneBucket,
    private readonly options: FileSourceOptions,
  ) {
    super();
    const { prefix } = options;
    if (prefix === '' || prefix.startsWith('/') || /[*?]/.test(prefix)) {
      throw new Error(
        `FileSource: the prefix is a folder of the bucket such as "incoming/orders/", received "${prefix}". Leave out ` +
          'leading slashes and wildcards.',
      );
    }
    this.prefix = prefix.endsWith('/') ? prefix : `${prefix}/`;
  }

  bind(scope: Construct, grantee: iam.IGrantable, queue: IQueue): FileSourceBinding {
    this.grantRead(grantee);
    const { bucket, prefix } = this;
    // The rule is the bucket's child, where two processors of one bucket would meet: it is named after this one.
    const rule = bucket.onObjectCreated(`Files-${scope.node.addr.slice(-8)}`, {
      prefix,
      suffix: this.options.suffix,
      target: { bind: () => ({ arn: queue.queueArn }) },
    });
    return { bucket, prefix, rule };
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    const { bucket, prefix } = this;
    const resourceArns = [bucket.bucket.arnForObjects(`${bucket.root ?? ''}${prefix}*`)];
    acknowledgeWildcards(
      grantee,
      resourceArns,
      `Files are named by who sends them: the grant covers ${prefix} of one bucket.`,
    );
    // The version an event names, which another may have replaced since.
    const versions = iam.Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:GetObjectVersion'],
      resourceArns,
      resource: bucket.bucket,
    });
    return bucket.grantRead(grantee, prefix).combine(versions);
  }
}
