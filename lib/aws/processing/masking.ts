import { RemovalPolicy } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { MaskingPolicy, SchemaObject } from '../../contract';
import { literal } from '../../contract/handler-code/literal';
import { HANDLER_ENVIRONMENT, MASKS_FILE } from '../../contract/handler-environment';
import { MaskPlan } from '../../contract/masking/mask-plan';
import { acknowledge, complianceRules } from '../suppressions';

/** How columns are masked between bronze and silver. */
export interface MaskingOptions {
  /**
   * Masks by classification. Every classification of the contract has to be one it knows.
   * @default - none: only columns that the contract itself masks (custom property `masking`)
   */
  readonly policy?: MaskingPolicy;

  /**
   * Secret whose text, of 32 characters or more, is the key of hashes and tokens. The same key gives equal values the
   * same mask, also in tables of other products. It must stay as it is for as long as the tables it masked: rotation off.
   * @default - a secret of its own where a mask needs one, generated, encrypted, and retained with the data
   */
  readonly key?: ISecret;
}

/** What masking adds to a processor. */
export interface BoundMasking {
  /** File name → text, beside the bundle. */
  readonly files: Record<string, string>;
  readonly environment: Record<string, string>;
  /** Undefined where no mask needs one. */
  readonly key?: ISecret;
}

/**
 * @returns undefined where nothing is masked
 * @throws Error for masks that cannot be, and for a key that none of them needs
 */
export function bindMasking(
  scope: Construct,
  schema: SchemaObject,
  options: MaskingOptions = {},
  encryptionKey: () => kms.IKey,
): BoundMasking | undefined {
  const plan = MaskPlan.of(schema, options.policy);
  if (!plan.needsKey && options.key !== undefined) {
    throw new Error(
      `masking.key is given, but no column of "${schema.name}" is hashed or tokenized. Leave it out, or mask a column: ` +
        'with a policy, or with the custom property masking in the contract.',
    );
  }
  if (plan.isEmpty) return undefined;
  const key = plan.needsKey ? (options.key ?? createKey(scope, schema, encryptionKey())) : undefined;
  return {
    files: {
      [MASKS_FILE]: `// Generated from a data contract.\nexport const masks = ${literal(plan.columns)};\n`,
    },
    environment: { [HANDLER_ENVIRONMENT.maskingKey]: key?.secretArn ?? '' },
    ...(key && { key }),
  };
}

export function grantMaskingKey(masking: BoundMasking | undefined, role: iam.IGrantable): void {
  masking?.key?.grantRead(role);
}

function createKey(scope: Construct, schema: SchemaObject, encryptionKey: kms.IKey): Secret {
  const key = new Secret(scope, 'MaskingKey', {
    description: `Masks of ${schema.tableName}: its rows in silver are told apart by it for as long as there are any`,
    encryptionKey,
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(
    key,
    ['AwsSolutions-SMG4', ...complianceRules('SecretsManagerRotationEnabled')],
    'Masks made with another key do not meet those in the table: a new key means a new table, which is a decision.',
  );
  return key;
}
