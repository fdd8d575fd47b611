import { Construct } from 'constructs';
import * as library from '../../lib/google';
import { lakehouseMatchers } from '../../lib/testing';
import { CONSTRUCTS } from './constructs';
import { googleStack, resources } from './stack';

expect.extend(lakehouseMatchers);

const stacks = Object.fromEntries(
  Object.entries(CONSTRUCTS).map(([name, make]) => {
    const stack = googleStack();
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
  for (const bucket of resources(stacks[name], 'google_storage_bucket')) {
    expect(bucket).toMatchObject({
      encryption: { default_kms_key_name: expect.any(String) },
      uniform_bucket_level_access: true,
      public_access_prevention: 'enforced',
      force_destroy: false,
      lifecycle: { prevent_destroy: true },
    });
  }
  for (const key of resources(stacks[name], 'google_kms_crypto_key')) {
    expect(key).toMatchObject({
      rotation_period: expect.stringMatching(/^\d+s$/),
      lifecycle: { prevent_destroy: true },
    });
  }
});
