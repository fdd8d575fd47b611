import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';

/**
 * ARN a zone's bucket policy knows a maintainer by. The maintainer's own policy names the bucket, so that a role of
 * another stack can be named in turn only by an ARN that is known without that stack.
 * @param zoneInWords what the zone is in the error, for example `gated zone`
 * @throws Error for a principal that is no role, and for a role of another stack without a name
 */
export function maintainerArn(
  grantee: iam.IGrantable,
  zone: IConstruct,
  zoneInWords = 'append-only zone',
): string {
  const principal = grantee.grantPrincipal;
  const { roleArn } = principal as Partial<iam.IRole>;
  if (roleArn === undefined) {
    throw new Error(
      'Maintenance of an append-only zone is granted to IAM roles, received a principal without a roleArn. ' +
        'Pass a role, or a function or job that has one.',
    );
  }
  if (!Construct.isConstruct(principal) || deployTogether(Stack.of(principal), Stack.of(zone)))
    return roleArn;
  const resource = principal.node.defaultChild;
  // An imported role is known by its ARN wherever it is imported.
  if (!(resource instanceof iam.CfnRole)) return roleArn;
  if (resource.roleName === undefined || Token.isUnresolved(resource.roleName)) {
    throw new Error(
      `The role "${principal.node.path}" is in another stack than the ${zoneInWords} "${zone.node.path}", whose ` +
        'bucket policy has to name it: each stack would need the other first. Give the role a roleName, or create it in the stack of the zone.',
    );
  }
  return Stack.of(principal).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: `${(resource.path ?? '/').slice(1)}${resource.roleName}`,
  });
}

/** The same stack, or one nested in the other: the role goes in or out as a parameter or output of the nested one. */
function deployTogether(one: Stack, other: Stack): boolean {
  return enclosing(one).includes(other) || enclosing(other).includes(one);
}

function enclosing(stack: Stack): Stack[] {
  return [stack, ...(stack.nestedStackParent ? enclosing(stack.nestedStackParent) : [])];
}
