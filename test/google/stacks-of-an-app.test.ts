import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { StorageBucketObject } from '@cdktf/provider-google/lib/storage-bucket-object';
import { type App, Testing, TerraformStack } from 'cdktf';
import {
  AuditTrail,
  BucketLocation,
  MedallionLake,
  Member,
  ZoneBucket,
  ZoneInventory,
  ZoneKey,
  ZoneReplication,
} from '../../lib/google';
import { configurationSnapshot } from '../../lib/testing';
import { validate, withTerraform } from '../terraform/terraform';
import { resources } from './stack';

const location = BucketLocation.region('europe-west3');

function twoStacks() {
  const app = Testing.app();
  const [here, there] = ['Lake', 'Etl'].map((id) => stackIn(app, id));
  const key = new ZoneKey(here, 'Key', { name: 'shared', location });
  const lake = new MedallionLake(here, 'Lake', { name: 'acme', location, encryptionKey: key });
  const account = new ServiceAccount(there, 'Loader', { accountId: 'loader' });
  const grant = lake.bronze.grantReadWrite(Member.serviceAccount(account), 'orders');
  const seed = new StorageBucketObject(there, 'Seed', {
    bucket: lake.bronze.bucketName,
    name: 'orders/seed',
    content: '',
  });
  grant.applyBefore(seed);
  const copy = new ZoneBucket(there, 'Copy', { bucketName: 'acme-copy', location, encryptionKey: key });
  new ZoneReplication(there, 'Copies', { source: lake.silver, destination: copy });
  new ZoneInventory(there, 'Inventory', {
    zones: [lake.gold],
    destination: copy,
    from: '2027-01-01',
    until: '2027-12-31',
  });
  new AuditTrail(there, 'Audit', { lake, bucketName: 'acme-audit', location });
  return { app, here, there };
}

function stackIn(app: App, id: string): TerraformStack {
  const stack = new TerraformStack(app, id);
  new GoogleProvider(stack, 'google', { project: 'acme-data' });
  return stack;
}

it('leaves the lake alone, and makes what lets somebody in where he is', () => {
  const { app, here, there } = twoStacks();
  app.synth();
  expect(there.dependencies).toEqual([here]);
  expect(here.dependencies).toEqual([]);
  expect(resources(here, 'google_storage_managed_folder_iam_member')).toEqual([]);
  const [binding] = resources(there, 'google_storage_managed_folder_iam_member');
  expect(binding.bucket).toMatch(/^\$\{data\.terraform_remote_state\./);
  const [seed] = resources(there, 'google_storage_bucket_object');
  expect(seed.depends_on).toEqual([
    expect.stringMatching(/^google_storage_managed_folder_iam_member\.Loader_Access-/),
    expect.stringMatching(/^google_storage_managed_folder_iam_member\.Loader_Access-/),
  ]);
});

it('is shown by a snapshot as it is deployed, whether or not the app was synthesized', () => {
  const { app, there } = twoStacks();
  const before = configurationSnapshot(there);
  expect(before).toContain('terraform_remote_state');
  expect(before).not.toMatch(/bucket: \$\{google_storage_bucket\.Lake_/);
  app.synth();
  expect(configurationSnapshot(there)).toBe(before);
});

withTerraform('Terraform takes the stack that reads of the other', () => {
  it('as valid', async () => {
    const { app, there } = twoStacks();
    app.synth();
    expect(await validate(there)).toEqual([]);
  });
});
