import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ParameterTier } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { DataContract, SchemaObject } from '../../contract';
import { productIdentity } from '../../contract/product';
import { acknowledgeWildcards } from '../suppressions';

/** Where the entries of a registry are, and how large they may be. */
export interface ProductRegistryProps {
  /**
   * Path of the parameters in the Parameter Store of each product's account and region, for example
   * `/lakehouse/dev/products`: one for each environment that shares an account.
   * @default /lakehouse/products
   */
  readonly path?: string;

  /**
   * Tier of the parameters: an entry has 4,096 bytes at the most in the standard one, which costs nothing, and 8,192 in the
   * advanced one.
   * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
   * @default ParameterTier.STANDARD
   */
  readonly tier?: ParameterTier;
}

/** One major version of a product that the registry has. */
interface Claim {
  readonly title: string;
  readonly owner: Construct;
}

/**
 * What data products there are, for people and programs that look for one: an entry for each major version, a parameter of
 * Systems Manager, written by the stack the product is in. Pass it to `DataProduct`, or make a `RegisteredProduct`;
 * `npx lakehouse products` reads it.
 */
export class ProductRegistry extends Construct {
  /** Path of the parameters: `<path>/<domain>/<name>/v<major version>`. */
  readonly path: string;
  readonly tier: ParameterTier;
  private readonly names = new Map<string, Claim>();
  private readonly tables = new Map<string, Claim>();

  /** @throws Error for a path Parameter Store would refuse */
  constructor(scope: Construct, id: string, props: ProductRegistryProps = {}) {
    super(scope, id);
    this.path = props.path ?? '/lakehouse/products';
    this.tier = props.tier ?? ParameterTier.STANDARD;
    if (!/^(\/[A-Za-z0-9_.-]+){1,12}$/.test(this.path) || /^\/(aws|ssm)/i.test(this.path)) {
      throw new Error(
        `path is "${this.path}". Allowed: up to 12 words of letters, digits and _ . - with a slash before each, the first not ` +
          'beginning with aws or ssm, as in /lakehouse/products.',
      );
    }
  }

  /** Read every entry of the registry, in its account and region. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    // A path is read as a whole: the first ARN is of the path, the second of what is below it.
    const resourceArns = ['', '/*'].map((below) =>
      Stack.of(this).formatArn({ service: 'ssm', resource: `parameter${this.path}${below}` }),
    );
    acknowledgeWildcards(
      grantee,
      resourceArns,
      'A registry is read as a whole; entries are added to it by any stack.',
    );
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
      resourceArns,
    });
  }

  /**
   * The name of the parameter of a product, after it was made sure that nobody else has it, nor one of its tables.
   * @internal
   */
  public _claim(
    owner: Construct,
    contract: DataContract,
    schema: SchemaObject,
    tables: readonly string[],
  ): string {
    const { domain, name, major } = productIdentity(contract, schema);
    const title = `${domain}/${name} v${major}`;
    const parameter = `${this.path}/${word(domain)}/${word(name)}/v${major}`;
    const claim = { title, owner };
    const same = claimed(this.names, placed(owner, parameter), claim);
    if (same !== undefined) {
      throw new Error(
        `The registry "${this.node.path}" has ${same.title} already, from "${same.owner.node.path}"; "${owner.node.path}" ` +
          `publishes it again with contract ${contract.id} ${contract.version}. Give the contract the next major version ` +
          'where its rows are others, or another dataProduct where it is another product.',
      );
    }
    for (const table of tables) {
      const other = claimed(this.tables, placed(owner, table), claim);
      if (other !== undefined) {
        throw new Error(
          `"${owner.node.path}" publishes ${title} from ${table}, which is the output port of ${other.title} ` +
            `("${other.owner.node.path}"): its consumers would meet other rows there. Give ${title} a table of its own, for ` +
            `example "physicalName: ${schema.tableName}_v${major}" of "${schema.name}" in its contract.`,
        );
      }
    }
    return parameter;
  }
}

/** Who has claimed it before: not what the construct is a part of. */
function claimed(claims: Map<string, Claim>, key: string, claim: Claim): Claim | undefined {
  const other = claims.get(key);
  if (other === undefined) claims.set(key, claim);
  return other === undefined || claim.owner.node.scopes.includes(other.owner) ? undefined : other;
}

/** The same name in another account or region is another parameter, and another table. */
function placed(owner: Construct, name: string): string {
  const { account, region } = Stack.of(owner);
  return [account, region].map((part) => (Token.isUnresolved(part) ? '' : part)).join(' ') + ` ${name}`;
}

/** Names of parameters: letters, digits and `_ . -`. */
function word(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]+/g, '-');
}
