import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { FunctionDefinition } from '../functions/function-definition';
import type { CloudAssembly } from '../template/assembly';
import { resolve } from '../template/intrinsics';
import type { References } from '../template/intrinsics';
import { isObject, objectAt, textAt } from '../template/json';
import type { Json, JsonObject } from '../template/json';
import { arn } from '../template/physical-names';
import type { Deployment } from '../template/physical-names';
import type { EmulatorClients } from './clients';
import { readDetached } from './detach';

/** A resource that was kept out of the emulator's stack, its properties as the deployed stack would have them. */
export interface DetachedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** The emulator does not answer, or knows nothing of the stack. */
export class NotDeployed extends Error {
  constructor(stack: string, cause: Error) {
    const found = cause.message === '' ? cause.name : cause.message;
    super(`The emulator has no stack ${stack} (${found}). Start it, deploy the stack there, then run it.`, {
      cause,
    });
    this.name = 'NotDeployed';
  }
}

/** A stack as the emulator deployed it: what each logical id became. */
export class DeployedStack implements References {
  private constructor(
    private readonly name: string,
    private readonly assembly: CloudAssembly,
    private readonly clients: EmulatorClients,
    /** Account and region the stack is in. */
    readonly deployment: Deployment,
    private readonly physical: Map<string, { readonly id: string; readonly type: string }>,
  ) {}

  static async describe(
    name: string,
    assembly: CloudAssembly,
    clients: EmulatorClients,
  ): Promise<DeployedStack> {
    const { DescribeStackResourcesCommand } = await import('@aws-sdk/client-cloudformation');
    const answer = await clients.cloudFormation
      .send(new DescribeStackResourcesCommand({ StackName: name }))
      .catch((error: Error) => {
        throw new NotDeployed(name, error);
      });
    const physical = new Map(
      (answer.StackResources ?? []).map((resource) => [
        resource.LogicalResourceId ?? '',
        { id: resource.PhysicalResourceId ?? '', type: resource.ResourceType ?? '' },
      ]),
    );
    const [, partition = 'aws', , region = '', account = ''] =
      answer.StackResources?.[0]?.StackId?.split(':') ?? [];
    return new DeployedStack(name, assembly, clients, { partition, region, account }, physical);
  }

  /** What was taken out of the template, resolved against what was deployed. */
  detached(): DetachedResource[] {
    return Object.entries(readDetached(this.assembly.directory, this.name)).map(([logicalId, resource]) => ({
      logicalId,
      type: resource.Type,
      properties: this.resolveWhatIsDeployed(resource.Properties ?? {}),
    }));
  }

  /** A function with the environment it was deployed with and the code asset the template names. */
  async function(functionArn: string): Promise<FunctionDefinition> {
    const { GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
    const name = functionArn.slice(functionArn.lastIndexOf(':') + 1);
    const configuration = await this.clients.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    const [logicalId] = [...this.physical].find(([, resource]) => resource.id === name) ?? [];
    const resource = this.assembly.ofType('AWS::Lambda::Function').find((f) => f.logicalId === logicalId);
    const directory = resource && this.assembly.assetDirectory(resource);
    if (directory === undefined)
      throw new Error(`The function ${name} has no code asset in ${this.assembly.directory}`);
    return {
      name,
      arn: configuration.FunctionArn ?? functionArn,
      path: resource?.path ?? name,
      directory,
      handler: configuration.Handler ?? 'index.handler',
      timeoutSeconds: configuration.Timeout ?? 3,
      memoryMegabytes: configuration.MemorySize ?? 128,
      environment: configuration.Environment?.Variables ?? {},
    };
  }

  ref(name: string): Json | undefined {
    return this.pseudoParameter(name) ?? this.physical.get(name)?.id;
  }

  getAtt(logicalId: string, attribute: string): Json | undefined {
    const resource = this.physical.get(logicalId);
    if (resource === undefined || !/(^|\.)Arn$/.test(attribute)) return resource?.id;
    // A queue's physical id is its URL, whose last part is the name.
    const name = resource.id.slice(resource.id.lastIndexOf('/') + 1);
    return arn(resource.type, name, this.deployment);
  }

  importValue(): undefined {
    return undefined;
  }

  condition(): boolean {
    return false;
  }

  mapping(): undefined {
    return undefined;
  }

  private pseudoParameter(name: string): string | undefined {
    const { account, region, partition } = this.deployment;
    const values: Record<string, string> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': partition,
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.name,
    };
    return values[name];
  }

  private resolveWhatIsDeployed(properties: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([key, value]) => {
        try {
          return [key, resolve(value, this)];
        } catch {
          // A policy or notification that names what only the real service knows: nothing here reads it.
          return [key, value];
        }
      }),
    );
  }
}

/** Names of the stacks of an assembly, in its manifest's order. */
export function stackNames(assembly: string): string[] {
  const manifest = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8')) as JsonObject;
  return Object.entries(objectAt(manifest, 'artifacts')).flatMap(([id, artifact]) =>
    isObject(artifact) && artifact.type === 'aws:cloudformation:stack'
      ? [textAt(objectAt(artifact, 'properties'), 'stackName') ?? id]
      : [],
  );
}
