import { CustomResource, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { StorageClass } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import type { DataContract } from '../../contract/data-contract';
import type { IcebergSchema } from '../../contract/iceberg-types';
import type { SchemaObject } from '../../contract/schema-object';
import { tableFacts } from '../../contract/table-facts';
import { validateTableProperties } from '../../contract/table-properties';
import { Zone } from '../../contract/zone';
import { lakeTables, tableGrants } from '../granted-access';
import { requireSamePlace } from '../same-environment';
import type { IZoneBucket } from '../storage/zone-bucket-access';
import { validateClusterBy } from './cluster-columns';
import { tableArns } from './glue-arns';
import type { LakeCatalog } from './lake-catalog';
import { columnsOf, partitionsOf, TableContent, tableNameOf, validateContent } from './table-content';

/** An Iceberg table in a zone of a lake. */
export interface ILakeTable extends IConstruct {
  readonly databaseName: string;
  readonly tableName: string;
  /** `glue://<database>/<table>`: how handlers are told of it. */
  readonly uri: string;
  /** `s3://<bucket>/<folder>`: where its files are. */
  readonly location: string;
  /** Read the table: its catalog entry, files and key. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
  /** Read it and commit to it: write files, and swap the pointer to the current metadata in the catalog. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant;
  /** Commit to it and delete its files, also in an append-only zone: for compaction and expiry. */
  grantMaintenance(grantee: iam.IGrantable): iam.Grant;
  /** Commit to it, and delete its files and their versions for good, for `SubjectErasure`. */
  grantErasure(grantee: iam.IGrantable): iam.Grant;
  /** Read it and tag its data files, for `PartitionArchival`. */
  grantArchival(grantee: iam.IGrantable): iam.Grant;
  /**
   * A lifecycle rule that moves its data files with the tag of `PartitionArchival` to a class.
   * @throws Error for a bucket whose lifecycle is its owner's
   */
  moveArchived(storageClass: StorageClass): void;
}

/** Which contract describes the table, and where it is. */
export interface LakeTableProps {
  /** Columns, keys and partitions come from here. */
  readonly contract: DataContract;
  /**
   * Name of the schema object in the contract.
   * @default - the contract's first
   */
  readonly schemaName?: string;
  readonly catalog: LakeCatalog;
  /**
   * Zone the table is in. Bronze and silver tables add technical columns, a quarantine table has columns of its own.
   */
  readonly zone: Zone;
  /**
   * What its rows are: those of the contract, or what is kept beside them.
   * @default TableContent.ROWS
   */
  readonly content?: TableContent;
  /**
   * Lower case letters, digits and underscores.
   * @default - the schema object's table name; `<table>_tombstones` and `<table>_quality` for what is kept beside it
   */
  readonly tableName?: string;
  /**
   * Iceberg table properties, over those set here.
   * @default - Parquet with Snappy; 100 metadata files kept; 4 commit retries; what the contract says of the table
   */
  readonly tableProperties?: { readonly [name: string]: string };
  /**
   * Columns that compaction sorts the rows of each partition by, so that a lookup by the first passes over most of a file:
   * those that queries filter by beside the partition columns, few rows for each value, the most used first. In a struct
   * as `<struct>.<column>`. An empty list takes the order from a table that has one.
   * @default - rows stay in the order they came; a table that has an order keeps it
   */
  readonly clusterBy?: string[];
}

/** A table the user already owns. */
export interface LakeTableAttributes {
  readonly databaseName: string;
  readonly tableName: string;
  /** The bucket the table's files are in. */
  readonly zoneBucket: IZoneBucket;
  /**
   * Folder of the table in the bucket.
   * @default - the table's name
   */
  readonly folder?: string;
}

/** What created and imported tables have in common. */
export abstract class LakeTableBase extends Construct implements ILakeTable {
  abstract readonly databaseName: string;
  abstract readonly tableName: string;
  /** The zone its files are in. */
  abstract readonly zoneBucket: IZoneBucket;
  protected abstract readonly folder: string;

  get uri(): string {
    return `glue://${this.databaseName}/${this.tableName}`;
  }

  get location(): string {
    return this.zoneBucket.s3Uri(this.folder);
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    tableGrants.note(this, { table: this, grantee, writes: false });
    return this.grantCatalog(grantee, 'glue:GetDatabase', 'glue:GetTable').combine(
      this.zoneBucket.grantRead(grantee, this.folder),
    );
  }

  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    tableGrants.note(this, { table: this, grantee, writes: true });
    return this.grantCatalog(grantee, 'glue:GetDatabase', 'glue:GetTable', 'glue:UpdateTable').combine(
      this.zoneBucket.grantTableCommit(grantee, this.folder),
    );
  }

  grantMaintenance(grantee: iam.IGrantable): iam.Grant {
    return this.grantReadWrite(grantee).combine(this.zoneBucket.grantMaintenance(grantee, this.folder));
  }

  grantErasure(grantee: iam.IGrantable): iam.Grant {
    return this.grantReadWrite(grantee).combine(this.zoneBucket.grantErasure(grantee, this.folder));
  }

  grantArchival(grantee: iam.IGrantable): iam.Grant {
    return this.grantRead(grantee).combine(this.zoneBucket.grantTagging(grantee, this.dataFolder()));
  }

  moveArchived(storageClass: StorageClass): void {
    this.zoneBucket.moveTagged(`archive-${this.folder.replace(/\/+$/, '')}`, this.dataFolder(), storageClass);
  }

  /** Metadata files, which every query reads, are in the folder beside it. */
  private dataFolder(): string {
    return `${this.folder.replace(/\/+$/, '')}/data`;
  }

  private grantCatalog(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: tableArns(this, this.databaseName, this.tableName),
    });
  }
}

/**
 * An Iceberg table described by a contract, created when the stack is first deployed and evolved when the contract
 * changes: columns are added, widened and made optional, never dropped. The table itself stays when the stack is
 * deleted.
 *
 * @throws Error for a name Athena would need quotes for, for a table the catalog has already, and for a schema object
 * the contract does not have; for a table property whose value writers could not follow,
 * and a column of `clusterBy` that the table does not have, that is nested or named twice
 */
export class LakeTable extends LakeTableBase {
  /** A table the user already owns, with the grants of a lake table. */
  static fromTableAttributes(scope: Construct, id: string, attributes: LakeTableAttributes): ILakeTable {
    return new ImportedLakeTable(scope, id, attributes);
  }

  readonly databaseName: string;
  readonly tableName: string;
  readonly zone: Zone;
  readonly zoneBucket: IZoneBucket;
  /** What describes its rows in the contract. */
  readonly schema: SchemaObject;
  /** What compaction sorts its rows by. */
  readonly clusterBy: string[];
  /** @internal */
  public readonly _contract: DataContract;
  /**
   * The columns, technical ones among them.
   * @internal
   */
  public readonly _columns: IcebergSchema;
  /**
   * What its rows are.
   * @internal
   */
  public readonly _content: TableContent;
  /**
   * Where its data files go, if not below its location.
   * @internal
   */
  public readonly _dataPath?: string;
  /** The resource that creates and evolves the table: let it be a dependency of what writes to the table. */
  readonly resource: CustomResource;
  protected readonly folder: string;

  constructor(scope: Construct, id: string, props: LakeTableProps) {
    super(scope, id);
    const schema = props.contract.schema(props.schemaName);
    this.schema = schema;
    this._contract = props.contract;
    const { account, region } = Stack.of(props.catalog);
    requireSamePlace(this, props.catalog, { account, region }, TOGETHER);
    this.zone = props.zone;
    this.databaseName = props.catalog.databaseName(props.zone);
    const content = props.content ?? TableContent.ROWS;
    validateContent(content, props.zone);
    this._content = content;
    this.tableName = props.tableName ?? tableNameOf(schema, content);
    validateTableName(this.tableName);
    validateTableProperties(this.tableName, knownProperties(props.tableProperties));
    this._dataPath = props.tableProperties?.['write.data.path'];
    props.catalog._claimTable(props.zone, this.tableName, this);
    this._columns = columnsOf(schema, props.zone, content);
    this.clusterBy = [...(props.clusterBy ?? [])];
    validateClusterBy(this.tableName, this._columns, this.clusterBy);
    this.folder = this.tableName;
    this.zoneBucket = props.catalog.lake.zone(props.zone);

    const { handler } = props.catalog.provisioner;
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: handler.functionArn,
      resourceType: 'Custom::LakehouseIcebergTable',
      // The function would not drop the table; retained, CloudFormation does not even ask it to.
      removalPolicy: RemovalPolicy.RETAIN,
      // A function that could not even start would otherwise keep a deployment waiting for an hour.
      serviceTimeout: Duration.minutes(10),
      properties: {
        TableUri: this.uri,
        Location: this.location,
        Schema: JSON.stringify(this._columns),
        PartitionSpec: JSON.stringify(partitionsOf(schema, props.zone, content)),
        ...(props.clusterBy && { ClusterBy: this.clusterBy }),
        Properties: { ...TABLE_PROPERTIES, ...tableFacts(props.contract, schema), ...props.tableProperties },
      },
    });
    props.catalog._grantProvisioning(props.zone).applyBefore(this.resource);
    const database = props.catalog.database(props.zone);
    if (database) this.resource.node.addDependency(database);
    lakeTables.note(this, this);
  }
}

class ImportedLakeTable extends LakeTableBase {
  readonly databaseName: string;
  readonly tableName: string;
  readonly zoneBucket: IZoneBucket;
  protected readonly folder: string;

  constructor(scope: Construct, id: string, attributes: LakeTableAttributes) {
    super(scope, id);
    this.databaseName = attributes.databaseName;
    this.tableName = attributes.tableName;
    this.zoneBucket = attributes.zoneBucket;
    this.folder = attributes.folder ?? attributes.tableName;
  }
}

const TOGETHER =
  'A table is made, and written to, where its catalog is: move it to a stack there, or give this stack a lake of its own.';

/** Read by every engine that writes to the table, this library's handlers included. */
const TABLE_PROPERTIES = {
  'write.format.default': 'parquet',
  'write.parquet.compression-codec': 'snappy',
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '100',
  'commit.retry.num-retries': '4',
};

/** Without those whose values are known at deployment: the function that makes the table looks at them. */
function knownProperties(properties: { readonly [name: string]: string } = {}): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(properties).filter((entry) => !entry.some((text) => Token.isUnresolved(text))),
  );
}

function validateTableName(name: string): void {
  if (Token.isUnresolved(name) || /^[a-z0-9_]{1,255}$/.test(name)) return;
  throw new Error(
    `tableName "${name}": Athena takes lower case letters, digits and underscores, 255 at most. Choose another name.`,
  );
}
