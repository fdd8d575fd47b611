import { Stack } from 'aws-cdk-lib';
import { CfnDataCellsFilter, type CfnPrincipalPermissions } from 'aws-cdk-lib/aws-lakeformation';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import type { Zone } from '../../../contract/zone';
import { type ILakeTable, type LakeCatalog, LakeTable } from '../../catalog';
import type { IZoneBucket } from '../../storage';
import type { ILakeFormationSettings } from './lake-formation-settings';
import { LakePermissions, type LakePrincipal, locationArn } from './lake-permissions';
import type { TagCondition } from './lake-tags';
import type { FilterContent } from './row-filter';

/** The permissions on databases, tables, filters and places of a governed lake, each with what has to be before it. */
export class LakeAccess {
  private readonly permissions: LakePermissions;
  private readonly filters = new Map<string, CfnDataCellsFilter>();
  private readonly byTag = new Set<CfnPrincipalPermissions>();
  private readonly restricted = new Map<string, { principal: LakePrincipal; table: ILakeTable }>();

  constructor(
    private readonly lake: Construct,
    private readonly catalog: LakeCatalog,
    settings: ILakeFormationSettings,
    private readonly locations: ReadonlyMap<Zone, Construct>,
    taken: (stack: Stack) => IConstruct[],
  ) {
    this.permissions = new LakePermissions(lake, settings, taken);
  }

  /** See a database. */
  describe(principal: LakePrincipal, zone: Zone, grantable = false): CfnPrincipalPermissions {
    const name = this.catalog.databaseName(zone);
    return this.permissions.give(principal, {
      id: `Describe-${name}`,
      permissions: ['DESCRIBE'],
      grantable,
      resource: { database: { catalogId: this.account, name } },
      changes: name,
      after: this.database(zone),
      fallback: this.lake,
    });
  }

  /** Make tables in a database, and change those in it. */
  maintainDatabase(principal: LakePrincipal, zone: Zone): void {
    const name = this.catalog.databaseName(zone);
    const after = this.database(zone);
    this.permissions.give(principal, {
      id: `CreateTable-${name}`,
      permissions: ['CREATE_TABLE'],
      resource: { database: { catalogId: this.account, name } },
      changes: name,
      after,
      fallback: this.lake,
    });
    this.permissions.give(principal, {
      id: `Tables-${name}`,
      permissions: ['ALTER', 'DESCRIBE'],
      resource: { table: { catalogId: this.account, databaseName: name, tableWildcard: {} } },
      changes: name,
      after,
      fallback: this.lake,
    });
  }

  /** Make and change tables whose files are in a zone. */
  useLocation(principal: LakePrincipal, bucket: IZoneBucket, fallback: Construct): void {
    const resourceArn = locationArn(bucket);
    const location = [...this.locations].find(
      ([zone]) => locationArn(this.catalog.lake.zone(zone)) === resourceArn,
    );
    if (location === undefined) return;
    this.permissions.give(principal, {
      id: `Location-${location[0]}`,
      permissions: ['DATA_LOCATION_ACCESS'],
      resource: { dataLocation: { catalogId: this.account, resourceArn } },
      changes: location[0],
      after: [location[1]],
      fallback,
    });
  }

  /** Read all of a table. */
  select(principal: LakePrincipal, table: ILakeTable, grantable = false): CfnPrincipalPermissions {
    const { catalogId, databaseName, name } = this.place(table);
    return this.permissions.give(principal, {
      id: selectId(table),
      permissions: ['SELECT'],
      grantable,
      resource: { tableWithColumns: { catalogId, databaseName, name, columnWildcard: {} } },
      changes: tableId(table),
      after: afterTable(table),
      fallback: this.scopeOf(table),
    });
  }

  /** Commit to a table. */
  write(principal: LakePrincipal, table: ILakeTable, bucket: IZoneBucket): void {
    this.permissions.give(principal, {
      id: `Write-${tableId(table)}`,
      permissions: ['ALTER', 'DELETE', 'INSERT'],
      resource: { table: this.place(table) },
      changes: tableId(table),
      after: afterTable(table),
      fallback: this.scopeOf(table),
    });
    this.useLocation(principal, bucket, this.scopeOf(table));
  }

  /** Read what a filter shows of a table. */
  selectFiltered(
    principal: LakePrincipal,
    table: ILakeTable,
    content: FilterContent,
    grantable = false,
  ): CfnPrincipalPermissions {
    this.restricted.set(`${principal.key}\n${tableId(table)}`, { principal, table });
    const filter = this.filter(table, content);
    return this.permissions.give(principal, {
      id: `Filter-${table.databaseName}.${content.name}`,
      permissions: ['SELECT'],
      grantable,
      resource: {
        dataCellsFilter: {
          tableCatalogId: this.account,
          databaseName: table.databaseName,
          tableName: table.tableName,
          name: content.name,
        },
      },
      changes: tableId(table),
      after: [filter],
      fallback: this.scopeOf(table),
    });
  }

  /** Read what carries tags. */
  selectByTag(
    principal: LakePrincipal,
    expression: readonly TagCondition[],
    after: IDependable[],
    grantable = false,
  ): CfnPrincipalPermissions {
    const given = this.permissions.give(principal, {
      id: `Tags-${expression.map(conditionId).join('-and-')}`,
      permissions: ['DESCRIBE', 'SELECT'],
      grantable,
      resource: {
        lfTagPolicy: { catalogId: this.account, resourceType: 'TABLE', expression: [...expression] },
      },
      changes: expression.map(conditionId).join('-and-'),
      after,
      fallback: this.lake,
    });
    if (!grantable) this.byTag.add(given);
    return given;
  }

  /** What is given by tags in a stack to those of the account. */
  byTagIn(stack: Stack): CfnPrincipalPermissions[] {
    return [...this.byTag].filter((permission) => Stack.of(permission) === stack);
  }

  /** See a tag and some of its values, to grant by it. */
  describeTag(
    principal: LakePrincipal,
    condition: TagCondition,
    after: IDependable[],
  ): CfnPrincipalPermissions {
    return this.permissions.give(principal, {
      id: `DescribeTag-${conditionId(condition)}`,
      permissions: ['DESCRIBE'],
      grantable: true,
      resource: { lfTag: { catalogId: this.account, ...condition } },
      changes: condition.tagKey,
      after,
      fallback: this.lake,
    });
  }

  /** What a principal sees filtered and whole as well, which makes the filter one in name only. */
  seenWhole(): string[] {
    return [...this.restricted.values()]
      .filter(({ principal, table }) => this.permissions.has(principal, selectId(table)))
      .map(
        ({ principal: { key }, table: { databaseName, tableName } }) =>
          `${key} sees some of ${databaseName}.${tableName} by a filter, and all of it by another grant. Lake Formation adds ` +
          'both up: leave one of them out, grantRead of the table or of its product among them.',
      );
  }

  /** All that is given in a stack to those of the account. */
  in(stack: Stack): CfnPrincipalPermissions[] {
    return this.permissions.in(stack);
  }

  private filter(table: ILakeTable, { name, columns, excluded, rows }: FilterContent): CfnDataCellsFilter {
    const id = `${table.databaseName}.${name}`;
    const known = this.filters.get(id);
    if (known !== undefined) return known;
    const filter = new CfnDataCellsFilter(this.filterScope(table), `Filter-${id}`, {
      tableCatalogId: this.account,
      databaseName: table.databaseName,
      tableName: table.tableName,
      name,
      rowFilter: rows === undefined ? { allRowsWildcard: {} } : { filterExpression: rows },
      ...(columns === undefined
        ? { columnWildcard: excluded === undefined ? {} : { excludedColumnNames: excluded } }
        : { columnNames: columns }),
    });
    filter.node.addDependency(...afterTable(table), ...this.settingsFirst);
    this.filters.set(id, filter);
    return filter;
  }

  private get settingsFirst(): IDependable[] {
    return [...this.locations.values()].slice(0, 1);
  }

  private filterScope(table: ILakeTable): Construct {
    return table instanceof LakeTable ? table : this.lake;
  }

  private scopeOf(table: ILakeTable): Construct {
    return Construct.isConstruct(table) ? (table as unknown as Construct) : this.lake;
  }

  private database(zone: Zone): Construct[] {
    const database = this.catalog.database(zone);
    return database === undefined ? [] : [database];
  }

  private place({ databaseName, tableName }: ILakeTable): {
    catalogId: string;
    databaseName: string;
    name: string;
  } {
    return { catalogId: this.account, databaseName, name: tableName };
  }

  private get account(): string {
    return Stack.of(this.lake).account;
  }
}

function afterTable(table: ILakeTable): Construct[] {
  return table instanceof LakeTable ? [table.resource] : [];
}

function tableId({ databaseName, tableName }: ILakeTable): string {
  return `${databaseName}.${tableName}`;
}

function selectId(table: ILakeTable): string {
  return `Select-${tableId(table)}`;
}

function conditionId({ tagKey, tagValues }: TagCondition): string {
  return `${tagKey}-${tagValues.join('-or-')}`.replace(/\//g, '-');
}
