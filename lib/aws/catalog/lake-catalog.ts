import { Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Zone } from '../../contract/zone';
import type { HandlerNetwork } from '../handler-network';
import type { MedallionLake } from '../storage/medallion-lake';
import { ZoneBucket } from '../storage/zone-bucket';
import { acknowledgeWildcards } from '../suppressions';
import { tableArns } from './glue-arns';
import { TableProvisioner } from './table-provisioner';

/** A Glue database the user already owns. */
export interface ExistingDatabase {
  readonly zone: Zone;
  readonly databaseName: string;
}

/** A lake, and how its databases are called. */
export interface LakeCatalogProps {
  /** The lake whose zones get a database each. */
  readonly lake: MedallionLake;
  /**
   * Start of the database names, `[<environment>_]<name>_<zone>`: lower case letters, digits and underscores, which
   * Athena needs no quotes for. Unique in the account and region.
   * @default - from the construct's path, so that lakes do not collide
   */
  readonly name?: string;
  /**
   * Databases to use instead of creating them.
   * @default - all are created
   */
  readonly databases?: ExistingDatabase[];
  /**
   * Key for the logs of the function that provisions tables. A key that is imported has to allow CloudWatch Logs.
   * @default - the lake's key; one of its own where every zone is the user's own bucket
   */
  readonly logEncryptionKey?: IKey;
  /** @default RetentionDays.ONE_YEAR */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Concurrency reserved for provisioning tables.
   * @default - not reserved
   */
  readonly reservedConcurrentExecutions?: number;
  /**
   * Network the function that provisions tables runs in, where that is your rule.
   * @default - none: it reaches AWS over TLS, and nothing reaches it
   */
  readonly network?: HandlerNetwork;
  /**
   * For the databases and the log group. Deleting a database takes its tables out of the catalog; their files stay.
   * @default - that of the lake
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A Glue database for each zone of a lake, and the function that creates and evolves Iceberg tables in them.
 *
 * @throws Error for a name Athena would need quotes for, and for one another catalog of the stack has
 */
export class LakeCatalog extends Construct {
  /** The catalog of a lake: the one made before with `of`, or a new one inside the lake. */
  static of(lake: MedallionLake): LakeCatalog {
    const existing = lake.node.tryFindChild('Catalog');
    return existing instanceof LakeCatalog ? existing : new LakeCatalog(lake, 'Catalog', { lake });
  }

  readonly lake: MedallionLake;
  /** The function behind every LakeTable of this catalog. */
  readonly provisioner: TableProvisioner;
  private readonly databases = new Map<Zone, string>();
  private readonly resources = new Map<Zone, glue.CfnDatabase>();
  /** Path of the construct each table belongs to. */
  private readonly tables = new Map<string, string>();
  private readonly provisioning = new Map<Zone, iam.Grant>();

  constructor(scope: Construct, id: string, props: LakeCatalogProps) {
    super(scope, id);
    this.lake = props.lake;
    const removalPolicy = props.removalPolicy ?? props.lake.removalPolicy;
    const base = databaseBase(this, props);
    for (const zone of Object.values(Zone)) {
      const existing = props.databases?.find((database) => database.zone === zone);
      this.databases.set(zone, existing?.databaseName ?? `${base}_${zone}`);
      if (!existing) this.resources.set(zone, this.createDatabase(zone, removalPolicy));
    }
    this.refuseSameDatabases();
    this.provisioner = new TableProvisioner(this, 'Tables', {
      logEncryptionKey: props.logEncryptionKey ?? lakeKey(props.lake),
      logRetention: props.logRetention,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      network: props.network,
      removalPolicy,
    });
  }

  databaseName(zone: Zone): string {
    return this.databases.get(zone)!;
  }

  /** The database created for a zone; undefined where an existing one is used. */
  database(zone: Zone): glue.CfnDatabase | undefined {
    return this.resources.get(zone);
  }

  /**
   * Two resources for one table would evolve it to and fro.
   * @internal
   */
  public _claimTable(zone: Zone, tableName: string, owner: Construct): void {
    const name = `${this.databaseName(zone)}.${tableName}`;
    const other = this.tables.get(name);
    if (other !== undefined) {
      throw new Error(
        `The table ${name} belongs to "${other}" already, "${owner.node.path}" asks for it too. ` +
          'Pass that table, import it with LakeTable.fromTableAttributes, or give one of them another tableName.',
      );
    }
    this.tables.set(name, owner.node.path);
  }

  /**
   * What the function that provisions tables needs in a zone: granted with the zone's first table and the same for
   * any number of them, because IAM limits what a role's policies may hold together (10,240 characters inline).
   * @internal
   */
  public _grantProvisioning(zone: Zone): iam.Grant {
    const granted = this.provisioning.get(zone);
    if (granted) return granted;
    const { role } = this.provisioner;
    const resourceArns = tableArns(this, this.databaseName(zone), '*');
    acknowledgeWildcards(role, resourceArns, `Tables of the ${zone} zone are created by name at deployment.`);
    const grant = iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['glue:CreateTable', 'glue:GetDatabase', 'glue:GetTable', 'glue:UpdateTable'],
      resourceArns,
    }).combine(this.lake.zone(zone).grantTableCommit(role));
    this.provisioning.set(zone, grant);
    return grant;
  }

  /** Found only at deployment, the second database of a name would roll everything back. */
  private refuseSameDatabases(): void {
    const others = Stack.of(this)
      .node.findAll()
      .filter((other): other is LakeCatalog => other instanceof LakeCatalog && other !== this);
    for (const zone of this.resources.keys()) {
      const other = others.find(
        ({ resources, databases }) => resources.has(zone) && databases.get(zone) === this.databaseName(zone),
      );
      if (other === undefined) continue;
      throw new Error(
        `The database ${this.databaseName(zone)} is made by "${other.node.path}" already, "${this.node.path}" asks for ` +
          'it too. Give one of them another name, or its lake another environment.',
      );
    }
  }

  private createDatabase(zone: Zone, removalPolicy: RemovalPolicy): glue.CfnDatabase {
    const database = new glue.CfnDatabase(this, `${zone[0].toUpperCase()}${zone.slice(1)}`, {
      catalogId: Stack.of(this).account,
      databaseInput: {
        name: this.databaseName(zone),
        description: DESCRIPTIONS[zone],
        locationUri: this.lake.zone(zone).s3Uri(),
      },
    });
    // Its name is fixed: retained from a first deployment that failed, it would stand in the way of the second.
    database.applyRemovalPolicy(
      removalPolicy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : removalPolicy,
    );
    return database;
  }
}

const DESCRIPTIONS: Record<Zone, string> = {
  [Zone.BRONZE]: 'What arrived: every field, append only, with source position and arrival time.',
  [Zone.SILVER]: 'Validated, typed, one row for each primary key.',
  [Zone.GOLD]: 'Aggregates and data products.',
  [Zone.QUARANTINE]: 'Rejected records, whole, with the reason.',
};

/** The lake's key, unless asking for it would create one for nothing else. */
function lakeKey(lake: MedallionLake): IKey | undefined {
  return Object.values(Zone).some((zone) => lake.zone(zone) instanceof ZoneBucket)
    ? lake.encryptionKey
    : undefined;
}

function databaseBase(scope: Construct, props: LakeCatalogProps): string {
  const name =
    props.name ??
    Names.uniqueResourceName(scope, {
      separator: '_',
      maxLength: 100,
      allowedSpecialCharacters: '_',
    }).toLowerCase();
  const base = [props.lake.environment, name]
    .filter((part) => part !== undefined)
    .join('_')
    .replace(/-/g, '_');
  if (!/^[a-z0-9_]+$/.test(base)) {
    throw new Error(
      `Database names begin with "${base}": Athena takes lower case letters, digits and underscores only. ` +
        'Choose another name or environment.',
    );
  }
  return base;
}
