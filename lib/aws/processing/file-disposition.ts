import type * as iam from 'aws-cdk-lib/aws-iam';
import type { DispositionSettings } from '../../contract/disposition-settings';
import type { IZoneBucket } from '../storage';

/** The folder files come from. */
export interface DispositionSource {
  readonly bucket: IZoneBucket;
  /** Within the bucket's zone, with a slash at its end. */
  readonly prefix: string;
}

/**
 * What becomes of a file once every record of it is in the tables. A file that is refused as a whole stays where it is.
 * Copies go under the file's own key, folders and all, so that two files never meet.
 */
export class FileDisposition {
  /** It stays where it is. */
  static keep(): FileDisposition {
    return new FileDisposition(undefined, undefined, false);
  }

  /** It stays, and a copy goes to another bucket, or to another folder: `<prefix>/<key>`. */
  static copyTo(bucket: IZoneBucket, prefix?: string): FileDisposition {
    return new FileDisposition(bucket, prefix, false);
  }

  /** It goes to another bucket, or to another folder: `<prefix>/<key>`. Where versions are kept, it stays as one. */
  static moveTo(bucket: IZoneBucket, prefix?: string): FileDisposition {
    return new FileDisposition(bucket, prefix, true);
  }

  /** It is deleted. Where versions are kept, it stays as one until its bucket lets it go. */
  static delete(): FileDisposition {
    return new FileDisposition(undefined, undefined, true);
  }

  private constructor(
    private readonly bucket: IZoneBucket | undefined,
    private readonly prefix: string | undefined,
    private readonly deletes: boolean,
  ) {}

  /**
   * What the handler is told. Called by the processor.
   * @throws Error when copies would start the processor again
   * @internal
   */
  public _settings(source: DispositionSource): DispositionSettings {
    if (this.bucket === undefined) return { deletes: this.deletes };
    const prefix = `${this.bucket.root ?? ''}${folder(this.prefix)}`;
    const from = `${source.bucket.root ?? ''}${source.prefix}`;
    const name = this.bucket.bucket.bucketName;
    if (name === source.bucket.bucket.bucketName && `${prefix}${from}`.startsWith(from)) {
      throw new Error(
        `disposition: a copy of "${from}<file>" would go to "${prefix}${from}<file>" of the same bucket, which is below ` +
          `"${from}" and would start the processor again, without an end. Name a prefix outside "${from}", or another bucket.`,
      );
    }
    return { copyTo: { bucket: name, prefix }, deletes: this.deletes };
  }

  /** Lets the role copy and delete. Called by the processor. */
  grant(grantee: iam.IGrantable, source: DispositionSource): void {
    const below = `${folder(this.prefix)}${source.bucket.root ?? ''}${source.prefix}`;
    this.bucket?.grantWrite(grantee, below);
    if (this.deletes) source.bucket.grantMaintenance(grantee, source.prefix);
  }
}

function folder(prefix: string | undefined): string {
  return prefix === undefined || prefix === '' || prefix.endsWith('/') ? (prefix ?? '') : `${prefix}/`;
}
