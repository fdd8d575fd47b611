import { Construct } from 'constructs';
import * as library from '../../lib/azure';
import { lakehouseMatchers } from '../../lib/testing';
import { CONSTRUCTS } from './constructs';
import { azureStack, resourcesOf } from './stack';

expect.extend(lakehouseMatchers);

const stacks = Object.fromEntries(
  Object.entries(CONSTRUCTS).map(([name, make]) => {
    const stack = azureStack();
    make(stack);
    return [name, stack];
  }),
);

test('every construct there is has an entry', () => {
  const made = Object.values(stacks).flatMap((stack) => stack.node.findAll());
  const missing = Object.entries(library).flatMap(([name, one]) =>
    typeof one === 'function' &&
    one.prototype instanceof Construct &&
    !made.some((construct) => construct instanceof one)
      ? [name]
      : [],
  );
  expect(missing).toEqual([]);
});

describe('with its defaults', () => {
  it.each(Object.keys(CONSTRUCTS))('%s', (name) => {
    expect(stacks[name]).toMatchConfigurationSnapshot();
  });
});

test.each(Object.keys(CONSTRUCTS))('%s alone is encrypted, closed, and keeps its data', (name) => {
  for (const account of resourcesOf(stacks[name], 'storage_account')) {
    expect(account).toMatchObject({
      customer_managed_key: { key_vault_key_id: expect.any(String) },
      infrastructure_encryption_enabled: true,
      shared_access_key_enabled: false,
      min_tls_version: 'TLS1_2',
      allow_nested_items_to_be_public: false,
      network_rules: { default_action: 'Deny' },
      lifecycle: { prevent_destroy: true },
    });
  }
  for (const container of resourcesOf(stacks[name], 'storage_container')) {
    expect(container).toMatchObject({
      container_access_type: 'private',
      lifecycle: { prevent_destroy: true },
    });
  }
  for (const key of resourcesOf(stacks[name], 'key_vault_key')) {
    expect(key).toMatchObject({ rotation_policy: expect.anything(), lifecycle: { prevent_destroy: true } });
  }
  for (const vault of resourcesOf(stacks[name], 'key_vault')) {
    expect(vault).toMatchObject({ purge_protection_enabled: true, network_acls: { default_action: 'Deny' } });
  }
  // Nothing is changed by a role that can do everything.
  for (const { role_definition_name: role } of resourcesOf(stacks[name], 'role_assignment')) {
    expect(['Owner', 'Contributor', 'Storage Blob Data Owner']).not.toContain(role);
  }
});
