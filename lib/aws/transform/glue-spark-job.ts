import { ArnFormat, Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { type CfnConnection, CfnJob, CfnSecurityConfiguration } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ICEBERG_SETTINGS, sparkSubmitOptions } from '../../contract/transform/spark-settings';
import { permissionsOf } from '../granted-access';
import { allowLogEncryption } from '../log-encryption';
import { ZoneBucket } from '../storage/zone-bucket';
import { acknowledge, acknowledgeWildcards, complianceRules } from '../suppressions';
import { requireRunnable } from './glue-job-limits';
import { type GlueSparkJobProps, GlueWorkerType } from './glue-job-options';
import { connectionTo } from './glue-network';
import { scriptAsset } from './spark-script-asset';

/** Groups that Glue logs to where the arguments of a job name none; others begin alike. */
const LOG_GROUPS = '/aws-glue/jobs';
const DEFAULT_WORKERS = 2;

/**
 * A Spark job of AWS Glue over the Iceberg tables of the lake: two workers of type G.1X for as long as a run takes, and
 * nothing while none does. By itself it runs a script of yours; with `SqlEngine.glue` the statements of a transform.
 */
export class GlueSparkJob extends Construct {
  readonly resource: CfnJob;
  readonly jobName: string;
  readonly jobArn: string;
  /** Role of the runs: grant it what they work on. */
  readonly jobRole: iam.IRole;
  /** Statements, answers, and what Spark keeps for a while: gone after a week. */
  readonly workspace: ZoneBucket;
  readonly encryptionKey: kms.IKey;
  /** Encrypts what runs write, log and remember. */
  readonly securityConfiguration: CfnSecurityConfiguration;
  /** What Glue and Spark say of themselves, and what the script logs. */
  readonly errorLogGroup: logs.ILogGroup;
  /** What the script prints. */
  readonly outputLogGroup: logs.ILogGroup;
  /** The way into the network; undefined without one. */
  readonly connection?: CfnConnection;
  /** `s3://` URI of the script. */
  readonly script: string;

  /** @throws Error for what Glue would refuse: its limits, a worker type or version it does not have */
  constructor(scope: Construct, id: string, props: GlueSparkJobProps = {}) {
    super(scope, id);
    const glueVersion = props.glueVersion ?? '5.1';
    const workerType = props.workerType ?? GlueWorkerType.G_1X;
    const numberOfWorkers = props.numberOfWorkers ?? DEFAULT_WORKERS;
    requireRunnable(props, glueVersion, workerType);
    this.jobName =
      props.jobName ??
      Names.uniqueResourceName(this, { maxLength: 200, separator: '-', allowedSpecialCharacters: '-' });
    this.encryptionKey =
      props.encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Workspace, logs and bookmarks of ${this.node.path}`,
        enableKeyRotation: true,
      });
    this.jobRole = props.role ?? this.createRole();
    this.workspace = new ZoneBucket(this, 'Workspace', {
      encryptionKey: this.encryptionKey,
      expirations: [{ prefix: '', after: Duration.days(7) }],
      noncurrentVersionExpiration: Duration.days(1),
    });
    this.workspace.grantReadWrite(this.jobRole);
    this.script = scriptAsset(this, this.jobRole, props.script).s3ObjectUrl;
    this.securityConfiguration = this.createSecurity();
    allowLogEncryption(this, this.encryptionKey);
    this.errorLogGroup = this.createLogs('Errors', 'error', props.logRetention);
    this.outputLogGroup = this.createLogs('Output', 'output', props.logRetention);
    this.grantTelling();
    if (props.network !== undefined) this.connection = connectionTo(this, props.network, this.jobRole);
    acknowledge(
      this.jobRole,
      ['AwsSolutions-IAM5[Resource::*]'],
      'glue:GetSecurityConfiguration, cloudwatch:PutMetricData and the ec2: actions for network interfaces take no resource.',
    );
    this.resource = new CfnJob(this, 'Resource', {
      name: this.jobName,
      description: `Spark job of ${this.node.path}`.slice(0, 2048),
      role: this.jobRole.roleArn,
      command: { name: 'glueetl', pythonVersion: '3', scriptLocation: this.script },
      glueVersion,
      workerType,
      numberOfWorkers,
      executionClass: props.executionClass,
      timeout: (props.timeout ?? Duration.hours(1)).toMinutes(),
      maxRetries: props.maxRetries ?? 0,
      executionProperty: { maxConcurrentRuns: props.maxConcurrentRuns ?? 1 },
      securityConfiguration: this.securityConfiguration.name,
      connections: this.connection && { connections: [this.connection.ref] },
      defaultArguments: {
        ...props.arguments,
        '--datalake-formats': 'iceberg',
        '--conf': confArgument({ ...ICEBERG_SETTINGS, ...props.sparkSettings }),
        '--job-bookmark-option':
          (props.jobBookmark ?? false) ? 'job-bookmark-enable' : 'job-bookmark-disable',
        '--enable-auto-scaling': String(props.autoScaling ?? numberOfWorkers > DEFAULT_WORKERS),
        '--enable-metrics': 'true',
        '--enable-observability-metrics': 'true',
        ...this.logArguments(glueVersion),
        '--TempDir': this.workspace.s3Uri('temporary/'),
      },
    });
    // A run that is ahead of them fails.
    this.resource.node.addDependency(this.jobRole, permissionsOf(this, this.jobRole));
    this.resource.node.addDependency(this.securityConfiguration, this.errorLogGroup, this.outputLogGroup);
    this.jobArn = Stack.of(this).formatArn({
      service: 'glue',
      resource: 'job',
      resourceName: this.resource.ref,
    });
  }

  /** Start runs, follow them, and hand them their statements. */
  grantRun(grantee: iam.IGrantable): iam.Grant {
    const run = iam.Grant.addToPrincipal({
      grantee,
      actions: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns'],
      resourceArns: [this.jobArn],
    });
    return run.combine(this.workspace.grantReadWrite(grantee));
  }

  /** Runs that failed, were too long, or were stopped, as Glue tells EventBridge of them. */
  onFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    const rule = new events.Rule(this, id, options);
    rule.addTarget(options.target);
    rule.addEventPattern({
      source: ['aws.glue'],
      detailType: ['Glue Job State Change'],
      detail: { jobName: [this.resource.ref], state: ['FAILED', 'TIMEOUT', 'STOPPED', 'ERROR'] },
    });
    return rule;
  }

  private createRole(): iam.Role {
    const role = new iam.Role(this, 'JobRole', {
      assumedBy: new iam.ServicePrincipal('glue.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: `Spark job of ${this.node.path}`,
    });
    acknowledge(
      role,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
    );
    return role;
  }

  private createSecurity(): CfnSecurityConfiguration {
    const kmsKeyArn = this.encryptionKey.keyArn;
    return new CfnSecurityConfiguration(this, 'Security', {
      // CloudFormation replaces it when the key is another, and the old one has the name until then.
      name: `${this.jobName}-${this.encryptionKey.node.addr.slice(-8)}`,
      encryptionConfiguration: {
        cloudWatchEncryption: { cloudWatchEncryptionMode: 'SSE-KMS', kmsKeyArn },
        jobBookmarksEncryption: { jobBookmarksEncryptionMode: 'CSE-KMS', kmsKeyArn },
        s3Encryptions: [{ s3EncryptionMode: 'SSE-KMS', kmsKeyArn }],
      },
    });
  }

  private createLogs(id: string, name: string, retention = logs.RetentionDays.ONE_MONTH): logs.LogGroup {
    return new logs.LogGroup(this, id, {
      logGroupName: `${this.logPrefix}/${name}`,
      retention,
      encryptionKey: this.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private get logPrefix(): string {
    return `${LOG_GROUPS}/${this.jobName}`;
  }

  /** Since 5.0 Glue logs as it goes, to two groups under a prefix; before, to one group, when told to. */
  private logArguments(glueVersion: string): { [name: string]: string } {
    if (!glueVersion.startsWith('4.')) return { '--custom-logGroup-prefix': this.logPrefix };
    return {
      '--enable-continuous-cloudwatch-log': 'true',
      '--continuous-log-logGroup': `${this.logPrefix}/output`,
    };
  }

  /** What a run needs to log, to count, and to find its security configuration. */
  private grantTelling(): void {
    const groups = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${LOG_GROUPS}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const statement = (
      actions: string[],
      resource: string,
      conditions?: { [name: string]: object },
    ): void => {
      this.jobRole.addToPrincipalPolicy(
        new iam.PolicyStatement({ actions, resources: [resource], conditions }),
      );
    };
    statement(
      ['logs:AssociateKmsKey', 'logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      groups,
    );
    acknowledgeWildcards(this.jobRole, [groups], 'Glue names groups of its own beside those of the job.');
    statement(['glue:GetSecurityConfiguration'], '*');
    statement(['cloudwatch:PutMetricData'], '*', { StringEquals: { 'cloudwatch:namespace': 'Glue' } });
  }
}

/** Glue puts the first `--conf` before it by itself. */
function confArgument(settings: { readonly [name: string]: string }): string {
  return sparkSubmitOptions(settings).slice('--conf '.length);
}
