import type { IConstruct } from 'constructs';
import { requirePeer } from './peer';

/** The rule packs of cdk-nag that are checked when none is named. */
export const NAG_PACKS = ['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'] as const;

/** A rule pack of cdk-nag by the name its rules start with. */
export type NagPackName = (typeof NAG_PACKS)[number] | 'NIST.800.53.R4' | 'Serverless';

/** A pack of one's own: any subclass of cdk-nag's `NagPack`. */
export interface NagPackLike {
  readonly name: string;
  validateScope(scope: IConstruct): { readonly violations: NagViolation[] };
}

interface NagViolation {
  readonly ruleName: string;
  readonly description: string;
  readonly severity?: string;
  readonly violatingResources: { readonly constructPath?: string }[];
}

/** A rule that a resource breaks, or an acknowledgement that gives no reason. */
export interface NagFinding {
  /** `AwsSolutions-S1`, or with the finding in brackets `AwsSolutions-IAM5[Resource::*]`. */
  readonly rule: string;
  /** Path of the construct. */
  readonly path: string;
  /** `error`, `warning`, or `unexplained` for an acknowledgement without a reason. */
  readonly severity: string;
  /** What is wrong and why it matters. */
  readonly description: string;
}

/**
 * Checks a stack or app by rule packs of cdk-nag 3 and returns what they find, sorted by rule and path.
 *
 * The app is synthesized first, because a part of the tree only comes into being then. Rules that were acknowledged
 * with a reason (`Validations.of(construct).acknowledge({ id, reason })`) are not reported; an acknowledgement without
 * a reason is.
 *
 * @param scope the stack, stage or app to check
 * @param packs names or instances of packs; without any, {@link NAG_PACKS}
 * @throws Error when cdk-nag is not installed, with the line that installs it
 */
export function nagFindings(scope: IConstruct, ...packs: (NagPackName | NagPackLike)[]): NagFinding[] {
  const { Stage } = requirePeer<typeof import('aws-cdk-lib')>('aws-cdk-lib');
  const stage = Stage.isStage(scope) ? scope : Stage.of(scope);
  stage?.synth();
  const checks = (packs.length > 0 ? packs : NAG_PACKS).map((pack) =>
    typeof pack === 'string' ? packByName(pack) : pack,
  );
  const broken = checks.flatMap((pack) => pack.validateScope(scope).violations.flatMap(findingsOf));
  return [...unexplained(scope), ...broken].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** Findings as text for a person: what is wrong where, and the two ways to mend it. */
export function nagReport(findings: NagFinding[]): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  const paragraphs = rules.map((rule) => {
    const ofRule = findings.filter((finding) => finding.rule === rule);
    const descriptions = [...new Set(ofRule.map(({ description }) => `  ${description}`))];
    return [rule, ...descriptions, ...ofRule.map(({ path }) => `  at ${path}`)].join('\n');
  });
  return [
    ...paragraphs,
    'Change the resource, or say at the construct why the rule does not apply to it:\n' +
      `  Validations.of(construct).acknowledge({ id: '${rules[0] ?? 'rule'}', reason: '…' });`,
  ].join('\n\n');
}

function packByName(name: NagPackName): NagPackLike {
  const nag = requirePeer<typeof import('cdk-nag')>('cdk-nag');
  const props = { verbose: true };
  switch (name) {
    case 'AwsSolutions':
      return new nag.AwsSolutionsChecks(undefined, props);
    case 'HIPAA.Security':
      return new nag.HIPAASecurityChecks(undefined, props);
    case 'NIST.800.53.R4':
      return new nag.NIST80053R4Checks(undefined, props);
    case 'NIST.800.53.R5':
      return new nag.NIST80053R5Checks(undefined, props);
    case 'PCI.DSS.321':
      return new nag.PCIDSS321Checks(undefined, props);
    case 'Serverless':
      return new nag.ServerlessChecks(undefined, props);
    default:
      throw new Error(
        `Unknown nag pack '${String(name)}'. Known packs: ${NAG_PACKS.join(', ')}, NIST.800.53.R4, Serverless.`,
      );
  }
}

function findingsOf(violation: NagViolation): NagFinding[] {
  return violation.violatingResources.map(({ constructPath }) => ({
    rule: violation.ruleName,
    path: constructPath ?? '(unknown)',
    severity: violation.severity ?? 'error',
    description: violation.description,
  }));
}

function unexplained(scope: IConstruct): NagFinding[] {
  const { Validations } = requirePeer<typeof import('aws-cdk-lib')>('aws-cdk-lib');
  return scope.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as { [rule: string]: unknown }))
      .filter(([, reason]) => typeof reason !== 'string' || reason.trim() === '')
      .map(([rule]) => ({
        rule: rule.replace(/^annotation::/i, ''),
        path: construct.node.path,
        severity: 'unexplained',
        description: 'This rule is acknowledged without a reason.',
      })),
  );
}

function sortKey({ rule, path }: NagFinding): string {
  return `${rule}\n${path}`;
}
