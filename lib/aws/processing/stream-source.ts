import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { BUNDLES } from '../../contract/handler-environment';
import type { IIngestStream } from '../streams';
import { RecordSource, RecordSourceKind } from './record-source';

/** What a processor has to know of where its records come from. */
export interface StreamSourceBinding {
  /** The stream: its ARN feeds the event source mapping, its retention says how long a batch may be retried. */
  readonly stream: IIngestStream;

  /** The handler bundle, of those this package ships, that understands the source's events. */
  readonly bundle: string;

  /**
   * The handler bundle for processors with a transform, deduplication, or anything else that needs secrets.
   * @default - `bundle`
   */
  readonly transformBundle?: string;
}

/** Where the records of a `StreamProcessor` come from. */
export abstract class StreamSource extends RecordSource {
  /** A Kinesis data stream; one the user owns comes in by `IngestStream.fromStream`. */
  static kinesis(stream: IIngestStream): StreamSource {
    return new KinesisSource(stream);
  }

  readonly kind = RecordSourceKind.STREAM;

  /** Lets the processor's role read. Called once by the processor. */
  abstract bind(grantee: IGrantable): StreamSourceBinding;
}

class KinesisSource extends StreamSource {
  constructor(private readonly stream: IIngestStream) {
    super();
  }

  bind(grantee: IGrantable): StreamSourceBinding {
    this.stream.grantRead(grantee);
    return {
      stream: this.stream,
      bundle: BUNDLES.kinesisIngest,
      transformBundle: BUNDLES.kinesisTransform,
    };
  }
}
