import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App as AwsApp, Stack } from 'aws-cdk-lib';
import { App, GcsBackend, LocalBackend, TerraformAsset, TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import { type Json, configurationSnapshot, lakehouseMatchers } from '../../lib/testing';

expect.extend(lakehouseMatchers);

interface Variation {
  readonly code?: string;
  readonly directory?: string;
  readonly versioned?: boolean;
  readonly id?: string;
  readonly role?: string;
  readonly invalid?: boolean;
  readonly reversed?: boolean;
}

/** A small stack with all that moves: an asset, a state file, the version of a provider. */
function stackOf(variation: Variation = {}): TerraformStack {
  const stack = new TerraformStack(new App({ stackTraces: false, outdir: 'cdktf.out' }), 'Stack');
  new GoogleProvider(stack, 'google', { project: 'acme' });
  if (variation.directory !== undefined) {
    new LocalBackend(stack, { path: join(variation.directory, 'terraform.Stack.tfstate') });
  }
  const directory = mkdtempSync(join(tmpdir(), 'snapshot-asset-'));
  writeFileSync(join(directory, 'query.sql'), variation.code ?? 'SELECT 1');
  const asset = new TerraformAsset(stack, 'Queries', { path: directory });
  const bucket = new StorageBucket(stack, variation.id ?? 'Bronze', {
    name: 'acme-bronze',
    location: 'EU',
    versioning: { enabled: variation.versioned ?? true },
    labels: { zone: 'bronze', queries: asset.path },
  });
  const members = ['user:a@acme.example', 'user:b@acme.example'].map((member, index) => () => {
    new StorageBucketIamMember(stack, `Reader${index}`, {
      bucket: bucket.name,
      role: variation.role ?? 'roles/storage.objectViewer',
      member,
      dependsOn: [bucket],
    });
  });
  for (const make of variation.reversed ? members.reverse() : members) make();
  if (variation.invalid) bucket.node.addValidation({ validate: () => ['no owner'] });
  new TerraformOutput(stack, 'schema', { value: JSON.stringify({ fields: [{ name: 'b', a: 1 }] }) });
  return stack;
}

function changes(variation: Variation): string[] {
  const [old, now] = [stackOf(), stackOf(variation)].map((stack) => configurationSnapshot(stack).split('\n'));
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line.trim()}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`),
  ];
}

describe('a configuration snapshot stays still', () => {
  it.each<[string, Variation]>([
    ['what is in an asset', { code: 'SELECT 2' }],
    ['the directory the state is kept in', { directory: '/home/somebody' }],
    ['the order of the code', { reversed: true }],
  ])('when only %s changes', (_name, variation) => {
    expect(changes(variation)).toEqual([]);
  });

  it('when only the versions of providers change', () => {
    const document = (version: string) => ({
      '//': { metadata: { version } },
      terraform: {
        required_providers: { google: { source: 'google', version } },
        backend: { local: { path: `/home/${version}` } },
      },
    });
    expect(configurationSnapshot(document('6.0.0'))).toBe(configurationSnapshot(document('7.0.0')));
  });
});

describe('a configuration snapshot changes', () => {
  it('with a property', () => {
    expect(changes({ versioned: false })).toEqual(['- enabled: true', '+ enabled: false']);
  });

  it('with an address, which is the identity of a resource', () => {
    expect(changes({ id: 'Silver' })).toEqual(
      expect.arrayContaining([
        '- google_storage_bucket.Bronze:',
        '+ google_storage_bucket.Silver:',
        '- bucket: ${google_storage_bucket.Bronze.name}',
        '+ bucket: ${google_storage_bucket.Silver.name}',
      ]),
    );
  });

  it('with a permission', () => {
    expect([...new Set(changes({ role: 'roles/storage.admin' }))]).toEqual([
      '- role: roles/storage.objectViewer',
      '+ role: roles/storage.admin',
    ]);
  });

  it('with the place of a state that is shared', () => {
    const stack = stackOf();
    new GcsBackend(stack, { bucket: 'acme-state' });
    expect(configurationSnapshot(stack)).toContain(
      'terraform:\n  backend:\n    gcs:\n      bucket: acme-state\n',
    );
  });
});

it('reads by address, with JSON unfolded', () => {
  const text = configurationSnapshot(stackOf());
  expect(text).toContain(`
  google_storage_bucket.Bronze:
    labels:
      queries: assets/Queries/<hash>
      zone: bronze
    location: EU
    name: acme-bronze
    versioning:
      enabled: true
`);
  expect(text).toContain(`
output:
  schema:
    value:
      (as JSON text):
        fields:
          - a: 1
            name: b
`);
  expect(configurationSnapshot({ terraform: {} })).toBe('(an empty stack)\n');
});

it('fails where a construct finds its stack invalid', () => {
  expect(() => configurationSnapshot(stackOf({ invalid: true }))).toThrow('no owner');
});

it('can be matched as stacks of the AWS CDK are', () => {
  expect(stackOf()).toMatchConfigurationSnapshot();
  expect(() => expect(stackOf()).not.toMatchConfigurationSnapshot()).toThrow('remove .not');
});

it('says what it takes', () => {
  expect(() => configurationSnapshot(new Stack(new AwsApp(), 'Lake'))).toThrow(
    new TypeError(
      "Expected a TerraformStack. Received construct 'Lake': pass TerraformStack.of(construct) instead.",
    ),
  );
  const part = new Construct(stackOf(), 'Part');
  expect(() => configurationSnapshot(part)).toThrow("Received construct 'Stack/Part'");
  expect(() => configurationSnapshot('text' as unknown as { [section: string]: Json })).toThrow(
    new TypeError(
      "Expected a TerraformStack, or a configuration with 'resource' or 'terraform'. Received string.",
    ),
  );
});
