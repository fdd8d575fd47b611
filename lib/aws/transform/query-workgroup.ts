import { ArnFormat, Duration, Names, Size, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { requireWithin } from '../bounds';
import { ZoneBucket } from '../storage/zone-bucket';
import type { IZoneBucket } from '../storage/zone-bucket-access';
import { acknowledgeWildcards } from '../suppressions';

/** An Athena workgroup that queries are run in. */
export interface IQueryWorkgroup extends IConstruct {
  readonly workgroupName: string;
  readonly workgroupArn: string;
  /** Run queries, and read and write their results. Tables are granted by themselves. */
  grantQuery(grantee: iam.IGrantable): iam.Grant;
}

/** A workgroup the user already owns. */
export interface QueryWorkgroupAttributes {
  readonly workgroupName: string;
  /** Where its results go: the bucket, and with `ZoneBucket.fromBucket` a folder of it. */
  readonly results: IZoneBucket;
}

/** Where results go, and how much a query may read. */
export interface QueryWorkgroupProps {
  /** @default - from the construct's path */
  readonly workgroupName?: string;
  /**
   * What a query may read at the most; Athena cancels it then. At least 10 MB.
   * @default Size.tebibytes(1) - about 5 US dollars
   */
  readonly bytesScannedCutoff?: Size;
  /**
   * Bucket of the results. With your own, its key is yours to grant.
   * @default - one of its own: encrypted with a key of its own, TLS only
   */
  readonly results?: IZoneBucket;
  /**
   * How long results are kept in the bucket made here. Nothing reads them after the run.
   * @default Duration.days(7)
   */
  readonly resultRetention?: Duration;
}

/**
 * An Athena workgroup whose settings hold for every query in it: results encrypted and in one place, a limit to what a
 * query reads, metrics, engine version 3.
 */
export class QueryWorkgroup extends Construct implements IQueryWorkgroup {
  /** The workgroup of a stack: made with the first transform that asks for it, shared by the others. */
  static of(scope: Construct): QueryWorkgroup {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(SHARED);
    return existing instanceof QueryWorkgroup ? existing : new QueryWorkgroup(stack, SHARED);
  }

  /** A workgroup the user already owns. */
  static fromAttributes(scope: Construct, id: string, attributes: QueryWorkgroupAttributes): IQueryWorkgroup {
    return new ImportedQueryWorkgroup(scope, id, attributes);
  }

  readonly workgroupName: string;
  readonly workgroupArn: string;
  readonly results: IZoneBucket;
  readonly resource: CfnWorkGroup;

  /** @throws Error for a cutoff Athena would refuse */
  constructor(scope: Construct, id: string, props: QueryWorkgroupProps = {}) {
    super(scope, id);
    const cutoff = (props.bytesScannedCutoff ?? Size.tebibytes(1)).toBytes();
    requireWithin('bytesScannedCutoff', cutoff, {
      minimum: SMALLEST_CUTOFF,
      maximum: Number.MAX_SAFE_INTEGER,
      unit: 'bytes',
      remedy: 'Leave it out for one tebibyte.',
    });
    this.results =
      props.results ??
      new ZoneBucket(this, 'Results', {
        expirations: [{ prefix: '', after: props.resultRetention ?? Duration.days(7) }],
        noncurrentVersionExpiration: Duration.days(1),
      });
    const { encryptionKey } = this.results;
    this.workgroupName =
      props.workgroupName ??
      Names.uniqueResourceName(this, { maxLength: 128, separator: '-', allowedSpecialCharacters: '-' });
    this.resource = new CfnWorkGroup(this, 'Resource', {
      name: this.workgroupName,
      description: 'Queries of the lakehouse',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        requesterPaysEnabled: false,
        bytesScannedCutoffPerQuery: cutoff,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: this.results.s3Uri('results/'),
          encryptionConfiguration:
            encryptionKey === undefined
              ? { encryptionOption: 'SSE_S3' }
              : { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn },
        },
      },
    });
    this.workgroupArn = arnOf(this, this.workgroupName);
  }

  grantQuery(grantee: iam.IGrantable): iam.Grant {
    return grantQuery(this, this.results, grantee);
  }
}

class ImportedQueryWorkgroup extends Construct implements IQueryWorkgroup {
  readonly workgroupName: string;
  readonly workgroupArn: string;
  private readonly results: IZoneBucket;

  constructor(scope: Construct, id: string, attributes: QueryWorkgroupAttributes) {
    super(scope, id);
    this.workgroupName = attributes.workgroupName;
    this.workgroupArn = arnOf(this, attributes.workgroupName);
    this.results = attributes.results;
  }

  grantQuery(grantee: iam.IGrantable): iam.Grant {
    return grantQuery(this, this.results, grantee);
  }
}

const SHARED = 'QueryWorkgroup';
/** Athena's own. */
const SMALLEST_CUTOFF = 10_000_000;

function arnOf(scope: Construct, workgroupName: string): string {
  return Stack.of(scope).formatArn({
    service: 'athena',
    resource: 'workgroup',
    resourceName: workgroupName,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

function grantQuery(workgroup: IQueryWorkgroup, results: IZoneBucket, grantee: iam.IGrantable): iam.Grant {
  const queries = iam.Grant.addToPrincipal({
    grantee,
    actions: [
      'athena:GetQueryExecution',
      'athena:GetQueryResults',
      'athena:StartQueryExecution',
      'athena:StopQueryExecution',
    ],
    resourceArns: [workgroup.workgroupArn],
  });
  // Athena asks S3 where the bucket is, whoever's it is.
  const place = iam.Grant.addToPrincipal({
    grantee,
    actions: ['s3:GetBucketLocation'],
    resourceArns: [results.bucket.bucketArn],
  });
  acknowledgeWildcards(
    grantee,
    [results.bucket.arnForObjects('*')],
    'Athena names the files of its results by the id of the query.',
  );
  return queries.combine(place).combine(results.grantReadWrite(grantee));
}
