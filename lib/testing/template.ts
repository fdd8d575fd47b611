import type { IConstruct } from 'constructs';
import { requirePeer } from './peer';

/** Any value of a template. */
export type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };
/** An object of a template. */
export type JsonObject = { [key: string]: Json };

/** One entry of a template's `Resources`. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly [attribute: string]: Json;
}

/** A CloudFormation template as it is synthesized. */
export interface TemplateDocument {
  readonly Resources?: { readonly [logicalId: string]: TemplateResource };
  readonly Parameters?: { readonly [logicalId: string]: JsonObject };
  readonly [section: string]: unknown;
}

/** What `Template` of `aws-cdk-lib/assertions` offers. */
export interface TemplateAssertions {
  toJSON(): { [key: string]: unknown };
}

/** A stack, a `Template` of `aws-cdk-lib/assertions`, or a template that was read from a file. */
export type TemplateSource = IConstruct | TemplateAssertions | TemplateDocument;

/** A template and, for a nested stack, the path of the construct it comes from. */
export interface NamedTemplate {
  readonly nestedStack?: string;
  readonly template: TemplateDocument;
}

/**
 * The template of a stack, followed by those of its nested stacks: the parent shows of a nested stack only the hash of
 * its template, and that hash is exactly what snapshots leave out.
 *
 * @throws TypeError when the value is no stack, no `Template` and no template document
 */
export function templatesOf(source: TemplateSource): NamedTemplate[] {
  if (isConstruct(source)) return templatesOfStack(source);
  const template = isAssertions(source) ? source.toJSON() : source;
  if (!isTemplate(template)) {
    throw new TypeError(
      `Expected a Stack, a Template of aws-cdk-lib/assertions or a template object with 'Resources'. Received ${describe(source)}.`,
    );
  }
  return [{ template }];
}

/**
 * Type of each resource by logical id. Logical ids are the identity of what is deployed: where one changes,
 * CloudFormation replaces the resource.
 */
export function logicalIds(source: TemplateSource): { [logicalId: string]: string } {
  const ids: { [logicalId: string]: string } = {};
  for (const { template } of templatesOf(source)) {
    for (const [id, resource] of Object.entries(template.Resources ?? {})) {
      if (resource.Type !== 'AWS::CDK::Metadata') ids[id] = resource.Type;
    }
  }
  return ids;
}

function templatesOfStack(construct: IConstruct): NamedTemplate[] {
  const { Stack, NestedStack } = requirePeer<typeof import('aws-cdk-lib')>('aws-cdk-lib');
  const { Template } = requirePeer<typeof import('aws-cdk-lib/assertions')>('aws-cdk-lib/assertions');
  if (!Stack.isStack(construct)) {
    throw new TypeError(
      `Expected a Stack. Received ${describe(construct)}: pass Stack.of(construct) instead.`,
    );
  }
  const nested = construct.node
    .findAll()
    .filter((node) => node !== construct && NestedStack.isNestedStack(node)) as (typeof construct)[];
  return [
    { template: Template.fromStack(construct).toJSON() },
    ...nested.map((stack) => ({
      nestedStack: stack.node.path,
      template: Template.fromStack(stack).toJSON(),
    })),
  ];
}

function isConstruct(value: unknown): value is IConstruct {
  return typeof value === 'object' && value !== null && 'node' in value;
}

function isAssertions(value: unknown): value is TemplateAssertions {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}

function isTemplate(value: unknown): value is TemplateDocument {
  return typeof value === 'object' && value !== null && 'Resources' in value;
}

function describe(value: unknown): string {
  if (isConstruct(value)) return `construct '${value.node.path}'`;
  return value === null ? 'null' : `${typeof value}`;
}
