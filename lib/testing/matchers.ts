import type { IConstruct } from 'constructs';
import type { ConfigurationSource } from './configuration';
import { configurationSnapshot } from './configuration-snapshot';
import { nagFindings, nagReport, type NagPackLike, type NagPackName } from './nag';
import {
  encryptionFindings,
  exposureFindings,
  findingLines,
  removalFindings,
  secretFindings,
  type TemplateFinding,
  transportFindings,
} from './rules';
import { stackSnapshot } from './stack-snapshot';
import type { TemplateSource } from './template';

/** What a matcher tells jest. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** The matchers as they are called in a test. */
export interface LakehouseMatchers<R> {
  /**
   * Compares the stack with the snapshot kept beside the test. The first run writes it; `jest -u` accepts a change.
   * @param hint tells several snapshots of one test apart
   */
  toMatchStackSnapshot(hint?: string): R;
  /** The same of a TerraformStack of cdktf. */
  toMatchConfigurationSnapshot(hint?: string): R;
  /**
   * Checks a stack or app by rule packs of cdk-nag; acknowledgements without a reason fail as well.
   * @param packs names or instances; AwsSolutions, HIPAA, NIST 800-53 R5 and PCI when there is none
   */
  toHaveNoNagFindings(...packs: (NagPackName | NagPackLike)[]): R;
  /**
   * Everything that keeps data names a key of yours, and every key is rotated.
   * @param except logical ids or types that are left out, here and below
   */
  toEncryptEverything(...except: string[]): R;
  /** Every bucket, queue and topic denies everybody what comes over plain HTTP. */
  toRefusePlainHttp(...except: string[]): R;
  /** No text looks like a secret, and what is named like one holds a reference. */
  toHoldNoSecrets(...except: string[]): R;
  /** Every bucket blocks public access and owns its objects. */
  toBlockPublicAccess(...except: string[]): R;
  /** What keeps data is kept when the stack is deleted, and when an update replaces it. */
  toKeepDataOnRemoval(...except: string[]): R;
}

/**
 * Matchers for `expect`. Importing them changes nothing; this does:
 *
 * ```ts
 * import { lakehouseMatchers } from 'lakehouse-constructs/testing';
 * expect.extend(lakehouseMatchers);
 * ```
 */
export const lakehouseMatchers = {
  toMatchStackSnapshot(this: { isNot?: boolean }, received: TemplateSource, hint?: string): MatcherResult {
    return matchSnapshot(this, stackSnapshot(received), hint);
  },

  toMatchConfigurationSnapshot(
    this: { isNot?: boolean },
    received: ConfigurationSource,
    hint?: string,
  ): MatcherResult {
    return matchSnapshot(this, configurationSnapshot(received), hint);
  },

  toHaveNoNagFindings(received: IConstruct, ...packs: (NagPackName | NagPackLike)[]): MatcherResult {
    const findings = nagFindings(received, ...packs);
    return {
      pass: findings.length === 0,
      message: () =>
        findings.length === 0
          ? `Expected nag findings in '${received.node.path}', but there is none.`
          : `${findings.length} nag finding${findings.length === 1 ? '' : 's'} in '${received.node.path}':\n\n${nagReport(findings)}`,
    };
  },

  toEncryptEverything: templateRule('to be encrypted by a rotated key of yours', encryptionFindings),
  toRefusePlainHttp: templateRule('to refuse plain HTTP', transportFindings),
  toHoldNoSecrets: templateRule('to hold no secret', secretFindings),
  toBlockPublicAccess: templateRule('to block public access', exposureFindings),
  toKeepDataOnRemoval: templateRule('to keep its data', removalFindings),
};

function matchSnapshot(context: { isNot?: boolean }, text: string, hint?: string): MatcherResult {
  if (context.isNot) throw new Error('A stack snapshot cannot be negated: remove .not.');
  // The assertion inside carries name, counter and diff of the running test; its failure is the result.
  const assertion = expect(text);
  if (hint === undefined) assertion.toMatchSnapshot();
  else assertion.toMatchSnapshot(hint);
  return { pass: true, message: () => '' };
}

function templateRule(
  expectation: string,
  findingsOf: (source: TemplateSource, ...except: string[]) => TemplateFinding[],
): (received: TemplateSource, ...except: string[]) => MatcherResult {
  return (received, ...except) => {
    const findings = findingsOf(received, ...except);
    return {
      pass: findings.length === 0,
      message: () =>
        findings.length === 0
          ? `Expected something not ${expectation}, but there is nothing.`
          : `Expected everything ${expectation}:\n\n${findingLines(findings)}`,
    };
  };
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // The parameters have to be those of @types/jest for the declarations to merge.
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
    interface Matchers<R, T = {}> extends LakehouseMatchers<R> {}
  }
}
