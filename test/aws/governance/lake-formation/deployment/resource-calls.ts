import type { Call, Use } from './account';

/** What CloudFormation calls for a resource, by its type: the handlers of the resource types, and custom resources as declared. */
export interface ResourceCalls {
  create(resource: Resolved): Call[];
  /** Undefined where a change makes a new resource and ends the old. */
  update?(now: Resolved, before: Resolved): Call[] | undefined;
  remove(resource: Resolved): Call[];
}

/** A resource with every function of its template resolved. */
export interface Resolved {
  readonly id: string;
  readonly type: string;
  readonly properties: any;
  /** ARN of the role CloudFormation works in. */
  readonly deployer: string;
  /** ARN of the role of the function behind a custom resource. */
  readonly handlerRole?: string;
  /** What a function does with tables. */
  readonly uses?: readonly Use[];
}

const by =
  (service: Call['service']) =>
  ({ deployer }: Resolved, action: string, input: unknown): Call => ({
    service,
    action,
    caller: deployer,
    input,
  });
const [iam, lambda, glue, lakeFormation] = [by('iam'), by('lambda'), by('glue'), by('lakeformation')];

export const CALLS: { readonly [type: string]: ResourceCalls } = {
  'AWS::IAM::Role': {
    create: (role) => [iam(role, 'CreateRole', { role: roleArn(role) })],
    update: () => [],
    remove: (role) => [iam(role, 'DeleteRole', { role: roleArn(role) })],
  },
  'AWS::IAM::Policy': {
    create: (policy) => [iam(policy, 'PutRolePolicy', policyInput(policy))],
    update: (policy) => [iam(policy, 'PutRolePolicy', policyInput(policy))],
    remove: () => [],
  },
  'AWS::Lambda::Function': {
    create: (code) => [lambda(code, 'StartFunction', functionInput(code))],
    update: (code) => [lambda(code, 'StartFunction', functionInput(code))],
    remove: (code) => [lambda(code, 'StopFunction', { name: code.id })],
  },
  'AWS::LakeFormation::DataLakeSettings': {
    create: (settings) => [lakeFormation(settings, 'PutDataLakeSettings', settings.properties)],
    update: (settings) => [lakeFormation(settings, 'PutDataLakeSettings', settings.properties)],
    remove: () => [],
  },
  'AWS::LakeFormation::Resource': {
    create: (location) => [lakeFormation(location, 'RegisterResource', location.properties)],
    update: (location, before) =>
      location.properties.ResourceArn === before.properties.ResourceArn
        ? [lakeFormation(location, 'UpdateResource', location.properties)]
        : undefined,
    remove: (location) => [
      lakeFormation(location, 'DeregisterResource', { ResourceArn: location.properties.ResourceArn }),
    ],
  },
  'AWS::LakeFormation::Tag': {
    create: (tag) => [lakeFormation(tag, 'CreateLFTag', tag.properties)],
    update: (tag, before) => {
      const [now, then]: string[][] = [tag.properties.TagValues, before.properties.TagValues];
      const TagValuesToAdd = now.filter((value) => !then.includes(value));
      const TagValuesToDelete = then.filter((value) => !now.includes(value));
      const { CatalogId, TagKey } = tag.properties;
      return [lakeFormation(tag, 'UpdateLFTag', { CatalogId, TagKey, TagValuesToAdd, TagValuesToDelete })];
    },
    remove: (tag) => [lakeFormation(tag, 'DeleteLFTag', { TagKey: tag.properties.TagKey })],
  },
  'AWS::LakeFormation::TagAssociation': {
    create: (association) => [lakeFormation(association, 'AddLFTagsToResource', association.properties)],
    remove: (association) => [lakeFormation(association, 'RemoveLFTagsFromResource', association.properties)],
  },
  'AWS::LakeFormation::DataCellsFilter': {
    create: (filter) => [lakeFormation(filter, 'CreateDataCellsFilter', { TableData: filter.properties })],
    remove: ({
      properties: { ColumnNames: _names, ColumnWildcard: _all, RowFilter: _rows, ...name },
      ...filter
    }) => [lakeFormation({ ...filter, properties: name }, 'DeleteDataCellsFilter', name)],
  },
  'AWS::LakeFormation::PrincipalPermissions': {
    create: (permission) => [lakeFormation(permission, 'GrantPermissions', grantInput(permission))],
    remove: (permission) => [lakeFormation(permission, 'RevokePermissions', grantInput(permission))],
  },
  'AWS::Glue::Database': {
    create: (database) => [glue(database, 'CreateDatabase', database.properties)],
    update: (database) => [glue(database, 'UpdateDatabase', database.properties)],
    remove: (database) => [
      glue(database, 'DeleteDatabase', { Name: database.properties.DatabaseInput.Name }),
    ],
  },
  // What its function does: test/handlers/table-provision.test.ts. It drops nothing.
  'Custom::LakehouseIcebergTable': {
    create: (table) => [tableCall(table, 'CreateTable')],
    update: (table) => [tableCall(table, 'UpdateTable')],
    remove: () => [],
  },
  'Custom::AWS': {
    create: (custom) => declared(custom, 'Create'),
    update: (custom) => declared(custom, 'Update'),
    remove: (custom) => declared(custom, 'Delete'),
  },
};

/** Errors a custom resource passes over. */
export function passedOver({ type, properties }: Resolved, code: string): boolean {
  if (type !== 'Custom::AWS') return false;
  return new RegExp(JSON.parse(properties.Create).ignoreErrorCodesMatching).test(code);
}

export function roleArn({ id, deployer }: { readonly id: string; readonly deployer: string }): string {
  return deployer.replace(/\/.*$/, `/${id}`);
}

function policyInput({ properties: { Roles = [], PolicyDocument }, deployer }: Resolved): unknown {
  return {
    roles: Roles.map((id: string) => roleArn({ id, deployer })),
    actions: PolicyDocument.Statement.flatMap(({ Action }: any) => Action),
  };
}

function functionInput({ id, properties: { Role }, uses = [] }: Resolved): unknown {
  return { name: id, role: Role, uses };
}

function grantInput({ properties: { Catalog, ...input } }: Resolved): unknown {
  return { CatalogId: Catalog, ...input };
}

function tableCall({ properties, handlerRole }: Resolved, action: string): Call {
  const [, DatabaseName, Name] = /^glue:\/\/([^/]+)\/(.+)$/.exec(properties.TableUri)!;
  const Columns = JSON.parse(properties.Schema).fields.map(({ name }: any) => ({ Name: name.toLowerCase() }));
  const TableInput = {
    Name,
    TableType: 'EXTERNAL_TABLE',
    StorageDescriptor: { Location: properties.Location, Columns },
  };
  return { service: 'glue', action, caller: handlerRole!, input: { DatabaseName, TableInput } };
}

function declared({ properties, handlerRole }: Resolved, when: string): Call[] {
  if (properties[when] === undefined) return [];
  const { action, parameters } = JSON.parse(properties[when]);
  return [{ service: 'lakeformation', action, caller: handlerRole!, input: parameters }];
}
