import { ArnFormat, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { CfnTableOptimizer } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { QUEUED_FILES_KEPT_DAYS } from '../../contract/queued-files';
import { type ILakeTable, LakeTable } from '../catalog';
import { permissionsOf } from '../granted-access';
import { isHandedOver } from '../handed-over';
import { requireSamePlace } from '../same-environment';
import { acknowledge, acknowledgeWildcards, complianceRules } from '../suppressions';
import { type MaintenanceOptions, requireMaintenance } from './maintenance-options';

/** Which table AWS Glue looks after, and how. */
export interface TableMaintenanceProps extends MaintenanceOptions {
  /** The table. Its folder holds nothing but its files: others in it count as orphans. */
  readonly table: ILakeTable;
  /**
   * Role Glue works in, which `glue.amazonaws.com` may assume. What maintenance needs is granted to it.
   * @default - a role of its own
   */
  readonly role?: iam.IRole;
}

/**
 * Compaction, snapshot expiry and the deletion of orphans for an Iceberg table, by the table optimizers of AWS Glue.
 * Exempt from the append-only policy of the table's zone; the positions that make writing exactly once stay.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/table-optimizers.html
 * @throws Error for values Glue would refuse, for options of what is switched off, for a table in another account or
 * region, and for a table that has the same optimizer already
 */
export class TableMaintenance extends Construct {
  /** The role Glue works in. */
  readonly role: iam.IRole;
  /** The compaction; undefined where it is switched off. */
  readonly compaction?: CfnTableOptimizer;
  /** The expiry of snapshots; undefined where it is switched off. */
  readonly snapshotExpiry?: CfnTableOptimizer;
  /** The deletion of orphans; undefined where it is switched off. */
  readonly orphanDeletion?: CfnTableOptimizer;
  private readonly tableUri: string;

  constructor(scope: Construct, id: string, props: TableMaintenanceProps) {
    super(scope, id);
    const { account, region } = Stack.of(props.table);
    requireSamePlace(this, props.table, { account, region }, TOGETHER);
    requireMaintenance(props);
    this.tableUri = props.table.uri;
    const configurations = configurationsOf(props);
    this.refuseSameOptimizers(configurations);
    this.node.addValidation({ validate: () => filesThatWait(props) });

    this.role = props.role ?? this.createRole(props.table);
    const permissions = props.table.grantMaintenance(this.role).combine(this.grantLogs(configurations));
    const optimizer = (type: OptimizerType): CfnTableOptimizer | undefined => {
      const configuration = configurations.get(type);
      if (configuration === undefined) return undefined;
      const resource = new CfnTableOptimizer(this, OPTIMIZERS[type].id, {
        type,
        catalogId: account,
        databaseName: props.table.databaseName,
        tableName: props.table.tableName,
        tableOptimizerConfiguration: { enabled: true, roleArn: this.role.roleArn, ...configuration },
      });
      permissions.applyBefore(resource);
      // Glue looks at what the role may do when the optimizer is made.
      resource.node.addDependency(permissionsOf(this, this.role));
      if (props.table instanceof LakeTable) resource.node.addDependency(props.table.resource);
      return resource;
    };
    this.compaction = optimizer('compaction');
    this.snapshotExpiry = optimizer('retention');
    this.orphanDeletion = optimizer('orphan_file_deletion');
  }

  private createRole(table: ILakeTable): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'),
      description: `Compacts and cleans up ${table.databaseName}.${table.tableName}`,
    });
    acknowledge(
      role,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
    );
    return role;
  }

  /** Glue writes to log groups of its own, one for each kind of optimizer, which all tables of the account share. */
  private grantLogs(configurations: Configurations): iam.Grant {
    const resourceArns = [...configurations.keys()].map((type) =>
      Stack.of(this).formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: `/aws-glue/${OPTIMIZERS[type].logs}/logs:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
    acknowledgeWildcards(this.role, resourceArns, 'Glue names the log streams of its runs.');
    return iam.Grant.addToPrincipal({
      grantee: this.role,
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resourceArns,
    });
  }

  /** Found only at deployment, the second optimizer of a kind would roll everything back. */
  private refuseSameOptimizers(configurations: Configurations): void {
    const others = Stack.of(this)
      .node.findAll()
      .filter((other): other is TableMaintenance => other instanceof TableMaintenance && other !== this)
      .filter(({ tableUri }) => tableUri === this.tableUri);
    for (const other of others) {
      const same = [...configurations.keys()].find((type) => other.node.tryFindChild(OPTIMIZERS[type].id));
      if (same === undefined) continue;
      throw new Error(
        `The table ${this.tableUri} has its ${OPTIMIZERS[same].option} by "${other.node.path}" already, ` +
          `"${this.node.path}" asks for it too. Give one of them ${OPTIMIZERS[same].option}: false, or leave it out.`,
      );
    }
  }
}

/** Glue goes by age alone, and a processor may come to hand over files after this is constructed. */
function ageOfOrphans(table: ILakeTable): number {
  return Lazy.number({ produce: () => (isHandedOver(table) ? QUEUED_FILES_KEPT_DAYS : ORPHAN_DAYS) });
}

function filesThatWait({ table, orphanDeletion, orphanRetention }: TableMaintenanceProps): string[] {
  const days = orphanRetention?.toDays() ?? QUEUED_FILES_KEPT_DAYS;
  if (orphanDeletion === false || days >= QUEUED_FILES_KEPT_DAYS || !isHandedOver(table)) return [];
  return [
    `orphanRetention of ${table.uri} is ${days} days, but files wait for a TableCommitter there, of which Glue knows ` +
      `nothing. Leave it out, or allow ${QUEUED_FILES_KEPT_DAYS} days or more.`,
  ];
}

const ORPHAN_DAYS = 3;

type OptimizerType = 'compaction' | 'retention' | 'orphan_file_deletion';
type Configurations = Map<OptimizerType, Partial<CfnTableOptimizer.TableOptimizerConfigurationProperty>>;

const OPTIMIZERS: { readonly [type in OptimizerType]: { id: string; option: string; logs: string } } = {
  compaction: { id: 'Compaction', option: 'compaction', logs: 'iceberg-compaction' },
  retention: { id: 'SnapshotExpiry', option: 'snapshotExpiry', logs: 'iceberg-retention' },
  orphan_file_deletion: {
    id: 'OrphanDeletion',
    option: 'orphanDeletion',
    logs: 'iceberg-orphan-file-deletion',
  },
};

const TOGETHER =
  'Glue maintains tables of its own account and region only: move the maintenance to a stack there.';

function configurationsOf(props: TableMaintenanceProps): Configurations {
  const configurations: Configurations = new Map();
  if (props.compaction ?? true) {
    const { minInputFiles, table } = props;
    const sorts = table instanceof LakeTable && table.clusterBy.length > 0;
    // Left out, Glue takes its defaults: regions and linters that do not know the young property take the resource.
    configurations.set(
      'compaction',
      minInputFiles === undefined && !sorts
        ? {}
        : {
            compactionConfiguration: {
              icebergConfiguration: { strategy: sorts ? 'sort' : 'binpack', minInputFiles },
            },
          },
    );
  }
  if (props.snapshotExpiry ?? true) {
    configurations.set('retention', {
      retentionConfiguration: {
        icebergConfiguration: {
          snapshotRetentionPeriodInDays: (props.snapshotRetention ?? Duration.days(7)).toDays(),
          numberOfSnapshotsToRetain: props.snapshotsToKeep ?? 10,
          cleanExpiredFiles: true,
        },
      },
    });
  }
  if (props.orphanDeletion ?? true) {
    configurations.set('orphan_file_deletion', {
      orphanFileDeletionConfiguration: {
        icebergConfiguration: {
          orphanFileRetentionPeriodInDays: props.orphanRetention?.toDays() ?? ageOfOrphans(props.table),
        },
      },
    });
  }
  return configurations;
}
