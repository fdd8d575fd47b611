import { Refused, type AccountState } from './account';
import { grantedResource, type GrantedResource } from './granted-resource';

export function requireRole(account: AccountState, role: string, action: string): void {
  requireExisting(account, role);
  const actions = account.allowed.get(role) ?? new Set();
  if (actions.has('*') || actions.has(action)) return;
  throw new Refused('AccessDeniedException', `${role} is not authorized to perform ${action}`);
}

export function requireExisting(account: AccountState, principal: string): void {
  if (!account.roles.has(principal))
    throw new Refused('InvalidInputException', `Invalid principal, ${principal}`);
}

/** https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html */
export function requireAdmin(account: AccountState, caller: string, what: string): void {
  if (account.isAdmin(caller)) return;
  throw insufficient(caller, `${what}: not an administrator`);
}

export function requirePlace(account: AccountState, caller: string, place: string | undefined): void {
  if (!account.mayUsePlace(caller, place)) throw insufficient(caller, `Data Location Access on ${place}`);
}

/** What is granted on has to be there: "EntityNotFoundException", API_GrantPermissions.html. */
export function requireResource(account: AccountState, resource: GrantedResource): void {
  const { database, table, columns = [], filter, location, expression = [] } = resource;
  if (database !== undefined && !account.databases.has(database)) throw notFound(`database ${database}`);
  const found = table === undefined ? undefined : account.tables.get(`${database}.${table}`);
  if (table !== undefined && found === undefined) throw notFound(`table ${database}.${table}`);
  const column = columns.find((one) => !found!.columns.includes(one));
  if (column !== undefined) throw notFound(`column ${column} of ${database}.${table}`);
  if (filter !== undefined && !account.filters.has(filter)) throw notFound(`filter ${filter}`);
  if (location !== undefined && !account.locations.has(location))
    throw notFound(`registered location ${location}`);
  for (const { TagKey, TagValues } of expression) requireTag(account, TagKey, TagValues);
}

export function requireTag(account: AccountState, key: string, values: string[]): void {
  const known = account.tags.get(key);
  if (known === undefined) throw notFound(`tag ${key}`);
  const missing = values.find((value) => !known.has(value));
  if (missing !== undefined) throw notFound(`value ${missing} of the tag ${key}`);
}

/**
 * Nothing of it may be left to IAM, unless access is hybrid: cross-account-prereqs.html ("you must revoke all Lake Formation
 * permissions from the IAMAllowedPrincipals group"), hybrid-access-prerequisites.html.
 */
export function requireShareable(account: AccountState, resource: GrantedResource): void {
  const { database, table } = resource;
  if (account.crossAccountVersion < 3)
    throw new Refused('InvalidInputException', 'CROSS_ACCOUNT_VERSION 3 or above is needed to share');
  const tables =
    database === undefined ? taggedTables(account) : table === undefined ? [] : [`${database}.${table}`];
  const databases = new Set(database === undefined ? tables.map((name) => name.split('.')[0]) : [database]);
  const strict = (name: string) => !isHybrid(account, name.split('.')[0]);
  const left = [
    ...[...databases].filter(strict).map((name) => `database ${name}`),
    ...tables.filter(strict).map((name) => `table ${name}`),
  ].find((key) => account.decidedByIam(key));
  const open = [...databases].filter(strict).find((name) => account.databases.get(name)!.tableDefaults);
  if (left === undefined && open === undefined) return;
  throw new Refused(
    'InvalidInputException',
    `IAM_ALLOWED_PRINCIPALS has permissions on ${left ?? `new tables of ${open}`}`,
  );
}

/** Tables that carry a tag, which a grant by tags may mean. */
function taggedTables(account: AccountState): string[] {
  return [...account.carried]
    .filter(([what, tags]) => what.startsWith('table ') && tags.size > 0)
    .map(([what]) => what.slice('table '.length));
}

function isHybrid(account: AccountState, database: string): boolean {
  const place = account.databases.get(database)?.location?.replace(/^s3:\/\//, 'arn:aws:s3:::');
  return (
    account.crossAccountVersion >= 4 && place !== undefined && account.locations.get(place)?.hybrid === true
  );
}

/** The recipient's administrators give on what they got with the grant option: granting-filter-perms.html, regranting-shared-resources.html. */
export function requireShared(
  owner: AccountState,
  recipient: string,
  resource: GrantedResource,
  permissions: string[],
): void {
  const shared = [...owner.permissions.values()].some(
    ({ principal, grantable, resource: { database, table } }) =>
      principal === recipient &&
      database === resource.database &&
      (resource.table === undefined || table === resource.table) &&
      permissions.every((one) => grantable.has(one)),
  );
  if (!shared)
    throw new Refused(
      'AccessDeniedException',
      `${owner.id} does not share ${resource.database} with ${recipient}`,
    );
}

/** A resource link is made to what is shared, and accepted: create-resource-link-database.html. */
export function requireLinked(account: AccountState, { CatalogId, DatabaseName }: any): void {
  const owner = account.owners.get(CatalogId);
  if (owner === undefined) throw notFound(`share of ${CatalogId}`);
  requireShared(owner, account.id, grantedResource({ Database: { Name: DatabaseName } }), ['DESCRIBE']);
}

export function notFound(what: string): Refused {
  return new Refused('EntityNotFoundException', `no ${what}`);
}

export function insufficient(caller: string, what: string): Refused {
  return new Refused(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s) of ${caller}: Required ${what}`,
  );
}
