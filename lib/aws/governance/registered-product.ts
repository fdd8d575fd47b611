import { Stack, Tokenization } from 'aws-cdk-lib';
import { CfnParameter, ParameterTier } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { DataContract, Zone } from '../../contract';
import { productEntry, productEntryText } from '../../contract/product';
import type { ILakeTable } from '../catalog';
import type { ProductRegistry } from './product-registry';

/** A table consumers of a product read. */
export interface ProductPort {
  readonly zone: Zone;
  readonly table: ILakeTable;
}

/** What is published, and where it is. */
export interface RegisteredProductProps {
  readonly registry: ProductRegistry;

  /** Gives name (`dataProduct`, else `name`), domain, version, status, owner, support and service levels. */
  readonly contract: DataContract;

  /**
   * Name of the schema object in the contract. The first one's product has the name of the contract's product, another's
   * `<product>.<schema object>`.
   * @default - the first
   */
  readonly schemaName?: string;

  /** Where consumers read; one at least. */
  readonly ports: ProductPort[];

  /**
   * Tables it is made of.
   * @default - none
   */
  readonly inputs?: ILakeTable[];

  /**
   * What else it is made of: streams by ARN, folders by URI (`s3://<bucket>/<folder>`).
   * @default - none
   */
  readonly sources?: string[];

  /**
   * For example that of the lake.
   * @default - none
   */
  readonly environment?: string;
}

/** Bytes of a value, by tier of the parameter. */
const LIMITS: { readonly [tier in ParameterTier]: number } = {
  [ParameterTier.STANDARD]: 4096,
  [ParameterTier.ADVANCED]: 8192,
  [ParameterTier.INTELLIGENT_TIERING]: 8192,
};
/** Of what is known at deployment only; names of streams have 128 letters at the most, those of buckets 63. */
const LONGEST_NAME = 128;

/**
 * The entry of a data product in a registry. A new minor version takes its place; a new major version is a product beside
 * it, with tables of its own, so that who reads the old one goes on. The entry goes when the product is taken out of its
 * stack.
 */
export class RegisteredProduct extends Construct {
  readonly parameter: CfnParameter;
  /** `<path of the registry>/<domain>/<name>/v<major version>` */
  readonly parameterName: string;

  /**
   * @throws Error when the contract has no domain or no version that begins with a number, when the registry has this major
   * version already or one of the tables is another's port, and for an entry too large for its tier
   */
  constructor(scope: Construct, id: string, props: RegisteredProductProps) {
    super(scope, id);
    const { registry, contract, ports } = props;
    const schema = contract.schema(props.schemaName);
    if (ports.length === 0) {
      throw new Error(
        `ports of "${this.node.path}" is empty. A product is there to be read: pass the table its consumers read.`,
      );
    }
    const tables = ports.map(({ table }) => table.uri);
    this.parameterName = registry._claim(this, contract, schema, tables);
    const stack = Stack.of(this);
    const entry = productEntry(contract, schema, {
      ports: ports.map(({ zone, table: { uri, location } }) => ({ zone, table: uri, location })),
      inputs: [...(props.inputs ?? []).map(({ uri }) => uri), ...(props.sources ?? [])],
      environment: props.environment,
      account: stack.account,
      region: stack.region,
    });
    const value = productEntryText(entry);
    requireSize(this, value, registry.tier);
    this.parameter = new CfnParameter(this, 'Resource', {
      name: this.parameterName,
      type: 'String',
      tier: registry.tier,
      value,
    });
  }
}

function requireSize(product: RegisteredProduct, value: string, tier: ParameterTier): void {
  const longest = Tokenization.reverseString(value)
    .mapTokens({ mapToken: () => 'x'.repeat(LONGEST_NAME) })
    .join({ join: (left: unknown, right: unknown) => `${String(left ?? '')}${String(right ?? '')}` });
  const bytes = Buffer.byteLength(String(longest));
  if (bytes <= LIMITS[tier]) return;
  const larger =
    tier === ParameterTier.STANDARD && bytes <= LIMITS[ParameterTier.ADVANCED]
      ? 'Pass tier: ParameterTier.ADVANCED to the registry, or shorten'
      : 'Shorten';
  throw new Error(
    `The entry "${product.parameterName}" of "${product.node.path}" has up to ${bytes} bytes, Parameter Store takes ${LIMITS[tier]} ` +
      `in the tier ${tier}. ${larger} the purpose, the support channels and the service levels of the contract.`,
  );
}
