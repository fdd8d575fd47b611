import { type CustomResource, Names, Stack } from 'aws-cdk-lib';
import type { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type CfnPrincipalPermissions, CfnResource } from 'aws-cdk-lib/aws-lakeformation';
import { Construct, type IDependable } from 'constructs';
import { Zone } from '../../../contract/zone';
import type { ILakeTable, LakeCatalog, LakeTable } from '../../catalog';
import { tableArns } from '../../catalog/glue-arns';
import { databaseGrants, later, lakeTables, tableGrants } from '../../granted-access';
import type { MedallionLake } from '../../storage';
import { acknowledge, acknowledgeWildcards, complianceRules } from '../../suppressions';
import { GovernanceMode, type GovernedLakeProps } from './governed-lake-props';
import { LakeAccess } from './lake-access';
import type { LakeConsumer } from './lake-consumer';
import { type ApiResource, LakeFormationCalls } from './lake-formation-calls';
import { type ILakeFormationSettings, LakeFormationSettings } from './lake-formation-settings';
import { LakeGrant } from './lake-grant';
import { type LakePrincipal, lakePrincipal, locationArn, requirePrincipal } from './lake-permissions';
import { LakeTags, type TagCondition } from './lake-tags';
import { grantDataAccess, grantQuery } from './query-access';
import { filterOf, type SelectOptions } from './row-filter';
import { Sensitivity } from './sensitivity';
import { type LakeTagExpression, tagConditions, zonesOf } from './tag-expression';

/**
 * Access to the tables of a lake by AWS Lake Formation: its zones registered, its databases and tables tagged by their
 * contracts, every role of the app that has a grant on a table given what it needs, and grants by column, row and tag
 * for those who query.
 *
 * It deploys in an order that locks nobody out, on an account that never used Lake Formation and on one that did:
 * settings, locations and tags, databases, tables, associations and permissions. What IAM alone decided is taken from it
 * last, and given back first when the stack is deleted.
 *
 * @throws Error for a catalog of another stack, one that is governed already, and for what Lake Formation would refuse
 */
export class GovernedLake extends Construct {
  readonly catalog: LakeCatalog;
  readonly settings: ILakeFormationSettings;
  readonly mode: GovernanceMode;
  /** Role Lake Formation reads and writes the zones with. */
  readonly registrationRole: iam.IRole;
  /** The registered locations, in the order of the zones. */
  readonly locations: CfnResource[];
  /** Role that makes the calls CloudFormation has no resource for; an administrator of Lake Formation. */
  readonly callsRole: iam.IRole;
  private readonly tags: LakeTags;
  private readonly sensitivity: Sensitivity;
  private readonly access: LakeAccess;
  private readonly calls: LakeFormationCalls;
  private readonly callsByStack = new Map<Stack, LakeFormationCalls>();
  private readonly conditions: TagCondition[] = [];
  private readonly optedIn = new Set<string>();

  constructor(scope: Construct, id: string, props: GovernedLakeProps) {
    super(scope, id);
    this.catalog = props.catalog;
    requireOwnCatalog(this);
    this.mode = props.mode ?? GovernanceMode.LAKE_FORMATION;
    this.settings = props.settings ?? LakeFormationSettings.of(this);
    this.sensitivity = new Sensitivity(props.classifications, props.unclassified);
    this.calls = new LakeFormationCalls(this, 'Calls', this.catalog.provisioner.logGroup);
    this.callsRole = this.calls.role;
    this.callsByStack.set(Stack.of(this), this.calls);
    this.settings.addAdministrator(this.callsRole);
    this.registrationRole = props.registrationRole ?? createRegistrationRole(this);
    const locations = this.register();
    this.locations = [...locations.values()];
    this.access = new LakeAccess(this, this.catalog, this.settings, locations, (stack) => [
      ...(this.callsByStack.get(stack)?.taken ?? []),
    ]);
    const { environment } = this.lake;
    this.tags = new LakeTags(this, 'Tags', {
      catalog: this.catalog,
      settings: this.settings,
      sensitivity: this.sensitivity,
      calls: this.calls,
      readers: (stack) => this.access.byTagIn(stack),
      keyPrefix: props.tagKeyPrefix ?? (environment === undefined ? '' : `${environment}-`),
      omit: props.omitTags ?? [],
      databaseTags: props.databaseTags ?? {},
    });
    for (const zone of Object.values(Zone)) this.governDatabase(zone);
    lakeTables.follow(this, (table) => this.governTable(table));
    tableGrants.follow(this, ({ table, grantee, writes }) => this.givePipeline(table, grantee, writes));
    databaseGrants.follow(this, ({ databaseName, zones, grantee }) => {
      const principal = lakePrincipal(grantee);
      if (principal === undefined) return;
      const governed = this.zoneOf(databaseName);
      if (governed !== undefined) this.giveDatabase(principal, governed);
      for (const zone of zones) this.access.useLocation(principal, zone, this);
    });
    this.node.addValidation({ validate: () => [...this.missingTags(), ...this.access.seenWhole()] });
  }

  get lake(): MedallionLake {
    return this.catalog.lake;
  }

  /**
   * Lets a role, a user or a principal by ARN query a table: what Lake Formation shows it, and the catalog by IAM. It
   * needs no access to the bucket, and should have none: who reads files sees all that is in them.
   * @throws Error for a principal Lake Formation does not know, for columns the table does not have, and for an expression
   * it would refuse
   */
  grantSelect(grantee: iam.IGrantable, table: ILakeTable, options: SelectOptions = {}): LakeGrant {
    const principal = requirePrincipal(grantee);
    const permissions = this.select(principal, table, options, false);
    const iamGrant = grantQuery(grantee, tableArns(this, table.databaseName, table.tableName));
    const place = { CatalogId: this.account, DatabaseName: table.databaseName };
    this.optIn(principal, { Table: { ...place, Name: table.tableName } }, permissions);
    return new LakeGrant(permissions, iamGrant);
  }

  /**
   * Lets a principal query every table, and of it every column, that carries the tags: those there are, and those to come.
   * @throws Error for a principal Lake Formation does not know, and for an expression without a tag
   */
  grantSelectByTag(grantee: iam.IGrantable, expression: LakeTagExpression): LakeGrant {
    const principal = requirePrincipal(grantee);
    const conditions = this.conditionsOf(expression);
    const zones = zonesOf(expression);
    const permissions = [
      ...zones.map((zone) => this.access.describe(principal, zone)),
      this.access.selectByTag(principal, conditions, [this.tags.definitionsOf(conditions)]),
    ];
    const arns = [...new Set(zones.flatMap((zone) => tableArns(this, this.catalog.databaseName(zone), '*')))];
    acknowledgeWildcards(
      grantee,
      arns,
      'Lake Formation chooses tables by their tags: IAM lets all be asked for.',
    );
    const iamGrant = grantQuery(grantee, arns);
    for (const zone of zones) {
      const place = { CatalogId: this.account, DatabaseName: this.catalog.databaseName(zone) };
      this.optIn(principal, { Table: { ...place, TableWildcard: {} } }, permissions);
    }
    return new LakeGrant(permissions, iamGrant);
  }

  /**
   * Shares a table with another account or organization, whose administrators of Lake Formation give it on.
   * @throws Error for columns the table does not have, and for an expression Lake Formation would refuse
   */
  shareTable(consumer: LakeConsumer, table: ILakeTable, options: SelectOptions = {}): LakeGrant {
    this.settings._share();
    return new LakeGrant(this.select(consumer._principal(), table, options, true));
  }

  /**
   * Shares what carries the tags with another account or organization, whose administrators see the tags as well.
   * @throws Error for an expression without a tag
   */
  shareByTag(consumer: LakeConsumer, expression: LakeTagExpression): LakeGrant {
    this.settings._share();
    const principal = consumer._principal();
    const conditions = this.conditionsOf(expression);
    return new LakeGrant([
      ...zonesOf(expression).map((zone) => this.access.describe(principal, zone, true)),
      ...conditions.map((condition) =>
        this.access.describeTag(principal, condition, [this.tags.definitionsOf([condition])]),
      ),
      this.access.selectByTag(principal, conditions, [this.tags.definitionsOf(conditions)], true),
    ]);
  }

  private select(principal: LakePrincipal, table: ILakeTable, options: SelectOptions, grantable: boolean) {
    const zone = this.zoneOf(table.databaseName);
    const filter = filterOf(table, options, this.sensitivity, grantable);
    return [
      ...(zone === undefined ? [] : [this.access.describe(principal, zone, grantable)]),
      filter === undefined
        ? this.access.select(principal, table, grantable)
        : this.access.selectFiltered(principal, table, filter, grantable),
    ];
  }

  private register(): Map<Zone, CfnResource> {
    const locations = new Map<Zone, CfnResource>();
    for (const zone of Object.values(Zone)) {
      const location = new CfnResource(this, `Location-${zone}`, {
        resourceArn: locationArn(this.lake.zone(zone)),
        roleArn: this.registrationRole.roleArn,
        useServiceLinkedRole: false,
        ...(this.mode === GovernanceMode.HYBRID && { hybridAccessEnabled: true }),
      });
      this.lake.zone(zone).grantTableCommit(this.registrationRole).applyBefore(location);
      location.node.addDependency(...this.settled);
      locations.set(zone, location);
    }
    return locations;
  }

  private governDatabase(zone: Zone): void {
    const database = this.catalog.database(zone);
    this.tags.tagDatabase(zone);
    const provisioner = requirePrincipal(this.catalog.provisioner.role);
    this.giveDatabase(provisioner, zone);
    this.access.useLocation(provisioner, this.lake.zone(zone), this);
    if (database === undefined) return;
    database.node.addDependency(...this.settled);
    if (this.mode === GovernanceMode.HYBRID) return;
    // Left out, its tables would be open to whom the settings of the account say.
    database.addPropertyOverride('DatabaseInput.CreateTableDefaultPermissions', []);
    const name = this.catalog.databaseName(zone);
    this.takeFromIam(`Database-${zone}`, { Database: { CatalogId: this.account, Name: name } }, database);
  }

  private governTable(table: LakeTable): void {
    if (this.zoneOf(table.databaseName) === undefined) return;
    this.tags.tagTable(table);
    if (this.mode === GovernanceMode.HYBRID) return;
    const { databaseName, tableName } = table;
    const place = { CatalogId: this.account, DatabaseName: databaseName, Name: tableName };
    this.takeFromIam(`Table-${databaseName}.${tableName}`, { Table: place }, table.resource);
  }

  private takeFromIam(id: string, resource: ApiResource, governed: CfnDatabase | CustomResource): void {
    const stack = Stack.of(governed);
    const given = later(() => this.access.in(stack));
    this.callsIn(stack).revokeFromIam(id, resource, [...this.settled, governed, given]);
  }

  /** A table of another stack is taken from IAM there: here, each stack would need the other first. */
  private callsIn(stack: Stack): LakeFormationCalls {
    const known = this.callsByStack.get(stack);
    if (known !== undefined) return known;
    const id = `LakeFormationCalls-${Names.nodeUniqueId(this.node)}`;
    const calls = new LakeFormationCalls(stack, id, this.catalog.provisioner.logGroup, this.callsRole);
    this.callsByStack.set(stack, calls);
    return calls;
  }

  private givePipeline(table: ILakeTable, grantee: iam.IGrantable, writes: boolean): void {
    const zone = this.zoneOf(table.databaseName);
    const principal = lakePrincipal(grantee);
    if (zone === undefined || principal === undefined) return;
    this.access.describe(principal, zone);
    this.access.select(principal, table);
    if (writes) this.access.write(principal, table, this.lake.zone(zone));
    grantDataAccess(grantee);
  }

  private giveDatabase(principal: LakePrincipal, zone: Zone): void {
    this.access.describe(principal, zone);
    this.access.maintainDatabase(principal, zone);
  }

  private optIn(
    principal: LakePrincipal,
    resource: ApiResource,
    permissions: CfnPrincipalPermissions[],
  ): void {
    if (this.mode !== GovernanceMode.HYBRID) return;
    const { DatabaseName, Name } = resource.Table as { DatabaseName: string; Name?: string };
    const id = `OptIn-${principal.key.replace(/[^A-Za-z0-9]+/g, '-')}-${DatabaseName}.${Name ?? 'all'}`;
    if (this.optedIn.has(id)) return;
    this.optedIn.add(id);
    const calls = this.callsIn(Stack.of(permissions[0]));
    calls.optIn(id, principal.identifier, resource, [...this.settled, ...permissions]);
  }

  private conditionsOf(expression: LakeTagExpression): TagCondition[] {
    const conditions = tagConditions(expression, this.tags, this.sensitivity);
    this.conditions.push(...conditions);
    return conditions;
  }

  private missingTags(): string[] {
    return this.conditions.flatMap((condition) => this.tags.missing(condition) ?? []);
  }

  private zoneOf(databaseName: string): Zone | undefined {
    return Object.values(Zone).find((zone) => this.catalog.databaseName(zone) === databaseName);
  }

  private get settled(): IDependable[] {
    return this.settings.resource === undefined ? [] : [this.settings.resource];
  }

  private get account(): string {
    return Stack.of(this).account;
  }
}

/** Tables need the permissions of what makes them, which come after what is registered here. */
function requireOwnCatalog(lake: GovernedLake): void {
  const { catalog } = lake;
  if (Stack.of(catalog) !== Stack.of(lake)) {
    throw new Error(
      `"${lake.node.path}" is in another stack than the catalog "${catalog.node.path}" that it governs, and each would need ` +
        'the other first. Put it in the stack of the catalog.',
    );
  }
  const other = lake.node.root.node
    .findAll()
    .find((node) => node instanceof GovernedLake && node !== lake && node.catalog === catalog);
  if (other === undefined) return;
  throw new Error(
    `The catalog "${catalog.node.path}" is governed by "${other.node.path}" already. Grant by that, and leave out ` +
      `"${lake.node.path}".`,
  );
}

function createRegistrationRole(lake: GovernedLake): iam.Role {
  const role = new iam.Role(lake, 'RegistrationRole', {
    assumedBy: new iam.ServicePrincipal('lakeformation.amazonaws.com'),
    description: `Lake Formation reads and writes the zones of ${lake.lake.node.path} with it`.slice(0, 1000),
  });
  acknowledge(
    role,
    complianceRules('IAMNoInlinePolicy'),
    'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
  );
  return role;
}
