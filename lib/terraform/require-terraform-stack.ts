import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

/**
 * Terraform resources construct without complaint in a stack of the AWS CDK, and are never deployed from there.
 * @throws Error naming the construct, where none of its parents is a TerraformStack
 */
export function requireTerraformStack(construct: IConstruct): void {
  if (construct.node.scopes.some((scope) => TerraformStack.isStack(scope))) return;
  throw new Error(
    `"${construct.node.path}" is in no TerraformStack: constructs of lakehouse-constructs/google and /azure are made of Terraform ` +
      'resources. Give them a TerraformStack of cdktf; in a Stack of aws-cdk-lib use lakehouse-constructs/aws.',
  );
}
