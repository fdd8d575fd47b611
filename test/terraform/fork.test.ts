import type { LakeStack as AzureLakeStack } from '../../examples/azure-lake/lake-stack';
import type { LakeStack as GoogleLakeStack } from '../../examples/google-lake/lake-stack';

/** What the examples become, made with whatever `cdktf` resolves to. */
const EXAMPLES = {
  google: (): unknown => {
    const { Testing } = require('cdktf') as typeof import('cdktf');
    const example = require('../../examples/google-lake/lake-stack') as { LakeStack: typeof GoogleLakeStack };
    const stack = new example.LakeStack(Testing.app(), 'Lake', {
      project: 'acme-data-prod',
      environment: 'prod',
      billingAccount: '012345-6789AB-CDEF01',
    });
    return JSON.parse(Testing.synth(stack, true));
  },
  azure: (): unknown => {
    const { Testing } = require('cdktf') as typeof import('cdktf');
    const example = require('../../examples/azure-lake/lake-stack') as { LakeStack: typeof AzureLakeStack };
    const stack = new example.LakeStack(Testing.app(), 'Lake', {
      environment: 'prod',
      deployedFrom: '203.0.113.7',
      analysts: '6f0b8f3e-58a1-4c0f-9d5e-0a1c52f3a111',
      courier: '0c5d4b57-2d0b-4a44-8a7e-9e7a5d7f4b22',
    });
    return JSON.parse(Testing.synth(stack, true));
  },
};

// cdktf was archived in December 2025; cdktn is the fork that goes on, and takes its place by an alias in package.json.
describe('cdktn', () => {
  it.each(Object.entries(EXAMPLES))('makes the same of a lake on %s as cdktf', (_cloud, synthesized) => {
    const original = synthesized();
    let fork: unknown;
    jest.isolateModules(() => {
      jest.doMock('cdktf', () => jest.requireActual('cdktn'));
      fork = synthesized();
      expect(jest.requireMock('cdktf')).toBe(jest.requireActual('cdktn'));
    });
    jest.dontMock('cdktf');
    expect(fork).toEqual(original);
  });
});
