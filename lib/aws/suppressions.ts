import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';

/**
 * The construct metadata cdk-nag 3 reads acknowledged rules from, by its own name: cdk-nag is an optional peer,
 * and aws-cdk-lib exports the key only since the release that brought the mechanism.
 */
const ACKNOWLEDGED_RULES = 'aws:cdk:acknowledged-rules';

/** The packs for HIPAA, NIST 800-53 R5 and PCI DSS name their rules alike. */
const COMPLIANCE_PACKS = ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'];

/** The same rule of each of the compliance packs: `complianceRules('S3BucketReplicationEnabled')`. */
export function complianceRules(rule: string): string[] {
  return COMPLIANCE_PACKS.map((pack) => `${pack}-${rule}`);
}

/** Records, on the construct that owns the reason, why nag rules do not apply to it and what is below it. */
export function acknowledge(scope: IConstruct, rules: string[], reason: string): void {
  scope.node.addMetadata(ACKNOWLEDGED_RULES, Object.fromEntries(rules.map((rule) => [rule, reason])));
}

/**
 * Acknowledges wildcards in the resources of a grant, each by its exact ARN, so that any other wildcard the same
 * principal is given is still reported. ARNs of another stack keep their finding: their text is not known here.
 */
export function acknowledgeWildcards(grantee: IGrantable, resourceArns: string[], reason: string): void {
  const principal = grantee.grantPrincipal;
  if (!Construct.isConstruct(principal)) return;
  const rules = resourceArns
    .map((arn) => flatten(Stack.of(principal).resolve(arn)))
    .filter((arn) => arn.includes('*'))
    .map((arn) => `AwsSolutions-IAM5[Resource::${arn}]`);
  if (rules.length > 0) acknowledge(principal, rules, reason);
}

/** What every function of this library shares. `whereFailuresGo` is the reason there is no function DLQ. */
export function acknowledgeHandlerFunction(handler: IConstruct, whereFailuresGo: string): void {
  acknowledge(
    handler,
    complianceRules('LambdaInsideVPC'),
    'The handler reaches AWS APIs only, over TLS with scoped credentials, unless the user gives it a network.',
  );
  acknowledge(
    handler,
    complianceRules('LambdaConcurrency'),
    'Concurrency is bounded by the event source; reserving some takes it from the account, so that is the user’s choice.',
  );
  acknowledge(handler, complianceRules('LambdaDLQ'), whereFailuresGo);
  acknowledge(
    handler,
    ['AwsSolutions-L1'],
    'The bundle is built and tested for nodejs22.x, which is supported until 2027.',
  );
}

/** What every execution role of this library shares: policies that belong to one role, and X-Ray’s lack of resources. */
export function acknowledgeHandlerRole(role: IConstruct): void {
  acknowledge(
    role,
    complianceRules('IAMNoInlinePolicy'),
    'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
  );
  acknowledge(
    role,
    ['AwsSolutions-IAM5[Resource::*]'],
    'xray:PutTraceSegments and xray:PutTelemetryRecords take no resource.',
  );
}

/** The spelling cdk-nag gives a resolved ARN in the id of a finding. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\$\{/g, '<').replace(/\}/g, '>');
  const intrinsic = value as Record<string, unknown>;
  if ('Fn::Join' in intrinsic) {
    const [delimiter, parts] = intrinsic['Fn::Join'] as [string, unknown[]];
    return parts.map(flatten).join(delimiter);
  }
  if ('Fn::GetAtt' in intrinsic) return `<${(intrinsic['Fn::GetAtt'] as unknown[]).map(flatten).join('.')}>`;
  if ('Ref' in intrinsic) return `<${flatten(intrinsic.Ref)}>`;
  return JSON.stringify(value);
}
