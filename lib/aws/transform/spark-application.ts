import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { CfnApplication } from 'aws-cdk-lib/aws-emrserverless';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { requireDuration, requireWhole } from '../bounds';
import { ZoneBucket } from '../storage/zone-bucket';
import { acknowledge, acknowledgeWildcards, complianceRules } from '../suppressions';
import { scriptAsset } from './spark-script-asset';

/** How Spark runs. */
export interface SparkApplicationOptions {
  /** @default 'emr-7.9.0' */
  readonly releaseLabel?: string;
  /**
   * vCPUs that all jobs together may take: what is beyond waits.
   * @default 64
   */
  readonly maximumCpu?: number;
  /**
   * Memory in GB that all jobs together may take.
   * @default - four for each vCPU
   */
  readonly maximumMemoryGb?: number;
  /**
   * Disk in GB that all jobs together may take.
   * @default - ten for each vCPU
   */
  readonly maximumDiskGb?: number;
  /**
   * How long the application stays up without a job, from one minute to a week.
   * @default Duration.minutes(5)
   */
  readonly idleTimeout?: Duration;
  /**
   * More options of spark-submit, as one line: `--conf spark.executor.cores=8`.
   * @default - none
   */
  readonly sparkSettings?: string;
}

/**
 * An application of EMR Serverless for the jobs of a transform: it starts with a job, costs nothing when idle, and never
 * grows beyond its maximum.
 */
export class SparkApplication extends Construct {
  readonly resource: CfnApplication;
  readonly applicationId: string;
  readonly applicationArn: string;
  /** Role of the jobs: grant it what they work on. */
  readonly jobRole: iam.Role;
  /** Bucket of statements and answers. */
  readonly workspace: ZoneBucket;
  /** `s3://` URI of the script the jobs run. */
  readonly script: string;

  /** @throws Error for limits EMR Serverless would refuse */
  constructor(scope: Construct, id: string, props: SparkApplicationOptions = {}) {
    super(scope, id);
    requireCapacity(props);
    const cpu = props.maximumCpu ?? 64;
    this.resource = new CfnApplication(this, 'Resource', {
      type: 'SPARK',
      releaseLabel: props.releaseLabel ?? 'emr-7.9.0',
      architecture: 'ARM64',
      maximumCapacity: {
        cpu: `${cpu} vCPU`,
        memory: `${props.maximumMemoryGb ?? cpu * 4} GB`,
        disk: `${props.maximumDiskGb ?? cpu * 10} GB`,
      },
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: {
        enabled: true,
        idleTimeoutMinutes: (props.idleTimeout ?? Duration.minutes(5)).toMinutes(),
      },
    });
    this.applicationId = this.resource.attrApplicationId;
    this.applicationArn = this.resource.attrArn;
    this.jobRole = new iam.Role(this, 'JobRole', {
      assumedBy: new iam.ServicePrincipal('emr-serverless.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: `Spark jobs of ${this.node.path}`,
    });
    acknowledge(
      this.jobRole,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
    );
    this.workspace = new ZoneBucket(this, 'Workspace', {
      expirations: [{ prefix: '', after: Duration.days(7) }],
      noncurrentVersionExpiration: Duration.days(1),
    });
    this.workspace.grantReadWrite(this.jobRole);
    this.script = scriptAsset(this, this.jobRole).s3ObjectUrl;
  }

  /** Start jobs, follow them, and hand them their statements. */
  grantRun(grantee: iam.IGrantable): iam.Grant {
    const runs = Stack.of(this).formatArn({
      service: 'emr-serverless',
      resource: `/applications/${this.applicationId}/jobruns`,
      resourceName: '*',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    acknowledgeWildcards(grantee, [runs], 'EMR Serverless names the runs of a job.');
    const start = iam.Grant.addToPrincipal({
      grantee,
      actions: ['emr-serverless:StartJobRun'],
      resourceArns: [this.applicationArn],
    });
    const follow = iam.Grant.addToPrincipal({
      grantee,
      actions: ['emr-serverless:GetJobRun', 'emr-serverless:CancelJobRun'],
      resourceArns: [runs],
    });
    const pass = iam.Grant.addToPrincipal({
      grantee,
      actions: ['iam:PassRole'],
      resourceArns: [this.jobRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
    });
    return start.combine(follow).combine(pass).combine(this.workspace.grantReadWrite(grantee));
  }
}

function requireCapacity(props: SparkApplicationOptions): void {
  const capacity = (name: string, value: number | undefined, minimum: number): void =>
    requireWhole(name, value, {
      minimum,
      maximum: 100_000,
      remedy: 'Leave it out: 64 vCPUs, with memory and disk to match.',
    });
  capacity('maximumCpu', props.maximumCpu, 4);
  capacity('maximumMemoryGb', props.maximumMemoryGb, 8);
  capacity('maximumDiskGb', props.maximumDiskGb, 20);
  requireDuration('idleTimeout', props.idleTimeout, {
    minimum: 60,
    maximum: 604_800,
    remedy: 'Leave it out for five minutes.',
  });
}
