import { Stack, Token } from 'aws-cdk-lib';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type ILakeFormationSettings, LakeFormationSettings } from './lake-formation-settings';
import { LakeGrant } from './lake-grant';
import { LakePermissions, type LakePrincipal, requirePrincipal } from './lake-permissions';
import { grantQuery } from './query-access';

/** A database another account shares. */
export interface SharedDatabaseProps {
  /** The account that shares it. */
  readonly ownerAccount: string;
  /** Its name there. */
  readonly databaseName: string;
  /**
   * Region it is in.
   * @default - that of the stack
   */
  readonly ownerRegion?: string;
  /**
   * What it is called here: lower case letters, digits and underscores.
   * @default - its name there
   */
  readonly linkName?: string;
  /** @default LakeFormationSettings.of(stack) */
  readonly settings?: ILakeFormationSettings;
}

/**
 * The consumer's side of a share: a resource link by which the database of another account is queried like one's own, and
 * the grants on its tables to those of this account. It knows the other side by names only.
 *
 * Somebody has to accept the invitation of AWS RAM before it is deployed, unless both accounts are of one organization
 * with sharing enabled: docs/lake-formation.md.
 *
 * @throws Error for an account that is none, and a name Athena would need quotes for
 */
export class SharedDatabase extends Construct {
  /** The resource link. */
  readonly resource: CfnDatabase;
  /** What the database is called here. */
  readonly databaseName: string;
  private readonly permissions: LakePermissions;
  private readonly props: SharedDatabaseProps;

  constructor(scope: Construct, id: string, props: SharedDatabaseProps) {
    super(scope, id);
    this.props = props;
    this.databaseName = props.linkName ?? props.databaseName;
    requireNames(props.ownerAccount, this.databaseName);
    const settings = props.settings ?? LakeFormationSettings.of(this);
    this.permissions = new LakePermissions(this, settings);
    this.resource = new CfnDatabase(this, 'Resource', {
      catalogId: this.account,
      databaseInput: {
        name: this.databaseName,
        targetDatabase: {
          catalogId: props.ownerAccount,
          databaseName: props.databaseName,
          region: props.ownerRegion,
        },
      },
    });
    if (settings.resource) this.resource.addResourceDependency(settings.resource);
  }

  /**
   * Lets a principal of this account query a shared table, of it what is shared.
   * @throws Error for a principal Lake Formation does not know
   */
  grantSelect(grantee: iam.IGrantable, tableName: string): LakeGrant {
    const principal = requirePrincipal(grantee);
    const { ownerAccount, databaseName } = this.props;
    const tableWithColumns = { catalogId: ownerAccount, databaseName, name: tableName, columnWildcard: {} };
    const permissions = [
      this.describeLink(principal),
      this.permissions.give(principal, {
        id: `Select-${ownerAccount}-${databaseName}.${tableName}`,
        permissions: ['SELECT'],
        resource: { tableWithColumns },
        changes: `${ownerAccount}.${databaseName}.${tableName}`,
        after: [this.resource],
        fallback: this,
      }),
    ];
    return new LakeGrant(permissions, this.grantCatalog(grantee, tableName));
  }

  private describeLink(principal: LakePrincipal) {
    return this.permissions.give(principal, {
      id: `Describe-${this.databaseName}`,
      permissions: ['DESCRIBE'],
      resource: { database: { catalogId: this.account, name: this.databaseName } },
      changes: this.databaseName,
      after: [this.resource],
      fallback: this,
    });
  }

  /** Of both catalogs: the link here, and what it stands for there. */
  private grantCatalog(grantee: iam.IGrantable, tableName: string): iam.Grant {
    const { ownerAccount, ownerRegion, databaseName } = this.props;
    const arns = (database: string, account?: string, region?: string): string[] => {
      const arn = (resource: string, resourceName?: string): string =>
        Stack.of(this).formatArn({ service: 'glue', resource, resourceName, account, region });
      return [arn('catalog'), arn('database', database), arn('table', `${database}/${tableName}`)];
    };
    const resourceArns = [...arns(this.databaseName), ...arns(databaseName, ownerAccount, ownerRegion)];
    return grantQuery(grantee, resourceArns);
  }

  private get account(): string {
    return Stack.of(this).account;
  }
}

function requireNames(account: string, name: string): void {
  if (!Token.isUnresolved(account) && !/^\d{12}$/.test(account)) {
    throw new Error(`ownerAccount is "${account}": an account id has twelve digits.`);
  }
  if (Token.isUnresolved(name) || /^[a-z0-9_]{1,255}$/.test(name)) return;
  throw new Error(
    `The shared database would be called "${name}" here: Athena takes lower case letters, digits and underscores, 255 at ` +
      'most. Give it another linkName.',
  );
}
