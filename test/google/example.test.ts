import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'cdktf';
import { LakeStack } from '../../examples/google-lake/lake-stack';
import type { Configuration } from '../terraform/bindings-schema';
import { planAndApply, withTerraform } from '../terraform/terraform';

function stack(): LakeStack {
  return new LakeStack(Testing.app(), 'Lake', {
    project: 'acme-data-prod',
    environment: 'prod',
    billingAccount: '012345-6789AB-CDEF01',
  });
}

describe('examples/google-lake', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'google-lake-'));
  afterAll(() => rmSync(outdir, { recursive: true }));

  it('synthesizes as a user runs it', () => {
    process.env.CDKTF_OUTDIR = outdir;
    try {
      require('../../examples/google-lake/app');
    } finally {
      delete process.env.CDKTF_OUTDIR;
    }
    const file = join(outdir, 'stacks/Lake/cdk.tf.json');
    const { resource = {} } = JSON.parse(readFileSync(file, 'utf8')) as Configuration;
    expect(Object.keys(resource.google_storage_bucket)).toHaveLength(8);
  });
});

withTerraform('Terraform takes examples/google-lake', () => {
  it('plans and applies it', async () => {
    expect(await planAndApply(stack())).toContain('1 passed, 0 failed');
  });
});
