import { functionDefinition } from '../functions/function-definition';
import { FunctionProcess } from '../functions/function-process';
import { workerModule } from '../package-root';
import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, textAt } from '../template/json';
import type { Json, JsonObject } from '../template/json';
import { TABLE_RESOURCE } from './embedded-lake';
import type { EmbeddedLake } from './embedded-lake';
import { localFunction } from './pipeline';

/** A table could not be created or evolved: its contract asks for what the table in the directory cannot become. */
export class ProvisioningFailed extends Error {
  constructor(table: string, reason: string) {
    super(`The table ${table} could not be provisioned: ${reason}`);
    this.name = 'ProvisioningFailed';
  }
}

/**
 * Creates and evolves the tables of an app by asking the function the template names, as CloudFormation would at every
 * deployment. Given no address to answer to, the function returns its answer.
 * @throws ProvisioningFailed
 */
export async function provisionTables(
  assembly: CloudAssembly,
  lake: EmbeddedLake,
  output: (line: string) => void,
): Promise<void> {
  const resources = assembly.ofType(TABLE_RESOURCE);
  const functions = new Map<string, FunctionProcess>();
  try {
    for (const resource of resources) {
      const token = textAt(resource.properties, 'ServiceToken') ?? '';
      const target = assembly.byArn(token);
      const definition = target && functionDefinition(assembly, target);
      if (!definition) throw new ProvisioningFailed(resource.path, `no function of the app is ${token}`);
      const process =
        functions.get(token) ??
        new FunctionProcess({ definition: localFunction(definition, lake), worker: workerModule(), output });
      functions.set(token, process);
      const result = await process.invoke(createEvent(resource, lake));
      if (result.error) throw new ProvisioningFailed(resource.path, result.error.message);
      const answer = isObject(result.value) ? result.value : {};
      if (answer.Status !== 'SUCCESS') throw new ProvisioningFailed(resource.path, String(answer.Reason));
    }
  } finally {
    await Promise.all([...functions.values()].map((process) => process.close()));
  }
}

/** The event of CloudFormation; the function creates or evolves alike. */
function createEvent(resource: Resource, lake: EmbeddedLake): JsonObject {
  const { properties } = resource;
  const table = lake.table(textAt(properties, 'TableUri') ?? '');
  const given = Object.entries(properties).map(([key, value]): [string, Json] => [
    key,
    typeof value === 'string' ? lake.localized(value) : value,
  ]);
  return {
    RequestType: 'Create',
    RequestId: `local-${resource.logicalId}`,
    StackId: `arn:aws:cloudformation:us-east-1:000000000000:stack/${resource.stack}/local`,
    ResourceType: resource.type,
    LogicalResourceId: resource.logicalId,
    ResourceProperties: {
      ...Object.fromEntries(given),
      // In a directory catalog the table's location is the table's URI.
      ...(table && { Location: table.uri }),
    },
  };
}
