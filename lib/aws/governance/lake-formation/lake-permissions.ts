import { Names, Resource, Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnPrincipalPermissions } from 'aws-cdk-lib/aws-lakeformation';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { later, notePermission } from '../../granted-access';
import type { IZoneBucket } from '../../storage';
import type { ILakeFormationSettings } from './lake-formation-settings';

/** Whom Lake Formation gives permissions. */
export interface LakePrincipal {
  /** ARN, account or organization, as Lake Formation takes it. */
  readonly identifier: string;
  /** Same for the same principal. */
  readonly key: string;
  /** The construct the permissions belong to; undefined where the principal is not made in this app. */
  readonly owner?: Construct;
  readonly principal?: iam.IPrincipal;
}

/** One permission, or several of one kind on one thing. */
export interface LakePermission {
  /** Same for the same thing and kind. */
  readonly id: string;
  readonly permissions: string[];
  readonly resource: CfnPrincipalPermissions.ResourceProperty;
  /** What Lake Formation changes as one: the database, the table, the place or the tag that `resource` is, or is of. */
  readonly changes: string;
  /** Whether the principal may give it on: a share. */
  readonly grantable?: boolean;
  /** What has to be there before. */
  readonly after: IDependable[];
  /** What it belongs to where its principal is not made in this app. */
  readonly fallback: Construct;
}

/** The principal of a grant as Lake Formation knows it; undefined for services and whole accounts. */
export function lakePrincipal(grantee: iam.IGrantable): LakePrincipal | undefined {
  const principal = grantee.grantPrincipal;
  const { roleArn, userArn, arn } = principal as { roleArn?: string; userArn?: string; arn?: string };
  const identifier = roleArn ?? userArn ?? arn;
  if (identifier === undefined) return undefined;
  if (!Construct.isConstruct(principal)) return { identifier, key: identifier, principal };
  const owned = Resource.isOwnedResource(principal);
  const key = owned || Token.isUnresolved(identifier) ? principal.node.path : identifier;
  return { identifier, key, owner: owned ? (principal as Construct) : undefined, principal };
}

/** @throws Error for services and whole accounts */
export function requirePrincipal(grantee: iam.IGrantable): LakePrincipal {
  const principal = lakePrincipal(grantee);
  if (principal !== undefined) return principal;
  throw new Error(
    'Lake Formation grants to roles, users and principals by ARN, received a principal without an ARN. Pass a role, or ' +
      'new ArnPrincipal(…); share with other accounts by shareTable or shareByTag.',
  );
}

/**
 * The permissions of a governed lake, each made once. None is ever changed: CloudFormation replaces one that is, and
 * revokes the old after it has granted the new, which takes away what both have. So what is read and what is written are
 * permissions of their own, and a filter has a name for each of its contents.
 *
 * Those that change the same thing are made one after the other, because Lake Formation refuses changes that meet
 * (`ConcurrentModificationException`), and CloudFormation makes at once what does not wait for each other. Shares come last:
 * https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-prereqs.html
 */
export class LakePermissions {
  private readonly made = new Map<string, CfnPrincipalPermissions>();
  private readonly shares = new Set<CfnPrincipalPermissions>();
  /** The last permission that changes something, by stack. */
  private readonly last = new Map<string, CfnPrincipalPermissions>();

  constructor(
    private readonly lake: Construct,
    private readonly settings: ILakeFormationSettings,
    /** What takes from IAM in a stack: as long as something is left to it, nothing of it can be shared. */
    private readonly taken: (stack: Stack) => IConstruct[] = () => [],
  ) {}

  give(principal: LakePrincipal, permission: LakePermission): CfnPrincipalPermissions {
    const key = `${principal.key}\n${permission.id}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const created = new CfnPrincipalPermissions(
      this.containerOf(principal, permission.fallback),
      permission.id,
      {
        catalog: Stack.of(this.lake).account,
        principal: { dataLakePrincipalIdentifier: principal.identifier },
        permissions: permission.permissions,
        permissionsWithGrantOption: permission.grantable ? permission.permissions : [],
        resource: permission.resource,
      },
    );
    const { resource } = this.settings;
    created.node.addDependency(...(resource ? [resource] : []), ...permission.after);
    this.queue(created, permission);
    this.made.set(key, created);
    if (principal.principal) notePermission(this.lake, principal.principal, created);
    return created;
  }

  has({ key }: LakePrincipal, id: string): boolean {
    return this.made.has(`${key}\n${id}`);
  }

  /** All that are given in a stack to those of the account. */
  in(stack: Stack): CfnPrincipalPermissions[] {
    return [...this.made.values()].filter(
      (permission) => Stack.of(permission) === stack && !this.shares.has(permission),
    );
  }

  private queue(created: CfnPrincipalPermissions, { changes, grantable }: LakePermission): void {
    const stack = Stack.of(created);
    if (grantable) {
      this.shares.add(created);
      created.node.addDependency(later(() => [...this.in(stack), ...this.taken(stack)]));
    }
    const queue = `${stack.node.path}\n${grantable ? 'shares' : 'own'}\n${changes}`;
    const before = this.last.get(queue);
    if (before !== undefined) created.node.addDependency(before);
    this.last.set(queue, created);
  }

  /** A function depends on its role with all below it, so that it starts with its permissions. */
  private containerOf({ owner, key }: LakePrincipal, fallback: Construct): IConstruct & Construct {
    const name = owner === undefined ? `LakeFormation-${stableName(key)}` : 'LakeFormation';
    const scope = owner ?? fallback;
    const lakeName = Names.nodeUniqueId(this.lake.node);
    const existing = scope.node.tryFindChild(name) ?? new Construct(scope, name);
    return (existing.node.tryFindChild(lakeName) ??
      new Construct(existing as Construct, lakeName)) as Construct;
  }
}

function stableName(key: string): string {
  return Token.isUnresolved(key) ? 'Principal' : key.replace(/[^A-Za-z0-9]+/g, '-');
}

/** ARN of a zone as locations are registered: a bucket, or a folder of one without a slash at its end. */
export function locationArn({ bucket, root }: IZoneBucket): string {
  return root === undefined ? bucket.bucketArn : bucket.arnForObjects(root.replace(/\/$/, ''));
}
