import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'cdktf';
import { LakeStack } from '../../examples/azure-lake/lake-stack';
import type { Configuration } from '../terraform/bindings-schema';
import { planAndApply, validate, withTerraform } from '../terraform/terraform';
import {
  AuditTrail,
  CostWatch,
  LakeAccount,
  Principal,
  TaggingEffect,
  TaggingPolicy,
  TieringProfile,
} from '../../lib/azure';
import { azureStack, groupOf, lakeIn, PRINCIPAL } from './stack';

function stack(): LakeStack {
  return new LakeStack(Testing.app(), 'Lake', {
    environment: 'prod',
    deployedFrom: '203.0.113.7',
    analysts: PRINCIPAL,
    courier: PRINCIPAL,
  });
}

describe('examples/azure-lake', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'azure-lake-'));
  afterAll(() => rmSync(outdir, { recursive: true }));

  it('synthesizes as a user runs it, with every tag and without a secret', () => {
    process.env.CDKTF_OUTDIR = outdir;
    try {
      require('../../examples/azure-lake/app');
    } finally {
      delete process.env.CDKTF_OUTDIR;
    }
    const text = readFileSync(join(outdir, 'stacks/Lake/cdk.tf.json'), 'utf8');
    const { resource = {} } = JSON.parse(text) as Configuration;
    expect(Object.values(resource.azurerm_storage_account).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['acmecopyprod', 'genaiprod', 'acmelakeprod', 'acmeauditprod']),
    );
    expect(text).not.toMatch(/access_key\b(?!_enabled)|connection_string|password|sas_token/);
  });
});

withTerraform('Terraform takes examples/azure-lake', () => {
  it('and finds what it leaves out valid', async () => {
    const other = azureStack();
    const resourceGroup = groupOf(other);
    const lake = lakeIn(other, {
      customerManagedKey: false,
      bronze: {
        retention: { days: 7, locked: true },
        tiering: [{ profile: TieringProfile.VERSIONS_TO_COLD }],
      },
      noncurrentVersionExpirationDays: 180,
      versionLock: { days: 7 },
    });
    const folders = { accountName: 'acmefolders', hierarchicalNamespace: true, customerManagedKey: false };
    new LakeAccount(other, 'Folders', { ...folders, resourceGroup });
    lake.bronze.grantErasure(Principal.user(PRINCIPAL));
    new AuditTrail(other, 'Audit', { lake, activityLog: true, workspace: { id: '/workspace' } });
    new CostWatch(other, 'Costs', { tagValue: 'orders', monthlyLimit: 1, actionGroup: { id: '/operators' } });
    const tags = [{ key: 'CostCenter' }];
    new TaggingPolicy(other, 'Deny', { tags });
    new TaggingPolicy(other, 'Inherit', { tags, effect: TaggingEffect.INHERIT, location: 'westeurope' });
    expect(await validate(other)).toEqual([]);
  });

  it('plans and applies it', async () => {
    expect(await planAndApply(stack())).toContain('1 passed, 0 failed');
  });
});
