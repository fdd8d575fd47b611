import { AccountState, IAM_ALLOWED, Refused, type Call, type Effect, type Permission } from './account';
import { grantedResource, isExternal, type GrantedResource } from './granted-resource';
import {
  insufficient,
  notFound,
  requireAdmin,
  requireExisting,
  requireLinked,
  requirePlace,
  requireResource,
  requireRole,
  requireShareable,
  requireShared,
  requireTag,
} from './requirements';

type Action = (account: AccountState, caller: string, input: any) => Effect;

/**
 * Looks whether a call would be let through.
 * @returns what it changes
 * @throws Refused with what is missing
 */
export function prepare(account: AccountState, { service, action, caller, input }: Call): Effect {
  const prepared = ACTIONS[action];
  if (prepared === undefined) throw new Error(`The model knows no ${action}`);
  if (service !== 'iam' && service !== 'lambda') requireRole(account, caller, `${service}:${action}`);
  return prepared(account, caller, input);
}

/** What a call changes, so that no other may change it meanwhile; undefined where that does not matter. */
export function changedBy({ action, input }: Call): string | undefined {
  switch (action) {
    // "ConcurrentModificationException: Two processes are trying to modify a resource simultaneously": API_GrantPermissions.html,
    // seen with CloudFormation: https://github.com/aws/aws-cdk/issues/36215, cloudformation-coverage-roadmap #2432.
    case 'GrantPermissions':
    case 'RevokePermissions':
      return `permissions on ${grantedResource(input.Resource).changed}`;
    // The same exception in API_AddLFTagsToResource.html and API_UpdateLFTag.html.
    case 'AddLFTagsToResource':
    case 'RemoveLFTagsFromResource':
      return `tags of ${grantedResource(input.Resource).changed}`;
    case 'CreateLFTag':
    case 'UpdateLFTag':
    case 'DeleteLFTag':
      return `tag ${input.TagKey}`;
    default:
      return undefined;
  }
}

const ACTIONS: { readonly [action: string]: Action } = {
  CreateRole:
    (account, _caller, { role }) =>
    () =>
      void account.roles.add(role),
  DeleteRole:
    (account, _caller, { role }) =>
    () =>
      void account.roles.delete(role),
  PutRolePolicy: (account, _caller, { roles, actions }) => {
    for (const role of roles) requireExisting(account, role);
    return () => {
      for (const role of roles)
        account.allowed.set(role, new Set([...(account.allowed.get(role) ?? []), ...actions]));
    };
  },
  StartFunction: (account, _caller, { name, role, uses }) => {
    requireExisting(account, role);
    return () => void account.running.set(name, uses);
  },
  StopFunction:
    (account, _caller, { name }) =>
    () =>
      void account.running.delete(name),

  // By CloudFormation with MutationType APPEND. IAM is all it asks for: an account that was never used has no administrator.
  PutDataLakeSettings: (account, _caller, { Admins, Parameters, MutationType }) => {
    const admins = Admins.map((one: any) => one.DataLakePrincipalIdentifier);
    for (const admin of admins) requireExisting(account, admin);
    return () => {
      if (MutationType !== 'APPEND') account.admins.clear();
      for (const admin of admins) account.admins.add(admin);
      const version = Parameters?.CROSS_ACCOUNT_VERSION;
      if (version !== undefined) account.crossAccountVersion = Number(version);
    };
  },

  // Whoever IAM allows may register: register-data-lake.html. The role has to be there to be passed.
  RegisterResource: (account, _caller, { ResourceArn, RoleArn, HybridAccessEnabled }) => {
    requireExisting(account, RoleArn);
    if (account.locations.has(ResourceArn))
      throw new Refused('AlreadyExistsException', `${ResourceArn} is registered`);
    return () => void account.locations.set(ResourceArn, { hybrid: HybridAccessEnabled === true });
  },
  UpdateResource: (account, _caller, { ResourceArn, HybridAccessEnabled }) => {
    if (!account.locations.has(ResourceArn)) throw notFound(`location ${ResourceArn}`);
    return () => void account.locations.set(ResourceArn, { hybrid: HybridAccessEnabled === true });
  },
  DeregisterResource: (account, _caller, { ResourceArn }) => {
    if (!account.locations.has(ResourceArn)) throw notFound(`location ${ResourceArn}`);
    return () => void account.locations.delete(ResourceArn);
  },

  // Administrators and creators of LF-tags: TBAC-creating-tags.html.
  CreateLFTag: (account, caller, { TagKey, TagValues }) => {
    requireAdmin(account, caller, 'Create LF-Tag');
    if (account.tags.has(TagKey)) throw new Refused('AlreadyExistsException', `tag ${TagKey}`);
    return () => void account.tags.set(TagKey, new Set(TagValues));
  },
  // API_UpdateLFTag.html: a value that is attached to a resource cannot go ("Update not allowed"). The developer guide
  // (TBAC-updating-tags.html) says that it goes from the resource instead: either would be a deployment that went wrong.
  UpdateLFTag: (account, caller, { TagKey, TagValuesToAdd = [], TagValuesToDelete = [] }) => {
    requireAdmin(account, caller, 'Alter LF-Tag');
    const values = account.tags.get(TagKey);
    if (values === undefined) throw notFound(`tag ${TagKey}`);
    for (const value of TagValuesToDelete) {
      const carrier = [...account.carried].find(([, tags]) => tags.get(TagKey) === value);
      if (carrier === undefined) continue;
      throw new Refused(
        'InvalidInputException',
        `Update not allowed: ${carrier[0]} carries ${TagKey}=${value}`,
      );
    }
    return () => {
      for (const value of TagValuesToAdd) values.add(value);
      for (const value of TagValuesToDelete) values.delete(value);
    };
  },
  // API_DeleteLFTag.html: it goes from whatever carries it, and policies that speak of it are void.
  DeleteLFTag: (account, caller, { TagKey }) => {
    requireAdmin(account, caller, 'Drop LF-Tag');
    if (!account.tags.has(TagKey)) throw notFound(`tag ${TagKey}`);
    return () => {
      account.tags.delete(TagKey);
      for (const tags of account.carried.values()) tags.delete(TagKey);
    };
  },
  // The tag with the value, and what is to carry it: TBAC-assigning-tags.html.
  AddLFTagsToResource: (account, caller, { Resource, LFTags }) => {
    requireAdmin(account, caller, 'Associate LF-Tag');
    const resource = grantedResource(Resource);
    requireResource(account, resource);
    for (const { TagKey, TagValues } of LFTags) requireTag(account, TagKey, TagValues);
    return () => {
      for (const carrier of carriers(resource)) {
        const tags = account.carried.get(carrier) ?? new Map<string, string>();
        for (const { TagKey, TagValues } of LFTags) tags.set(TagKey, TagValues[0]);
        account.carried.set(carrier, tags);
      }
    };
  },
  RemoveLFTagsFromResource: (account, caller, { Resource, LFTags }) => {
    requireAdmin(account, caller, 'Associate LF-Tag');
    const resource = grantedResource(Resource);
    return () => {
      for (const carrier of carriers(resource))
        for (const { TagKey } of LFTags) account.carried.get(carrier)?.delete(TagKey);
    };
  },

  // SELECT on the table with the grant option, which administrators have: creating-data-filters.html.
  CreateDataCellsFilter: (account, caller, { TableData }) => {
    const { DatabaseName, TableName, Name, ColumnNames, ColumnWildcard } = TableData;
    const [table, name] = [`${DatabaseName}.${TableName}`, `${DatabaseName}.${TableName}/${Name}`];
    requireAdmin(account, caller, 'Grant SELECT');
    requireResource(account, {
      ...grantedResource({ Table: { DatabaseName, Name: TableName } }),
      columns: ColumnNames,
    });
    if (account.filters.has(name)) throw new Refused('AlreadyExistsException', `filter ${name}`);
    const excluded = ColumnWildcard?.ExcludedColumnNames ?? [];
    return () => void account.filters.set(name, { table, columns: ColumnNames, excluded });
  },
  DeleteDataCellsFilter: (account, _caller, { DatabaseName, TableName, Name }) => {
    const name = `${DatabaseName}.${TableName}/${Name}`;
    if (!account.filters.has(name)) throw notFound(`filter ${name}`);
    return () => void account.filters.delete(name);
  },

  GrantPermissions: (
    account,
    caller,
    { Principal, Resource, Permissions, PermissionsWithGrantOption = [] },
  ) => {
    const principal = Principal.DataLakePrincipalIdentifier;
    const resource = grantedResource(Resource);
    requireAdmin(account, caller, `Grant ${Permissions} on ${resource.key}`);
    if (principal.includes(':role/')) requireExisting(account, principal);
    const owner = ownerOf(account, Resource);
    if (owner === undefined) requireResource(account, resource);
    else requireShared(owner, account.id, resource, Permissions);
    if (isExternal(principal)) requireShareable(account, resource);
    return () => account.give(principal, resource, Permissions, PermissionsWithGrantOption);
  },
  RevokePermissions: (
    account,
    caller,
    { Principal, Resource, Permissions, PermissionsWithGrantOption = [] },
  ) => {
    const principal = Principal.DataLakePrincipalIdentifier;
    const resource = grantedResource(Resource);
    requireAdmin(account, caller, `Revoke ${Permissions} on ${resource.key}`);
    const key = `${principal}\n${resource.key}`;
    const known = account.permissions.get(key);
    if (known === undefined || Permissions.some((one: string) => !known.permissions.has(one))) {
      throw new Refused(
        'InvalidInputException',
        `No permissions revoked. Grantee does not have: [${Permissions}]`,
      );
    }
    return () => revoke(account, key, known, Permissions, PermissionsWithGrantOption);
  },
  // Only in hybrid access does it change who gets in: hybrid-access-mode.html.
  CreateLakeFormationOptIn: (account, caller, { Principal, Resource }) => {
    requireAdmin(account, caller, 'Opt in');
    const resource = grantedResource(Resource);
    requireResource(account, resource);
    const principal = Principal.DataLakePrincipalIdentifier;
    if (!optInHasPermission(account, principal, resource))
      throw new Refused(
        'LockedOut',
        `${principal} would be opted in to ${resource.key} without a permission there`,
      );
    return () => void account.optIns.add(`${principal}\n${resource.key}`);
  },
  DeleteLakeFormationOptIn: (account, caller, { Principal, Resource }) => {
    requireAdmin(account, caller, 'Opt out');
    const key = `${Principal.DataLakePrincipalIdentifier}\n${grantedResource(Resource).key}`;
    if (!account.optIns.has(key)) throw notFound(`opt-in ${key}`);
    return () => void account.optIns.delete(key);
  },

  // CREATE_DATABASE, and the place of the files where it is registered: lf-permissions-reference.html, creating-database.html.
  CreateDatabase: (account, caller, { DatabaseInput }) => {
    const { Name, LocationUri, CreateTableDefaultPermissions, TargetDatabase } = DatabaseInput;
    if (!account.isAdmin(caller) && !account.iamDefaults)
      throw insufficient(caller, 'Create Database on Catalog');
    requirePlace(account, caller, LocationUri);
    if (TargetDatabase !== undefined) requireLinked(account, TargetDatabase);
    if (account.databases.has(Name)) throw new Refused('AlreadyExistsException', `database ${Name}`);
    const target = TargetDatabase && {
      account: TargetDatabase.CatalogId,
      database: TargetDatabase.DatabaseName,
    };
    return () => {
      const tableDefaults = CreateTableDefaultPermissions === undefined && account.iamDefaults;
      account.databases.set(Name, { creator: caller, location: LocationUri, tableDefaults, target });
      if (account.iamDefaults) account.give(IAM_ALLOWED, grantedResource({ Database: { Name } }), ['ALL']);
    };
  },
  UpdateDatabase: (account, caller, { DatabaseInput }) => {
    const { Name, CreateTableDefaultPermissions } = DatabaseInput;
    if (!account.mayDatabase(caller, Name, 'ALTER')) throw insufficient(caller, `Alter on ${Name}`);
    const database = account.databases.get(Name)!;
    return () => {
      if (CreateTableDefaultPermissions !== undefined)
        database.tableDefaults = CreateTableDefaultPermissions.length > 0;
    };
  },
  DeleteDatabase: (account, caller, { Name }) => {
    if (!account.mayDatabase(caller, Name, 'DROP')) throw insufficient(caller, `Drop on ${Name}`);
    return () => void account.databases.delete(Name);
  },
  // CREATE_TABLE on the database, and the place of the files where it is registered: the same pages.
  CreateTable: (account, caller, { DatabaseName, TableInput: { Name, StorageDescriptor } }) => {
    if (!account.databases.has(DatabaseName)) throw notFound(`database ${DatabaseName}`);
    for (const permission of ['DESCRIBE', 'CREATE_TABLE'])
      if (!account.mayDatabase(caller, DatabaseName, permission))
        throw insufficient(caller, `${permission} on ${DatabaseName}`);
    requirePlace(account, caller, StorageDescriptor.Location);
    const columns = StorageDescriptor.Columns.map((column: any) => column.Name);
    return () => {
      const name = `${DatabaseName}.${Name}`;
      account.tables.set(name, { creator: caller, location: StorageDescriptor.Location, columns });
      if (!account.databases.get(DatabaseName)!.tableDefaults) return;
      account.give(IAM_ALLOWED, grantedResource({ Table: { DatabaseName, Name } }), ['ALL']);
    };
  },
  UpdateTable: (account, caller, { DatabaseName, TableInput: { Name, StorageDescriptor } }) => {
    const table = account.tables.get(`${DatabaseName}.${Name}`);
    if (table === undefined) throw notFound(`table ${DatabaseName}.${Name}`);
    if (!account.mayTable(caller, DatabaseName, Name, 'ALTER'))
      throw insufficient(caller, `Alter on ${DatabaseName}.${Name}`);
    requirePlace(account, caller, table.location);
    return () => void (table.columns = StorageDescriptor.Columns.map((column: any) => column.Name));
  },
};

function ownerOf(account: AccountState, resource: any): AccountState | undefined {
  const [{ CatalogId, TableCatalogId }] = Object.values<any>(resource);
  return account.owners.get(CatalogId ?? TableCatalogId);
}

function optInHasPermission(
  account: AccountState,
  principal: string,
  { database }: GrantedResource,
): boolean {
  return [...account.permissions.values()].some(
    ({ principal: other, resource }) =>
      other === principal && (resource.database === database || resource.expression !== undefined),
  );
}

function revoke(
  account: AccountState,
  key: string,
  known: Permission,
  permissions: string[],
  grantable: string[],
): void {
  for (const one of permissions) known.permissions.delete(one);
  for (const one of [...permissions, ...grantable]) known.grantable.delete(one);
  if (known.permissions.size === 0) account.permissions.delete(key);
}

function carriers({ database, table, columns }: GrantedResource): string[] {
  if (table === undefined) return [`database ${database}`];
  if (columns === undefined) return [`table ${database}.${table}`];
  return columns.map((column) => `column ${database}.${table}.${column}`);
}
