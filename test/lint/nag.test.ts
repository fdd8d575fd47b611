import { App, type Environment, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as nag from 'cdk-nag';
import { exampleGold, readContracts } from '../../bin/reference-contracts';
import { ReferenceStack } from '../../bin/reference-stack';
import { lakehouseMatchers } from '../../lib/testing';

expect.extend(lakehouseMatchers);

function referenceStack(env: Environment): Stack {
  return new ReferenceStack(new App(), 'Lakehouse', { contracts: readContracts(), gold: exampleGold(), env });
}

describe('the reference stack and the packs AwsSolutions, HIPAA, NIST 800-53 R5 and PCI', () => {
  it.each([
    ['in any environment', {}],
    ['in a known account and region', { account: '123456789012', region: 'eu-central-1' }],
  ])('have no finding %s, and every exception is explained', (_, env) => {
    expect(referenceStack(env)).toHaveNoNagFindings();
  });

  it('have no exception that nothing needs any more', () => {
    const stack = referenceStack({});
    const needed = new Set(findingsBehindAcknowledgements(stack));
    const unneeded = acknowledgements(stack).filter(
      ({ rule, path }) => ![...needed].some((finding) => finding.startsWith(`${rule} ${path}`)),
    );
    expect(unneeded).toEqual([]);
  });
});

/** Rule and construct of every acknowledgement. */
function acknowledgements(scope: IConstruct): { rule: string; path: string }[] {
  return scope.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.keys(data))
      .map((rule) => ({ rule: ruleName(rule.replace(/^annotation::/i, '')), path: node.path })),
  );
}

/** What the packs would report had nothing been acknowledged: `rule path`. */
function findingsBehindAcknowledgements(scope: IConstruct): string[] {
  const packs: nag.NagPack[] = [
    new nag.AwsSolutionsChecks(),
    new nag.HIPAASecurityChecks(),
    new nag.NIST80053R5Checks(),
    new nag.PCIDSS321Checks(),
  ];
  (scope.node.root as App).synth();
  return packs.flatMap((pack) => {
    const asking = pack as unknown as { isAcknowledged(): boolean };
    jest.spyOn(asking, 'isAcknowledged').mockReturnValue(false);
    return pack
      .validateScope(scope)
      .violations.flatMap((violation) =>
        violation.violatingResources.map(
          ({ constructPath }) => `${ruleName(violation.ruleName)} ${constructPath}`,
        ),
      );
  });
}

/** The three packs for compliance share their rules, though not each has all: one of them is need enough. */
function ruleName(rule: string): string {
  return rule.replace(/^(HIPAA\.Security|NIST\.800\.53\.R5|PCI\.DSS\.321)-/, 'compliance-');
}
