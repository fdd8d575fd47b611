import { Testing, TerraformStack } from 'cdktf';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import type { Configuration, ConfiguredResource } from '../terraform/bindings-schema';

/** A stack of Google Cloud, as a user makes it. */
export function googleStack(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), 'Lake');
  new GoogleProvider(stack, 'google', { project: 'acme-data', region: 'europe-west3' });
  return stack;
}

/** The resources of one type in what a stack synthesizes to, its validations run. */
export function resources(stack: TerraformStack, type: string): ConfiguredResource[] {
  const { resource = {} } = JSON.parse(Testing.synth(stack, true)) as Configuration;
  return Object.values(resource[type] ?? {});
}

/** The only resource of a type. */
export function resource(stack: TerraformStack, type: string): ConfiguredResource {
  const [one, ...others] = resources(stack, type);
  if (one === undefined || others.length > 0) throw new Error(`${others.length} others of ${type}`);
  return one;
}
