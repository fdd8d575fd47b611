import { Testing, TerraformStack } from 'cdktf';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group';
import { StorageAccount } from '@cdktf/provider-azurerm/lib/storage-account';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { schemasFor } from './bindings-schema';
import { planAndApply, validate, withTerraform } from './terraform';

function googleStack(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), 'Google');
  new GoogleProvider(stack, 'google', { project: 'acme' });
  return stack;
}

describe('the schema of the bindings', () => {
  it('knows what is required, what is computed and what is a block', () => {
    const { resources } = schemasFor({ resource: { google_storage_bucket: {} } }).get('google')!;
    const { attributes, blocks } = resources.google_storage_bucket;
    expect(attributes.name).toEqual({ type: 'string', required: true, optional: false, computed: false });
    expect(attributes.labels.type).toEqual(['map', 'string']);
    expect(attributes.url).toMatchObject({ computed: true, optional: false });
    expect(blocks.versioning).toMatchObject({ nesting: 'LIST', maxItems: 1 });
    expect(blocks.lifecycle_rule.block.blocks.action).toMatchObject({ minItems: 1 });
  });
});

withTerraform('Terraform', () => {
  it('accepts what is right', async () => {
    const stack = googleStack();
    const bucket = new StorageBucket(stack, 'bronze', { name: 'acme-bronze', location: 'EU' });
    new StorageBucket(stack, 'logs', { name: `${bucket.name}-logs`, location: bucket.location });
    expect(await validate(stack)).toEqual([]);
    expect(await planAndApply(stack)).toContain('1 passed, 0 failed');
  });

  it('finds missing and unknown arguments, and what refers to nothing', async () => {
    const stack = googleStack();
    const bucket = new StorageBucket(stack, 'bronze', { name: 'acme-bronze' } as never);
    bucket.addOverride('no_such', true);
    const other = new StorageBucket(stack, 'other', { name: 'other', location: 'EU' });
    other.addOverride('location', '${google_storage_bucket.nowhere.location}');
    await expect(planAndApply(stack)).rejects.toThrow(/"location" is required/);
    const found = await validate(stack);
    expect(found.filter((line) => line.includes('"location" is required'))).toHaveLength(1);
    expect(found.filter((line) => line.includes('"no_such"'))).toHaveLength(1);
    expect(found.filter((line) => line.includes('"nowhere" has not been declared'))).toHaveLength(1);
  });

  it('knows both providers', async () => {
    const stack = new TerraformStack(Testing.app(), 'Azure');
    new AzurermProvider(stack, 'azurerm', { features: [{}] });
    const group = new ResourceGroup(stack, 'group', { name: 'lake', location: 'westeurope' });
    const { name: resourceGroupName, location } = group;
    new StorageAccount(stack, 'account', {
      name: 'acmelake',
      resourceGroupName,
      location,
      accountTier: 'Standard',
      accountReplicationType: 'ZRS',
    });
    expect(await validate(stack)).toEqual([]);
    expect(await planAndApply(stack)).toContain('1 passed, 0 failed');
  });
});
