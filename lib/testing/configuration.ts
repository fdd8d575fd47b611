import type { IConstruct } from 'constructs';
import { requirePeer } from './peer';
import type { JsonObject } from './template';

/** A configuration of Terraform as cdktf writes it, `cdk.tf.json` for example. */
export interface ConfigurationDocument {
  /** Resources by type, and of each type by name. */
  readonly resource?: { readonly [type: string]: { readonly [name: string]: JsonObject } };
  /** Data sources, the same way. */
  readonly data?: { readonly [type: string]: { readonly [name: string]: JsonObject } };
  readonly [section: string]: unknown;
}

/** A TerraformStack of cdktf, or a configuration that was read from a file. */
export type ConfigurationSource = IConstruct | ConfigurationDocument;

/**
 * The configuration of a stack as it is synthesized, its validations run.
 *
 * @throws TypeError when the value is no TerraformStack and no configuration
 */
export function configurationOf(source: ConfigurationSource): ConfigurationDocument {
  if (!isConstruct(source)) {
    if (isConfiguration(source)) return source;
    throw new TypeError(
      `Expected a TerraformStack, or a configuration with 'resource' or 'terraform'. Received ${describe(source)}.`,
    );
  }
  const { TerraformStack, Testing } = requirePeer<typeof import('cdktf')>('cdktf');
  // By the mark of the class, not by instanceof: the program may have loaded another copy.
  if (!TerraformStack.isStack(source)) {
    throw new TypeError(
      `Expected a TerraformStack. Received construct '${source.node.path}': pass TerraformStack.of(construct) instead.`,
    );
  }
  // What stacks of one app need of each other is made by a first pass over all of them, which Testing leaves out.
  const stacks = source.node.root.node.findAll().filter((one) => TerraformStack.isStack(one));
  if (stacks.length > 1) stacks.forEach((stack) => stack.prepareStack());
  return JSON.parse(Testing.synth(source, true)) as ConfigurationDocument;
}

function isConstruct(value: unknown): value is IConstruct {
  return typeof value === 'object' && value !== null && 'node' in value;
}

function isConfiguration(value: unknown): value is ConfigurationDocument {
  return typeof value === 'object' && value !== null && ('resource' in value || 'terraform' in value);
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
