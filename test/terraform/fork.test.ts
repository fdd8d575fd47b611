import type { TerraformStack as Stack } from 'cdktf';

/** What a stack with resources of both clouds becomes, made with whatever `cdktf` resolves to. */
function synthesized(): unknown {
  const { Testing, TerraformStack } = require('cdktf') as typeof import('cdktf');
  const { StorageBucket } =
    require('@cdktf/provider-google/lib/storage-bucket') as typeof import('@cdktf/provider-google/lib/storage-bucket');
  const stack: Stack = new TerraformStack(Testing.app(), 'Lake');
  new StorageBucket(stack, 'bronze', { name: 'acme-bronze', location: 'EU' });
  return JSON.parse(Testing.synth(stack, true));
}

describe('cdktn, the fork of cdktf that is maintained', () => {
  it('makes the same of a stack', () => {
    const original = synthesized();
    let fork: unknown;
    jest.isolateModules(() => {
      jest.doMock('cdktf', () => jest.requireActual('cdktn'));
      fork = synthesized();
    });
    expect(fork).toEqual(original);
  });
});
