import type { LakeStack } from '../../examples/google-lake/lake-stack';

/** What the example becomes, made with whatever `cdktf` resolves to. */
function synthesized(): unknown {
  const { Testing } = require('cdktf') as typeof import('cdktf');
  const example = require('../../examples/google-lake/lake-stack') as { LakeStack: typeof LakeStack };
  const stack = new example.LakeStack(Testing.app(), 'Lake', {
    project: 'acme-data-prod',
    environment: 'prod',
    billingAccount: '012345-6789AB-CDEF01',
  });
  return JSON.parse(Testing.synth(stack, true));
}

// cdktf was archived in December 2025; cdktn is the fork that goes on, and takes its place by an alias in package.json.
describe('cdktn', () => {
  it('makes the same of a lake as cdktf', () => {
    const original = synthesized();
    let fork: unknown;
    jest.isolateModules(() => {
      jest.doMock('cdktf', () => jest.requireActual('cdktn'));
      fork = synthesized();
      expect(jest.requireMock('cdktf')).toBe(jest.requireActual('cdktn'));
    });
    expect(fork).toEqual(original);
  });
});
