import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, listAt, numberAt, textAt } from '../template/json';
import type { FunctionDefinition } from './function-definition';

/** A task polls its queue for as long as it likes; here it is called, and waited for. */
const TIMEOUT_SECONDS = 6 * 3600;
const HANDLER_FILE = 'index.mjs';
/** Of a task that names none in its definition; Fargate's smallest. */
const MEMORY_MEGABYTES = 512;

/**
 * A container of the template as a function: its image is built from a directory that holds a bundle, whose `handler`
 * is what the container calls for each message. Undefined for any other image.
 */
export function containerDefinition(
  assembly: CloudAssembly,
  resource: Resource,
): FunctionDefinition | undefined {
  for (const container of listAt(resource.properties, 'ContainerDefinitions').filter(isObject)) {
    const directory = assembly.imageDirectory(resource.stack, textAt(container, 'Image') ?? '');
    if (directory === undefined || !existsSync(join(directory, HANDLER_FILE))) continue;
    return {
      name: resource.name,
      arn: resource.arn,
      path: resource.path,
      directory,
      handler: 'index.handler',
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMegabytes:
        numberAt(container, 'Memory') ?? numberAt(resource.properties, 'Memory') ?? MEMORY_MEGABYTES,
      environment: Object.fromEntries(
        listAt(container, 'Environment')
          .filter(isObject)
          .map((variable) => [textAt(variable, 'Name') ?? '', textAt(variable, 'Value') ?? '']),
      ),
    };
  }
  return undefined;
}
