import type { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IDomain } from 'aws-cdk-lib/aws-opensearchservice';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { HandlerNetwork } from '../../handler-network';
import type { IZoneBucket } from '../../storage';

/** Which indexes are snapshotted, where to, when, and how long for. */
export interface IndexSnapshotsProps {
  /** The search domain, of the same account and region. */
  readonly domain: IDomain;

  /**
   * Names of indexes, and patterns: `products`, `articles-*`, `-articles-tmp*`. A name has to be there, or nothing is
   * snapshotted; a pattern need not match.
   */
  readonly indexes: string[];

  /**
   * Zone the snapshots are kept in. None of its lifecycle rules may move them to Glacier, where a domain cannot read them, or
   * delete them by their age; nor may archive tiers of Intelligent-Tiering take them.
   */
  readonly zone: IZoneBucket;

  /**
   * Folder of that zone, with nothing else in it. One domain alone writes to it.
   * @default 'index-snapshots/<repositoryName>'
   */
  readonly folder?: string;

  /**
   * Name the domain knows the folder under.
   * @default - made of the path of the construct
   */
  readonly repositoryName?: string;

  /**
   * When a snapshot is taken.
   * @default - every day at 05:00 UTC
   */
  readonly schedule?: ScheduleExpression;

  /**
   * How long a snapshot is kept: whole days, 1 to 3,650. The newest whole one stays in any case, and the newest
   * after it that lacks a part.
   * @default Duration.days(35)
   */
  readonly retention?: Duration;

  /**
   * How old the newest snapshot may get: whole hours, 2 to 744. A check, once an hour, takes one itself where none was tried
   * for longer, the first one also.
   * @default Duration.hours(25)
   */
  readonly maximumAge?: Duration;

  /**
   * Longest run of the function, up to 15 minutes. It waits for no snapshot, but for deletions.
   * @default Duration.minutes(5)
   */
  readonly timeout?: Duration;

  /**
   * Network the function runs in: that of the domain, where it is in one.
   * @default - none: it reaches the domain over TLS, and nothing reaches it
   */
  readonly network?: HandlerNetwork;

  /**
   * How long the function's logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs and the dead-letter queue. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Role of the function. It is granted what the function needs, as far as it can be changed from this app.
   * @default - a role of its own, with nothing but these grants
   */
  readonly role?: iam.IRole;

  /**
   * CloudWatch namespace of the metrics.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}
