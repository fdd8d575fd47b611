import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, numberAt, objectAt, textAt } from '../template/json';

/** What is needed to run a function of the template on this machine. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** Path in the construct tree. */
  readonly path: string;
  readonly directory: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Record<string, string>;
}

/** Undefined for a function without a code asset of its own: inline code belongs to the provisioning of the cloud. */
export function functionDefinition(
  assembly: CloudAssembly,
  resource: Resource,
): FunctionDefinition | undefined {
  const directory = assembly.assetDirectory(resource);
  const handler = textAt(resource.properties, 'Handler');
  if (directory === undefined || handler === undefined) return undefined;
  const variables = objectAt(objectAt(resource.properties, 'Environment'), 'Variables');
  return {
    name: resource.name,
    arn: resource.arn,
    path: resource.path,
    directory,
    handler,
    timeoutSeconds: numberAt(resource.properties, 'Timeout') ?? 3,
    memoryMegabytes: numberAt(resource.properties, 'MemorySize') ?? 128,
    environment: Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [
        key,
        isObject(value) ? JSON.stringify(value) : String(value),
      ]),
    ),
  };
}
