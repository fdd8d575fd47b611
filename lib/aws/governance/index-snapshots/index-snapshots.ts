import { Arn, ArnFormat, Duration, Names, type ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { type CfnDomain, Domain, type IDomain } from 'aws-cdk-lib/aws-opensearchservice';
import { CfnSchedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUNDLES, HANDLER_ENVIRONMENT } from '../../../contract/handler-environment';
import type { IndexSnapshotSettings } from '../../../contract/index-snapshot-settings';
import {
  DOMAIN_DIMENSION,
  INDEX_SNAPSHOT_METRICS,
  METRIC_NAMESPACE,
  REPOSITORY_DIMENSION,
} from '../../../contract/metric-names';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../../bundle';
import { functionIn } from '../../handler-network';
import { handlerKey, handlerLogs, handlerRole } from '../../handler-parts';
import { DeadLetterQueue } from '../../processing/dead-letter-queue';
import { grantSend } from '../../queue-access';
import { requireSamePlace } from '../../same-environment';
import { acknowledgeHandlerFunction } from '../../suppressions';
import type { IndexSnapshotsProps } from './index-snapshots-props';
import { lifecycleConflicts } from './lifecycle-conflicts';
import { requireSnapshots } from './requirements';
import { grantSnapshots, schedulerRole, snapshotRole } from './snapshot-roles';

/**
 * Snapshots of the indexes of a search domain into a zone of the lake, daily: a model's vectors among them, which AWS Backup does
 * not take in. A function begins them, looks after them once an hour, and restores from them when asked to; it waits for none.
 *
 * Restore by invoking it, `{"restore": "latest", "renameTo": "restored-*"}`: an open index is never overwritten.
 *
 * @throws Error for indexes the domain would refuse, values out of their bounds, a collection of OpenSearch Serverless, a domain
 * of another place or in a network the function is not in, and a folder that another one writes to; at synthesis for lifecycle
 * rules that would take snapshots apart
 */
export class IndexSnapshots extends Construct {
  /** The function. */
  readonly handler: lambda.Function;
  /** Role of the function. With fine-grained access control, map it to the domain's role `manage_snapshots`. */
  readonly role: iam.IRole;
  /** Role the domain reads and writes the folder with. */
  readonly snapshotRole: iam.Role;
  readonly logGroup: logs.LogGroup;
  /** Requests that failed three times, or could not be delivered. */
  readonly deadLetterQueue: IQueue;
  /** Key of the logs and of the dead-letter queue. */
  readonly encryptionKey: kms.IKey;
  /** Takes the snapshots. */
  readonly schedule: CfnSchedule;
  /** Looks after them, once an hour. */
  readonly checkSchedule: CfnSchedule;
  /** Name the domain knows the folder under. */
  readonly repositoryName: string;
  /** `s3://<bucket>/<folder>`: where the snapshots are. */
  readonly repositoryUri: string;
  /** How old the newest snapshot may get. */
  readonly maximumAge: Duration;
  private readonly domain: IDomain;
  private readonly metricNamespace: string;

  constructor(scope: Construct, id: string, props: IndexSnapshotsProps) {
    super(scope, id);
    const { domain, zone } = props;
    requireSnapshots(props, this.node.path);
    requireSamePlace(
      this,
      domain,
      placeOf(domain),
      'A domain is snapshotted from its own account and region: move this to a stack there.',
    );
    this.domain = domain;
    this.metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    this.maximumAge = props.maximumAge ?? Duration.hours(25);
    this.repositoryName = props.repositoryName ?? nameOf(this);
    const folder = (props.folder ?? `index-snapshots/${this.repositoryName}`).replace(/\/$/, '');
    this.repositoryUri = zone.s3Uri(folder);
    this.refuseSharedFolder();
    // Rules may be added to the bucket later.
    this.node.addValidation({ validate: () => lifecycleConflicts(this.node.path, zone, folder) });

    this.snapshotRole = snapshotRole(this, domain, zone, folder);
    this.role = props.role ?? handlerRole(this, `Asks ${this.node.path} for snapshots`);
    this.encryptionKey =
      props.encryptionKey ?? handlerKey(this, `Logs and dead letters of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
      encryptionKey: this.encryptionKey,
    }).queue;
    grantSnapshots(this.role, domain, this.repositoryName, this.snapshotRole);
    const settings: IndexSnapshotSettings = {
      domain: domain.domainName,
      endpoint: `https://${domain.domainEndpoint}`,
      region: Stack.of(this).region,
      repository: this.repositoryName,
      bucket: zone.bucket.bucketName,
      folder: `${zone.root ?? ''}${folder}`,
      role: this.snapshotRole.roleArn,
      indexes: props.indexes,
      retentionHours: (props.retention ?? Duration.days(35)).toHours(),
      maximumAgeHours: this.maximumAge.toHours(),
    };
    const isInNetwork = requireNetwork(props, this.node.path);
    this.handler = new lambda.Function(this, 'Handler', {
      description: 'Takes snapshots of search indexes, looks after them and restores from them.',
      code: stagedCode(BUNDLES.indexSnapshot),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: 256,
      timeout: props.timeout ?? Duration.minutes(5),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      environment: {
        [HANDLER_ENVIRONMENT.indexSnapshots]: Stack.of(this).toJsonString(settings),
        [HANDLER_ENVIRONMENT.metricNamespace]: this.metricNamespace,
      },
      ...functionIn(props.network, this.role, []),
      // The same request finds what it began.
      retryAttempts: 2,
      onFailure: {
        bind: () => {
          grantSend(this.deadLetterQueue, this.role);
          return { destination: this.deadLetterQueue.queueArn };
        },
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'Requests that fail go to the on-failure destination of the function, which tells more than a dead-letter queue of its own.',
    );
    // The first request may come before the domain's role can be taken on.
    this.handler.node.addDependency(this.snapshotRole);
    if (isInNetwork && domain instanceof Domain) domain.connections.allowFrom(this.handler, Port.tcp(443));

    const starter = schedulerRole(this, this.handler, this.deadLetterQueue);
    this.schedule = this.createSchedule('Schedule', starter, 'snapshot', props.schedule ?? DAILY);
    this.checkSchedule = this.createSchedule('Check', starter, 'check', HOURLY);
  }

  /** Ask for a snapshot, a list or a restore: invoke the function, and be told what became of it. */
  grantRequest(grantee: iam.IGrantable): iam.Grant {
    return this.handler.grantInvoke(grantee);
  }

  /** Seconds since the newest whole snapshot began, told once an hour; nothing where there is none. */
  metricAge(options?: MetricOptions): Metric {
    return this.metric(INDEX_SNAPSHOT_METRICS.age, 'Maximum', options);
  }

  /** Snapshots that failed, or lack a part, since the newest whole one, told once an hour. */
  metricFailed(options?: MetricOptions): Metric {
    return this.metric(INDEX_SNAPSHOT_METRICS.failed, 'Maximum', options);
  }

  /** Whole snapshots there are, told once an hour. */
  metricKept(options?: MetricOptions): Metric {
    return this.metric(INDEX_SNAPSHOT_METRICS.kept, 'Minimum', options);
  }

  /** Snapshots that were begun. */
  metricTaken(options?: MetricOptions): Metric {
    return this.metric(INDEX_SNAPSHOT_METRICS.taken, 'Sum', options);
  }

  private metric(metricName: string, statistic: string, options?: MetricOptions): Metric {
    return new Metric({
      namespace: this.metricNamespace,
      metricName,
      dimensionsMap: {
        [DOMAIN_DIMENSION]: this.domain.domainName,
        [REPOSITORY_DIMENSION]: this.repositoryName,
      },
      statistic,
      period: Duration.hours(1),
      ...options,
    });
  }

  private createSchedule(
    id: string,
    role: iam.Role,
    request: 'snapshot' | 'check',
    expression: ScheduleExpression,
  ): CfnSchedule {
    const schedule = new CfnSchedule(this, id, {
      description: `${request === 'snapshot' ? 'Snapshots' : 'Checks'} of ${this.node.path}`.slice(0, 512),
      scheduleExpression: expression.expressionString,
      scheduleExpressionTimezone: expression.timeZone?.timezoneName,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.handler.functionArn,
        roleArn: role.roleArn,
        // The same time, however often it is delivered: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
        input: JSON.stringify({ [request]: '<aws.scheduler.scheduled-time>' }),
        deadLetterConfig: { arn: this.deadLetterQueue.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
      },
    });
    schedule.node.addDependency(role);
    return schedule;
  }

  /** Two domains in one folder would overwrite each other's lists of snapshots, two repositories of one domain as well. */
  private refuseSharedFolder(): void {
    const here = `${this.repositoryUri}/`;
    const other = this.node.root.node
      .findAll()
      .filter((one): one is IndexSnapshots => one instanceof IndexSnapshots && one !== this)
      .find(
        ({ repositoryUri }) => here.startsWith(`${repositoryUri}/`) || `${repositoryUri}/`.startsWith(here),
      );
    if (other === undefined) return;
    throw new Error(
      `"${this.node.path}" and "${other.node.path}" would write to one folder, ${this.repositoryUri} and ${other.repositoryUri}: ` +
        'each would break the other. Give each a folder of its own.',
    );
  }
}

const DAILY = ScheduleExpression.cron({ hour: '5', minute: '0' });
const HOURLY = ScheduleExpression.rate(Duration.hours(1));

function nameOf(construct: Construct): string {
  const name = Names.uniqueResourceName(construct, { maxLength: 90, separator: '-' });
  // The service keeps names that begin with cs- for itself.
  return `lakehouse-${name.toLowerCase()}`;
}

/** An imported domain is where its ARN says, which its environment does not. */
function placeOf(domain: IDomain): ResourceEnvironment {
  if (Token.isUnresolved(domain.domainArn)) return domain.env;
  const { account, region } = Arn.split(domain.domainArn, ArnFormat.SLASH_RESOURCE_NAME);
  return { account: account ?? domain.env.account, region: region ?? domain.env.region };
}

/** Whether the domain is in a network; one of another app may be. */
function requireNetwork({ domain, network }: IndexSnapshotsProps, path: string): boolean {
  const isInNetwork =
    domain instanceof Domain && (domain.node.defaultChild as CfnDomain).vpcOptions !== undefined;
  if (!isInNetwork || network !== undefined) return isInNetwork;
  throw new Error(
    `The domain "${domain.node.path}" is in a network and "${path}" is not: its requests would wait for an answer that never comes. ` +
      'Pass the VPC of the domain in network.',
  );
}
