import { LoggingProjectSink } from '@cdktf/provider-google/lib/logging-project-sink';
import { ProjectIamAuditConfig } from '@cdktf/provider-google/lib/project-iam-audit-config';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { known, requireTerraformStack } from '../../terraform';
import { ProviderProject } from '../project';
import type { BucketLocation } from '../storage/bucket-location';
import type { MedallionLake } from '../storage/medallion-lake';
import { Member } from '../storage/member';
import { BucketRetention } from '../storage/retention';
import { StorageClass, TieringProfile } from '../storage/tiering/tiering-profile';
import { ZoneBucket } from '../storage/zone-bucket';
import type { IZoneBucket } from '../storage/zone-bucket-access';
import type { IZoneKey } from '../storage/zone-key';

/** What is recorded, and how long the records cannot be lost. */
export interface AuditTrailProps {
  /** Name of the bucket of records, unique in the world. */
  readonly bucketName: string;
  /** Where the records are. */
  readonly location: BucketLocation;
  /**
   * Lake whose zones are recorded.
   * @default - none: name `zones`
   */
  readonly lake?: MedallionLake;
  /**
   * Zones recorded beside those of the lake.
   * @default - none
   */
  readonly zones?: IZoneBucket[];
  /**
   * Whether objects that are read are recorded, and not only those written. Each record costs; most are the reads of your own
   * pipelines and queries.
   * @default true
   */
  readonly reads?: boolean;
  /**
   * Whether Data Access logs of Cloud Storage are switched on here, for the whole project. A project has one setting for
   * each service: leave it to its owner where somebody else has one.
   * @default true
   */
  readonly dataAccessLogs?: boolean;
  /**
   * Members whose reads and writes are not recorded, a pipeline that reads everything for example.
   * @default - none
   */
  readonly exemptedMembers?: string[];
  /**
   * How long a record can neither be changed nor deleted; it is deleted a day after that. `BucketRetention.locked` is for
   * good.
   * @default BucketRetention.unlocked(365)
   */
  readonly retention?: BucketRetention;
  /** @default - a key of its own, rotated every 90 days */
  readonly encryptionKey?: IZoneKey;
  /** @default - none */
  readonly labels?: { readonly [key: string]: string };
}

/** Folder Cloud Logging writes audit logs to. */
const RECORDS = 'cloudaudit.googleapis.com';
const QUARTER = 90;

/**
 * A record of who read and wrote what in a lake, and who changed what protects it: Cloud Audit Logs of the zones' objects and
 * of all changes to the project, routed to a bucket under retention.
 *
 * @throws Error without a zone
 */
export class AuditTrail extends Construct {
  /** Where the records are: `cloudaudit.googleapis.com/<log>/<year>/<month>/<day>/`. */
  readonly records: ZoneBucket;
  readonly sink: LoggingProjectSink;
  /** Undefined where `dataAccessLogs` is false. */
  readonly auditConfig?: ProjectIamAuditConfig;
  /** What is recorded. */
  readonly zones: IZoneBucket[];

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    requireTerraformStack(this);
    this.zones = [...(props.lake?.zones ?? []), ...(props.zones ?? [])];
    if (this.zones.length === 0) {
      throw new Error(`"${this.node.path}" records nothing. Pass a lake, or name zones.`);
    }
    const retention = props.retention ?? BucketRetention.unlocked(365);
    this.records = new ZoneBucket(this, 'Records', {
      bucketName: props.bucketName,
      location: props.location,
      encryptionKey: props.encryptionKey,
      labels: props.labels,
      appendOnly: true,
      retention,
      tiering: tieringWithin(retention),
      expirations: [{ prefix: RECORDS, afterDays: retention.days + 1 }],
    });
    if (props.dataAccessLogs ?? true) this.auditConfig = this.record(props);
    this.sink = new LoggingProjectSink(this, 'Sink', {
      name: this.records.node.path.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 100),
      description: `Audit records of ${this.node.path}`.slice(0, 8000),
      destination: `storage.googleapis.com/${this.records.bucketName}`,
      filter: this.filter(),
      uniqueWriterIdentity: true,
    });
    this.records.grantWrite(Member.of(this.sink.writerIdentity, 'log-sink'));
  }

  private record({ reads = true, exemptedMembers }: AuditTrailProps): ProjectIamAuditConfig {
    requireOnlySwitch(this);
    const project = new ProviderProject(this);
    const types = reads ? ['DATA_READ', 'DATA_WRITE'] : ['DATA_WRITE'];
    return new ProjectIamAuditConfig(this, 'DataAccess', {
      project: project.id,
      service: 'storage.googleapis.com',
      auditLogConfig: types.map((logType) => ({ logType, exemptedMembers })),
    });
  }

  /** Objects of the zones and no others: a sink that records its own bucket feeds itself. */
  private filter(): string {
    const buckets = [...new Set(this.zones.map(({ bucketName }) => `"${bucketName}"`))].join(' OR ');
    const objects = `log_id("cloudaudit.googleapis.com/data_access") AND resource.type="gcs_bucket" AND resource.labels.bucket_name=(${buckets})`;
    return `log_id("cloudaudit.googleapis.com/activity") OR (${objects})`;
  }
}

/** The setting of a service is one for a project: two would take turns. */
function requireOnlySwitch(trail: Construct): void {
  const other = TerraformStack.of(trail)
    .node.findAll()
    .find((one) => one instanceof AuditTrail && one.auditConfig !== undefined);
  if (other === undefined) return;
  throw new Error(
    `"${trail.node.path}" and "${other.node.path}" would both switch on the Data Access logs of the project, and the last one would ` +
      'win. Set dataAccessLogs: false for one of them.',
  );
}

/** Records are read rarely once they are a quarter old, and then at once. */
function tieringWithin(retention: BucketRetention) {
  const days = known(retention.days);
  if (days === undefined || days < 2 * QUARTER) return [];
  const steps = [{ storageClass: StorageClass.COLDLINE, afterDays: QUARTER }];
  return [{ prefix: RECORDS, profile: TieringProfile.custom({ name: 'audit-records', steps }) }];
}
