import type { GrantedResource } from './granted-resource';

/** The group of all whom IAM lets in: https://docs.aws.amazon.com/lake-formation/latest/dg/metadata-permissions.html */
export const IAM_ALLOWED = 'IAM_ALLOWED_PRINCIPALS';

/** A call of a service, and the role that makes it. */
export interface Call {
  readonly service: 'lakeformation' | 'glue' | 'iam' | 'lambda';
  readonly action: string;
  readonly caller: string;
  readonly input: any;
}

/** What a call changes, once it is let through. */
export type Effect = () => void;

export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly missing: string,
  ) {
    super(`${code}: ${missing}`);
  }
}

export interface Permission {
  readonly principal: string;
  readonly resource: GrantedResource;
  readonly permissions: Set<string>;
  readonly grantable: Set<string>;
}

export interface Database {
  readonly creator: string;
  readonly location?: string;
  /** What `IAM_ALLOWED_PRINCIPALS` gets on new tables. */
  tableDefaults: boolean;
  /** The database of another account it stands for. */
  readonly target?: { readonly account: string; readonly database: string };
}

export interface Table {
  readonly creator: string;
  readonly location: string;
  columns: string[];
}

/** What a function does with tables, as its role's policy has it. */
export interface Use {
  readonly role: string;
  readonly database: string;
  readonly table: string;
  readonly writes: boolean;
}

/**
 * What Lake Formation, the Glue catalog and IAM hold of one account and region, and what each of their calls asks for before
 * it changes that, as far as an order of deployment can break it. From the developer guide and the API reference; each rule
 * names its page. No real account was asked.
 */
export class AccountState {
  readonly roles = new Set<string>();
  /** Actions IAM allows to roles. */
  readonly allowed = new Map<string, Set<string>>();
  readonly admins = new Set<string>();
  /** Whether IAM decides about new databases, new tables, and who may make a database. */
  iamDefaults = true;
  crossAccountVersion = 1;
  readonly locations = new Map<string, { readonly hybrid: boolean }>();
  readonly databases = new Map<string, Database>();
  readonly tables = new Map<string, Table>();
  readonly tags = new Map<string, Set<string>>();
  /** Tags by what carries them: `database d`, `table d.t`, `column d.t.c`. */
  readonly carried = new Map<string, Map<string, string>>();
  readonly filters = new Map<
    string,
    { readonly table: string; readonly columns?: string[]; readonly excluded: string[] }
  >();
  readonly permissions = new Map<string, Permission>();
  readonly optIns = new Set<string>();
  /** What functions that run do, by function. */
  readonly running = new Map<string, readonly Use[]>();
  /** Other accounts that share with this one. */
  readonly owners = new Map<string, AccountState>();

  constructor(readonly id: string) {}

  isAdmin(principal: string): boolean {
    return this.admins.has(principal);
  }

  permissionsOn(resource: GrantedResource): Permission[] {
    return [...this.permissions.values()].filter(({ resource: { key } }) => key === resource.key);
  }

  give(principal: string, resource: GrantedResource, permissions: string[], grantable: string[] = []): void {
    const key = `${principal}\n${resource.key}`;
    const known = this.permissions.get(key) ?? {
      principal,
      resource,
      permissions: new Set(),
      grantable: new Set(),
    };
    for (const one of permissions) known.permissions.add(one);
    for (const one of grantable) known.grantable.add(one);
    this.permissions.set(key, known);
  }

  /** Whether IAM alone decides, because it was never taken from it. */
  decidedByIam(key: string): boolean {
    return this.permissions.get(`${IAM_ALLOWED}\n${key}`)?.permissions.has('ALL') ?? false;
  }

  /** In hybrid access IAM decides for those that are not opted in: hybrid-access-mode.html. */
  private letInByIam(principal: string, database: string, table: string): boolean {
    const governed = [`table ${database}.${table}`, `tables of ${database}`].some((key) =>
      this.optIns.has(`${principal}\n${key}`),
    );
    return !governed && this.decidedByIam(`table ${database}.${table}`);
  }

  private granted(principal: string, key: string, permission: string): boolean {
    const has = this.permissions.get(`${principal}\n${key}`)?.permissions;
    if (has === undefined) return false;
    // Whoever has any permission sees what it is on: lf-permissions-reference.html.
    return permission === 'DESCRIBE' ? has.size > 0 : has.has(permission) || has.has('ALL');
  }

  mayDatabase(principal: string, database: string, permission: string): boolean {
    return (
      this.decidedByIam(`database ${database}`) ||
      this.databases.get(database)?.creator === principal ||
      (permission === 'DESCRIBE' && this.isAdmin(principal)) ||
      this.granted(principal, `database ${database}`, permission)
    );
  }

  mayTable(principal: string, database: string, table: string, permission: string): boolean {
    const name = `${database}.${table}`;
    return (
      this.letInByIam(principal, database, table) ||
      this.tables.get(name)?.creator === principal ||
      (permission === 'DESCRIBE' && this.isAdmin(principal)) ||
      [`table ${name}`, `columns of ${name}`, `tables of ${database}`].some((key) =>
        this.granted(principal, key, permission),
      ) ||
      (permission === 'DESCRIBE' && this.visibleColumns(principal, database, table).length > 0)
    );
  }

  /** https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html */
  mayUsePlace(principal: string, place: string | undefined): boolean {
    const location = place === undefined ? undefined : this.locationOf(place);
    if (location === undefined || this.isAdmin(principal)) return true;
    return this.granted(principal, `location ${location}`, 'DATA_LOCATION_ACCESS');
  }

  private locationOf(uri: string): string | undefined {
    const path = uri.replace(/^s3:\/\//, 'arn:aws:s3:::');
    return [...this.locations.keys()].find((arn) => path === arn || path.startsWith(`${arn}/`));
  }

  /** The columns of a table whose values a principal gets. */
  visibleColumns(principal: string, database: string, table: string): string[] {
    const name = `${database}.${table}`;
    const { columns = [] } = this.tables.get(name) ?? {};
    if (this.letInByIam(principal, database, table)) return columns;
    const mine = [...this.permissions.values()].filter(
      (one) => one.principal === principal && one.permissions.has('SELECT'),
    );
    return columns.filter((column) =>
      mine.some(({ resource }) => {
        if (resource.filter !== undefined) {
          const filter = this.filters.get(resource.filter);
          if (filter === undefined || filter.table !== name) return false;
          return filter.columns?.includes(column) ?? !filter.excluded.includes(column);
        }
        if (resource.expression !== undefined) {
          return resource.expression.every(({ TagKey, TagValues }) =>
            TagValues.includes(this.tagOf(name, column, TagKey) ?? ''),
          );
        }
        return [`table ${name}`, `columns of ${name}`, `tables of ${database}`].includes(resource.key);
      }),
    );
  }

  /** A column inherits of its table, and a table of its database: TBAC-assigning-tags.html */
  tagOf(name: string, column: string, tag: string): string | undefined {
    const [database] = name.split('.');
    const from = [`column ${name}.${column}`, `table ${name}`, `database ${database}`];
    return from.map((one) => this.carried.get(one)?.get(tag)).find((value) => value !== undefined);
  }

  /** What a running function could not do now; undefined where it can do all it does. */
  lockedOut(): string | undefined {
    for (const [name, uses] of this.running) {
      for (const { role, database, table, writes } of uses) {
        if (!this.tables.has(`${database}.${table}`)) continue;
        const lacks = [
          ...(this.mayDatabase(role, database, 'DESCRIBE') ? [] : [`DESCRIBE on ${database}`]),
          ...['DESCRIBE', 'SELECT', ...(writes ? ['ALTER', 'INSERT', 'DELETE'] : [])]
            .filter((permission) => !this.mayTable(role, database, table, permission))
            .map((permission) => `${permission} on ${database}.${table}`),
        ];
        if (lacks.length > 0) return `${name} lacks ${lacks.join(', ')}`;
      }
    }
    return undefined;
  }

  /** What running functions could not commit to, for want of the place of the files. */
  waitingCommits(): string[] {
    return [...this.running.values()]
      .flat()
      .filter(({ role, database, table, writes }) => {
        const place = this.tables.get(`${database}.${table}`)?.location;
        return writes && place !== undefined && !this.mayUsePlace(role, place);
      })
      .map(({ role, database, table }) => `${role} to ${database}.${table}`);
  }

  /** All that has to do with something of a name, for example of another team. */
  about(name: RegExp): string[] {
    const entries = (what: string, map: ReadonlyMap<string, unknown>) =>
      [...map].map(([key, value]) => `${what} ${key} ${text(value)}`);
    const permissions = [...this.permissions].map(
      ([key, { permissions: held, grantable }]) => `permission ${key} ${text(held)} ${text(grantable)}`,
    );
    return [
      ...entries('location', this.locations),
      ...entries('database', this.databases),
      ...entries('table', this.tables),
      ...entries('tag', this.tags),
      ...entries('carried', this.carried),
      ...permissions,
    ].filter((one) => name.test(one));
  }
}

function text(value: unknown): string {
  return JSON.stringify(value instanceof Set || value instanceof Map ? [...value] : value);
}
