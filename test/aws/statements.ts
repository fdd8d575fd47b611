import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';

export interface AllowedStatement {
  readonly actions: string[];
  readonly resources: string[];
  readonly condition?: unknown;
}

export function role(stack: Stack, id: string): iam.Role {
  return new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
}

/** What the identity policies of a template allow, with ARNs as text: `<LogicalId.Arn>/orders/*`. */
export function allowedStatements(template: Template, rolePrefix = ''): AllowedStatement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter((policy) =>
      policy.Properties.Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith(rolePrefix)),
    )
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement)
    .filter((statement) => statement.Effect === 'Allow')
    .map((statement) => ({
      actions: [statement.Action].flat(),
      resources: [statement.Resource].flat().map(text),
      ...(statement.Condition === undefined ? {} : { condition: statement.Condition }),
    }));
}

function text(value: any): string {
  if (typeof value === 'string') return value;
  if (value['Fn::Join']) return value['Fn::Join'][1].map(text).join(value['Fn::Join'][0]);
  if (value['Fn::GetAtt']) return `<${value['Fn::GetAtt'].join('.')}>`;
  return `<${value.Ref}>`;
}
