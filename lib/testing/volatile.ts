import type { JsonObject, TemplateDocument, TemplateResource } from './template';

/**
 * What changes from build to build without changing what is deployed: hashes of assets, versions of packages, and
 * what the CDK adds for its own use.
 */

const ASSET_HASH = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
const ASSET_PARAMETER = /AssetParameters[0-9a-f]{64}(S3Bucket|S3VersionKey|ArtifactHash)[0-9A-F]{8}/g;
const ASSET_BUCKET =
  /cdk-[a-z0-9]{1,10}-(container-)?assets-(<AWS::AccountId>|\d{12})-(<AWS::Region>|[a-z0-9-]+)/g;
const PACKAGE_VERSION = /\b(lakehouse-constructs|aws-cdk-lib|constructs)([@/])v?\d+\.\d+\.\d+[\w.+-]*/g;

/** Text of a template with hashes, staging buckets and package versions replaced by their names. */
export function maskVolatile(text: string): string {
  return text
    .replace(ASSET_PARAMETER, 'asset $1')
    .replace(ASSET_HASH, '<hash>')
    .replace(ASSET_BUCKET, (_, container) =>
      container === undefined ? '<asset bucket>' : '<asset repository>',
    )
    .replace(PACKAGE_VERSION, '$1$2<version>');
}

/** The template without what the CDK adds for itself, and with logical ids that do not depend on an asset. */
export function withoutVolatile(template: TemplateDocument): TemplateDocument {
  const renamed = stableLogicalIds(template);
  const text = JSON.stringify(template, (key, value) => (key === 'Metadata' ? stableMetadata(value) : value));
  const stable = JSON.parse(
    [...renamed].reduce((json, [id, name]) => json.split(id).join(name), text),
  ) as TemplateDocument;
  return {
    ...stable,
    Parameters: without(
      stable.Parameters,
      (id) => id === 'BootstrapVersion' || id.startsWith('AssetParameters'),
    ),
    Rules: without(stable['Rules'] as JsonObject | undefined, (id) => id === 'CheckBootstrapVersion'),
    Conditions: without(
      stable['Conditions'] as JsonObject | undefined,
      (id) => id === 'CDKMetadataAvailable',
    ),
    Resources: without(stable.Resources, (_, resource) => resource.Type === 'AWS::CDK::Metadata'),
  };
}

// The CDK appends a digest of the code to the logical ids of these two, to make CloudFormation create them anew.
const NAMED_BY_CONTENT = ['AWS::Lambda::Version', 'AWS::ApiGateway::Deployment'];

function stableLogicalIds(template: TemplateDocument): Map<string, string> {
  const renamed = new Map<string, string>();
  const taken = new Set(Object.keys(template.Resources ?? {}));
  for (const [id, { Type }] of Object.entries(template.Resources ?? {})) {
    const match = NAMED_BY_CONTENT.includes(Type) ? /^(.*)[0-9a-f]{32}$/.exec(id) : null;
    if (match === null || taken.has(match[1])) continue;
    taken.add(match[1]);
    renamed.set(id, match[1]);
  }
  return renamed;
}

function stableMetadata(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return metadata;
  const kept = Object.entries(metadata).filter(([key]) => !/^aws:(cdk|asset):/.test(key));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function without<T extends TemplateResource | JsonObject | JsonObject[string]>(
  section: { readonly [id: string]: T } | undefined,
  drop: (id: string, value: T) => boolean,
): { [id: string]: T } | undefined {
  const kept = Object.entries(section ?? {}).filter(([id, value]) => !drop(id, value));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
