import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { NO_VALUE, UnresolvedReference, resolve } from './intrinsics';
import type { References } from './intrinsics';
import { isObject, listAt, objectAt, textAt } from './json';
import type { Json, JsonObject } from './json';
import { LAPTOP, arn, physicalName } from './physical-names';
import type { Deployment } from './physical-names';

/** A resource of a synthesized app, its properties resolved as far as this machine can. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  /** Path in the construct tree, for example `Lake/Orders/Stream/Resource`. */
  readonly path: string;
  readonly type: string;
  /** What `Ref` gives. */
  readonly name: string;
  readonly arn: string;
  readonly properties: JsonObject;
}

interface Stack {
  readonly name: string;
  readonly template: JsonObject;
  /** Asset directory by its hash, the file name of its object key. */
  readonly assets: Map<string, string>;
  /** Directory a container's image is built from, by the image's tag. */
  readonly images: Map<string, string>;
}

/** A synthesized cloud assembly (`cdk.out`), read as what it would have deployed. */
export class CloudAssembly {
  readonly resources: Resource[];
  private readonly stacks: Stack[];

  constructor(
    readonly directory: string,
    private readonly deployment: Deployment = LAPTOP,
  ) {
    this.stacks = readStacks(directory);
    this.resources = this.stacks.flatMap((stack) => this.resourcesOf(stack));
  }

  ofType(type: string): Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  byArn(value: string): Resource | undefined {
    return this.resources.find((resource) => resource.arn === value);
  }

  /** Directory of the code asset a function's `Code` property names. */
  assetDirectory(resource: Resource): string | undefined {
    const key = textAt(objectAt(resource.properties, 'Code'), 'S3Key');
    if (key === undefined) return undefined;
    const hash = key.slice(key.lastIndexOf('/') + 1).replace(/\.zip$/, '');
    const stack = this.stacks.find((candidate) => candidate.name === resource.stack);
    return stack?.assets.get(hash);
  }

  /** Directory of the docker asset an image is built from; undefined for an image from elsewhere. */
  imageDirectory(stackName: string, image: string): string | undefined {
    const stack = this.stacks.find(({ name }) => name === stackName);
    return stack?.images.get(image.slice(image.lastIndexOf(':') + 1));
  }

  private resourcesOf(stack: Stack): Resource[] {
    const references = new StackReferences(stack, this.stacks, this.deployment);
    return Object.entries(objectAt(stack.template, 'Resources')).flatMap(([logicalId, definition]) => {
      if (!isObject(definition)) return [];
      const condition = textAt(definition, 'Condition');
      if (condition !== undefined && !references.condition(condition)) return [];
      const type = textAt(definition, 'Type') ?? '';
      const properties = resolveWhatIsKnown(objectAt(definition, 'Properties'), references);
      const name = physicalName(stack.name, logicalId, type, properties);
      const path = textAt(objectAt(definition, 'Metadata'), 'aws:cdk:path') ?? `${stack.name}/${logicalId}`;
      return [
        {
          stack: stack.name,
          logicalId,
          path,
          type,
          name,
          arn: arn(type, name, this.deployment),
          properties,
        },
      ];
    });
  }
}

/**
 * A property that refers to something only the cloud knows is left as it stands in the template: most of them (keys,
 * policies, log groups) mean nothing to a run on this machine.
 */
function resolveWhatIsKnown(properties: JsonObject, references: References): JsonObject {
  const resolved: JsonObject = {};
  for (const [key, value] of Object.entries(properties)) {
    try {
      const known = resolve(value, references);
      if (known !== NO_VALUE) resolved[key] = known;
    } catch (error) {
      if (!(error instanceof UnresolvedReference)) throw error;
      resolved[key] = isObject(value) ? resolveWhatIsKnown(value, references) : value;
    }
  }
  return resolved;
}

const REF_IS_ARN = new Set([
  'AWS::ECS::TaskDefinition',
  'AWS::SNS::Topic',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
]);

class StackReferences implements References {
  constructor(
    private readonly stack: Stack,
    private readonly stacks: Stack[],
    private readonly deployment: Deployment,
  ) {}

  ref(name: string): Json | undefined {
    const pseudo = this.pseudoParameter(name);
    if (pseudo !== undefined) return pseudo;
    const parameter = objectAt(this.stack.template, 'Parameters')[name];
    if (isObject(parameter)) return parameter.Default;
    const resource = this.resource(name);
    if (!resource) return undefined;
    // A queue's Ref is its URL.
    if (resource.type === 'AWS::SQS::Queue')
      return `https://sqs.${this.deployment.region}.${this.suffix}/${this.deployment.account}/${resource.name}`;
    return REF_IS_ARN.has(resource.type) ? arn(resource.type, resource.name, this.deployment) : resource.name;
  }

  getAtt(logicalId: string, attribute: string): Json | undefined {
    const resource = this.resource(logicalId);
    if (!resource) return undefined;
    if (/Arn$/.test(attribute)) return arn(resource.type, resource.name, this.deployment);
    return /Name$|Id$/.test(attribute) ? resource.name : undefined;
  }

  importValue(exportName: string): Json | undefined {
    for (const stack of this.stacks) {
      const references =
        stack === this.stack ? this : new StackReferences(stack, this.stacks, this.deployment);
      for (const output of Object.values(objectAt(stack.template, 'Outputs'))) {
        if (!isObject(output)) continue;
        const name = objectAt(output, 'Export').Name;
        if (name !== undefined && resolve(name, references) === exportName)
          return resolve(output.Value, references);
      }
    }
    return undefined;
  }

  condition(name: string): boolean {
    const definition = objectAt(this.stack.template, 'Conditions')[name];
    return definition !== undefined && resolve(definition, this) === true;
  }

  mapping(map: string, topLevelKey: string, secondLevelKey: string): Json | undefined {
    return objectAt(objectAt(objectAt(this.stack.template, 'Mappings'), map), topLevelKey)[secondLevelKey];
  }

  private get suffix(): string {
    return 'amazonaws.com';
  }

  private pseudoParameter(name: string): Json | undefined {
    const { account, region, partition } = this.deployment;
    switch (name) {
      case 'AWS::AccountId':
        return account;
      case 'AWS::Region':
        return region;
      case 'AWS::Partition':
        return partition;
      case 'AWS::URLSuffix':
        return this.suffix;
      case 'AWS::StackName':
        return this.stack.name;
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${region}:${account}:stack/${this.stack.name}/local`;
      case 'AWS::NoValue':
        return NO_VALUE;
      case 'AWS::NotificationARNs':
        return [];
      default:
        return undefined;
    }
  }

  private resource(logicalId: string): { type: string; name: string } | undefined {
    const definition = objectAt(this.stack.template, 'Resources')[logicalId];
    if (!isObject(definition)) return undefined;
    const type = textAt(definition, 'Type') ?? '';
    const properties = objectAt(definition, 'Properties');
    return { type, name: physicalName(this.stack.name, logicalId, type, this.withNames(properties)) };
  }

  /** A name may itself be a function (`${AWS::StackName}-orders`). */
  private withNames(properties: JsonObject): JsonObject {
    const named: JsonObject = {};
    for (const [key, value] of Object.entries(properties)) {
      if (/Name$|Input$/.test(key)) named[key] = resolveWhatIsKnown({ value }, this).value;
    }
    return named;
  }
}

function readStacks(directory: string): Stack[] {
  const manifest = readJson(join(directory, 'manifest.json'));
  const stacks: Stack[] = [];
  for (const [id, artifact] of Object.entries(objectAt(manifest, 'artifacts'))) {
    if (!isObject(artifact)) continue;
    const properties = objectAt(artifact, 'properties');
    if (artifact.type === 'cdk:cloud-assembly') {
      stacks.push(...readStacks(join(directory, textAt(properties, 'directoryName') ?? id)));
    }
    if (artifact.type !== 'aws:cloudformation:stack') continue;
    const template = readJson(join(directory, textAt(properties, 'templateFile') ?? `${id}.template.json`));
    const manifests = assetManifests(directory, id, listAt(artifact, 'dependencies'));
    stacks.push({
      name: textAt(properties, 'stackName') ?? id,
      template,
      assets: sourcesOf(directory, manifests, FILE_ASSETS),
      images: sourcesOf(directory, manifests, IMAGE_ASSETS),
    });
  }
  return stacks;
}

function assetManifests(directory: string, stackId: string, dependencies: Json[]): JsonObject[] {
  return [`${stackId}.assets`, ...dependencies.map(String)]
    .filter((name) => name.endsWith('.assets'))
    .map((name) => join(directory, `${name}.json`))
    .filter((file) => existsSync(file))
    .map(readJson);
}

/** One kind of assets in their manifest: where each comes from, and what a template calls it. */
interface AssetKind {
  readonly list: string;
  readonly source: string;
  readonly destination: string;
}
const FILE_ASSETS: AssetKind = { list: 'files', source: 'path', destination: 'objectKey' };
const IMAGE_ASSETS: AssetKind = { list: 'dockerImages', source: 'directory', destination: 'imageTag' };

function sourcesOf(
  directory: string,
  manifests: readonly JsonObject[],
  { list, source, destination }: AssetKind,
): Map<string, string> {
  const sources = new Map<string, string>();
  for (const [hash, asset] of manifests.flatMap((manifest) => Object.entries(objectAt(manifest, list)))) {
    if (!isObject(asset)) continue;
    const path = textAt(objectAt(asset, 'source'), source);
    if (path === undefined) continue;
    const location = isAbsolute(path) ? path : join(directory, path);
    sources.set(hash, location);
    for (const target of Object.values(objectAt(asset, 'destinations'))) {
      const key = isObject(target) ? textAt(target, destination) : undefined;
      if (key) sources.set(key.slice(key.lastIndexOf('/') + 1).replace(/\.zip$/, ''), location);
    }
  }
  return sources;
}

function readJson(file: string): JsonObject {
  return JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
}
