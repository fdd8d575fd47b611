import { ArnFormat, Names, Stack } from 'aws-cdk-lib';
import { CfnCrawler, CfnSecurityConfiguration } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { IZoneBucket } from '../storage/zone-bucket-access';
import { databaseGrants, permissionsOf } from '../granted-access';
import { allowLogEncryption } from '../log-encryption';
import { acknowledge, acknowledgeWildcards, complianceRules } from '../suppressions';
import { tableArns } from './glue-arns';

/** A folder whose tables AWS Glue is to find. */
export interface CrawlerTarget {
  readonly zone: IZoneBucket;
  /** Folder within the zone, for example `clickstream/year=2025/`. */
  readonly folder: string;
}

/** What is crawled, when, and what becomes of what is found. */
export interface LakeCrawlerProps {
  /** Database of the tables that are found. */
  readonly databaseName: string;
  /**
   * Folders of Parquet, JSON, CSV or Avro files: each becomes a table, or a few.
   * @default - none
   */
  readonly files?: CrawlerTarget[];
  /**
   * Folders that hold Iceberg tables other engines made: their current metadata is registered.
   * @default - none
   */
  readonly icebergTables?: CrawlerTarget[];
  /**
   * When it runs, as Glue has it: `cron(minutes hours day month weekday year)`, UTC.
   * @default 'cron(0 * * * ? *)' - every hour
   */
  readonly schedule?: string;
  /**
   * Start of the names of tables that are found in files, for example `raw_`.
   * @default - none
   */
  readonly tablePrefix?: string;
  /**
   * Whether the columns of tables that exist are brought up to date. Otherwise a change is logged only.
   * @default true
   */
  readonly updateTables?: boolean;
  /**
   * Key of the crawler's logs.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * Role of the crawler. It is granted what it needs, as far as it can be changed from this app.
   * @default - a role of its own
   */
  readonly role?: iam.IRole;
}

/** Glue reads the metadata of tables that deep below the folder. */
const ICEBERG_DEPTH = 10;

/**
 * Finds tables that nobody declared: files others drop into the lake, and Iceberg tables of other engines. Tables of a
 * contract need no crawler: `LakeTable` registers them, and their handlers keep the catalog up to date.
 *
 * What has gone from S3 stays in the catalog: a folder that is emptied for an hour must not take its table's grants along.
 *
 * @throws Error without a folder, and for a schedule that is none of Glue's
 */
export class LakeCrawler extends Construct {
  readonly crawlerName: string;
  readonly role: iam.IRole;
  readonly encryptionKey: kms.IKey;
  readonly resource: CfnCrawler;

  constructor(scope: Construct, id: string, props: LakeCrawlerProps) {
    super(scope, id);
    const files = props.files ?? [];
    const icebergTables = props.icebergTables ?? [];
    const schedule = props.schedule ?? 'cron(0 * * * ? *)';
    if (files.length + icebergTables.length === 0) {
      throw new Error('A crawler needs at least one folder: pass files or icebergTables.');
    }
    if (!/^cron\((\S+ ){5}\S+\)$/.test(schedule)) {
      throw new Error(
        `schedule is "${schedule}". Glue takes cron(minutes hours day month weekday year), for example cron(0 * * * ? *).`,
      );
    }
    this.crawlerName = Names.uniqueResourceName(this, {
      maxLength: 255,
      separator: '-',
      allowedSpecialCharacters: '-',
    });
    this.encryptionKey =
      props.encryptionKey ??
      new kms.Key(this, 'Key', { description: `Logs of ${this.node.path}`, enableKeyRotation: true });
    this.role = props.role ?? this.createRole();
    for (const { zone, folder } of [...files, ...icebergTables]) zone.grantRead(this.role, folder);
    this.grantCatalog(props.databaseName);
    databaseGrants.note(this, {
      databaseName: props.databaseName,
      zones: [...files, ...icebergTables].map(({ zone }) => zone),
      grantee: this.role,
    });
    this.resource = new CfnCrawler(this, 'Resource', {
      name: this.crawlerName,
      role: this.role.roleArn,
      databaseName: props.databaseName,
      tablePrefix: props.tablePrefix,
      schedule: { scheduleExpression: schedule },
      crawlerSecurityConfiguration: this.createSecurity().name,
      schemaChangePolicy: {
        updateBehavior: (props.updateTables ?? true) ? 'UPDATE_IN_DATABASE' : 'LOG',
        deleteBehavior: 'LOG',
      },
      // One table for a folder of files that have the same columns, whatever its partitions are.
      configuration: JSON.stringify({
        Version: 1.0,
        CrawlerOutput: { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } },
        Grouping: { TableGroupingPolicy: 'CombineCompatibleSchemas' },
      }),
      targets: {
        s3Targets: files.map(({ zone, folder }) => ({ path: zone.s3Uri(folder) })),
        icebergTargets:
          icebergTables.length === 0
            ? undefined
            : [
                {
                  paths: icebergTables.map(({ zone, folder }) => zone.s3Uri(folder)),
                  maximumTraversalDepth: ICEBERG_DEPTH,
                },
              ],
      },
    });
    // Glue looks at what the role may do when the crawler is made.
    this.resource.node.addDependency(this.role, permissionsOf(this, this.role));
  }

  private createRole(): iam.Role {
    const role = new iam.Role(this, 'Role', {
      description: `Crawls for ${this.node.path}`,
      assumedBy: new iam.ServicePrincipal('glue.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    acknowledge(
      role,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written by grants for this one role.',
    );
    return role;
  }

  /** Logs encrypted with the key. Glue names the group after the security configuration. */
  private createSecurity(): CfnSecurityConfiguration {
    allowLogEncryption(this, this.encryptionKey);
    const groups = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: '/aws-glue/crawlers*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const actions = [
      'logs:AssociateKmsKey',
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ];
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [groups] }));
    acknowledgeWildcards(
      this.role,
      [groups],
      'Glue makes the log group of its crawlers by itself, and names it.',
    );
    return new CfnSecurityConfiguration(this, 'Security', {
      name: this.crawlerName,
      encryptionConfiguration: {
        cloudWatchEncryption: {
          cloudWatchEncryptionMode: 'SSE-KMS',
          kmsKeyArn: this.encryptionKey.keyArn,
        },
      },
    });
  }

  private grantCatalog(databaseName: string): void {
    const tables = tableArns(this, databaseName, '*');
    acknowledgeWildcards(this.role, tables, 'Tables are named as they are found: all of one database.');
    this.role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: [
          ...['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:CreateTable', 'glue:UpdateTable'],
          ...[
            'glue:GetPartitions',
            'glue:BatchGetPartition',
            'glue:BatchCreatePartition',
            'glue:UpdatePartition',
          ],
        ],
        resources: tables,
      }),
    );
    // What the crawler reads of itself has no resource of its own.
    this.role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['glue:GetSecurityConfiguration'],
        resources: ['*'],
      }),
    );
    acknowledge(
      this.role,
      ['AwsSolutions-IAM5[Resource::*]'],
      'glue:GetSecurityConfiguration takes no resource.',
    );
  }
}
