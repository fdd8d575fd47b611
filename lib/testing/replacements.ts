import type { IConstruct } from 'constructs';
import { type Json, type JsonObject, templatesOf, type TemplateSource } from './template';

/** A resource that data would go with, and what CloudFormation cannot change of it. */
export interface DataResource {
  readonly type: string;
  /** Path of its construct, or its logical id where that is not known. */
  readonly path: string;
  /** Properties whose change makes another resource of it, with their values in the template. */
  readonly identity: JsonObject;
  /** What becomes of it when it leaves the template. */
  readonly deletionPolicy: string;
}

/**
 * "Update requires: Replacement" in the reference of each type, or not changeable at all; a dot leads into a property.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const IDENTITIES: { readonly [type: string]: readonly string[] } = {
  'AWS::Backup::BackupVault': ['BackupVaultName', 'EncryptionKeyArn'],
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'LocalSecondaryIndexes', 'ImportSourceSpecification'],
  'AWS::Glue::Database': ['CatalogId', 'DatabaseName', 'DatabaseInput.Name'],
  'AWS::Glue::Table': ['CatalogId', 'DatabaseName', 'TableInput.Name', 'OpenTableFormatInput'],
  'AWS::KMS::Alias': ['AliasName'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::Kinesis::Stream': ['Name'],
  'AWS::S3::Bucket': ['BucketName', 'ObjectLockEnabled'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  // Its id is the table's URI, which its function answers with.
  'Custom::LakehouseIcebergTable': ['ServiceToken', 'TableUri', 'Location'],
};

/** What holds data in a stack or template, by logical id: to be kept in a file, as the state that is deployed. */
export function dataResources(source: TemplateSource): { [logicalId: string]: DataResource } {
  const paths = pathsIn(source);
  const found: { [logicalId: string]: DataResource } = {};
  for (const { template } of templatesOf(source)) {
    for (const [id, resource] of Object.entries(template.Resources ?? {})) {
      const names = IDENTITIES[resource.Type];
      if (names === undefined) continue;
      const identity = names.flatMap((name): [string, Json][] => {
        const value = valueAt(resource.Properties, name.split('.'));
        return value === undefined ? [] : [[name, value]];
      });
      found[id] = {
        type: resource.Type,
        path: paths.get(id) ?? id,
        identity: Object.fromEntries(identity),
        deletionPolicy: String(resource.DeletionPolicy ?? 'Delete'),
      };
    }
  }
  return found;
}

/**
 * What an update from a state to another would replace or remove of it, a sentence for each resource; empty where the data
 * stay. What is new is none of it.
 * @param before what `dataResources` said of the state that is deployed
 */
export function replacedResources(
  before: { readonly [logicalId: string]: DataResource },
  source: TemplateSource,
): string[] {
  const after = dataResources(source);
  return Object.entries(before).flatMap(([id, was]) => {
    const what = `${was.path} (${was.type} ${id})`;
    const is = after[id];
    if (is === undefined) return [`${what} is gone: its logical id changed, or it was taken out.`];
    if (is.type !== was.type) return [`${what} would be replaced: it is an ${is.type} now.`];
    const names = new Set([...Object.keys(was.identity), ...Object.keys(is.identity)]);
    const changed = [...names]
      .filter((name) => text(was.identity[name]) !== text(is.identity[name]))
      .map((name) => `${name} was ${text(was.identity[name])}, is ${text(is.identity[name])}`);
    if (changed.length > 0) return [`${what} would be replaced: ${changed.join('; ')}.`];
    if (was.deletionPolicy !== 'Delete' && is.deletionPolicy === 'Delete')
      return [`${what} would go with the stack from now on: its DeletionPolicy was ${was.deletionPolicy}.`];
    return [];
  });
}

function pathsIn(source: TemplateSource): Map<string, string> {
  const { node } = source as Partial<IConstruct>;
  if (node === undefined || typeof node.findAll !== 'function') return new Map();
  return new Map(
    node.findAll().flatMap((construct): [string, string][] => {
      const { logicalId, stack } = construct as unknown as {
        logicalId?: unknown;
        stack?: { resolve(value: unknown): string };
      };
      return logicalId === undefined || stack === undefined
        ? []
        : [[stack.resolve(logicalId), construct.node.path]];
    }),
  );
}

function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, name) =>
      typeof found === 'object' && found !== null && !Array.isArray(found) ? found[name] : undefined,
    value,
  );
}

function text(value: Json | undefined): string {
  return value === undefined ? 'not given' : JSON.stringify(value);
}
