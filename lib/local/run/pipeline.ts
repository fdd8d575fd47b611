import { functionDefinition } from '../functions/function-definition';
import type { FunctionDefinition } from '../functions/function-definition';
import { EmbeddedQueue } from '../messaging/embedded-queue';
import { eventSourceMapping } from '../streams/event-source-mapping';
import type { EventSourceMapping } from '../streams/event-source-mapping';
import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, listAt, numberAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import type { EmbeddedLake } from './embedded-lake';
import { handlersOf, productTables } from './product-tables';
import type { ProductTable } from './product-tables';

/** A stream, the function that reads it, the tables it fills and the alarms that watch it, as the template has them. */
export interface Pipeline {
  readonly product: string;
  readonly stream: Resource;
  readonly shards: number;
  readonly function: FunctionDefinition;
  readonly roleArn: string;
  readonly mapping: EventSourceMapping;
  /** Where batches that were given up are noted. */
  readonly failureQueue?: Resource;
  readonly tables: ProductTable[];
  readonly alarms: Resource[];
}

/** An on-demand stream begins with four. */
const ON_DEMAND_SHARDS = 4;

/** Every pipeline of an app that reads a Kinesis stream. */
export function pipelines(assembly: CloudAssembly, lake: EmbeddedLake): Pipeline[] {
  return assembly.ofType('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => {
    const stream = assembly.byArn(textAt(properties, 'EventSourceArn') ?? '');
    const target = functionOf(assembly, textAt(properties, 'FunctionName') ?? '');
    const definition = target && functionDefinition(assembly, target);
    if (stream?.type !== 'AWS::Kinesis::Stream' || !definition) return [];
    const mapping = eventSourceMapping(properties);
    const product = definition.environment[HANDLER_ENVIRONMENT.product] ?? definition.name;
    const handlers = handlersOf(assembly, product);
    const failureQueue = assembly.byArn(mapping.failureDestination ?? '');
    return [
      {
        product,
        stream,
        shards: numberAt(stream.properties, 'ShardCount') ?? ON_DEMAND_SHARDS,
        function: localFunction(definition, lake),
        roleArn: textAt(target.properties, 'Role') ?? '',
        mapping,
        failureQueue,
        tables: productTables(handlers, lake),
        alarms: alarmsOn(assembly, {
          FunctionName: handlers.map(({ name }) => name),
          StreamName: [stream.name],
          QueueName: [failureQueue?.name, ...queuesOf(assembly, handlers)],
          Product: [product],
        }),
      },
    ];
  });
}

/** The function with its tables as directories. */
export function localFunction(definition: FunctionDefinition, lake: EmbeddedLake): FunctionDefinition {
  return { ...definition, environment: lake.environment(definition.environment) };
}

/** Queues that lead to handlers, and where they put what was given up. */
function queuesOf(assembly: CloudAssembly, handlers: readonly FunctionDefinition[]): string[] {
  const names = new Set(handlers.flatMap(({ name, arn }) => [name, arn]));
  return assembly.ofType('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => {
    const queue = assembly.byArn(textAt(properties, 'EventSourceArn') ?? '');
    if (queue?.type !== 'AWS::SQS::Queue' || !names.has(textAt(properties, 'FunctionName') ?? '')) return [];
    const { deadLetterArn } = new EmbeddedQueue(queue);
    const deadLetters = assembly.byArn(deadLetterArn ?? '');
    return [queue.name, ...(deadLetters ? [deadLetters.name] : [])];
  });
}

/** Mappings name their function by name or by ARN. */
function functionOf(assembly: CloudAssembly, nameOrArn: string): Resource | undefined {
  return assembly
    .ofType('AWS::Lambda::Function')
    .find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
}

function alarmsOn(
  assembly: CloudAssembly,
  dimensions: Readonly<Record<string, readonly (string | undefined)[]>>,
): Resource[] {
  return assembly.ofType('AWS::CloudWatch::Alarm').filter(({ properties }) =>
    metricsOf(properties).some((metric) =>
      listAt(metric, 'Dimensions')
        .filter(isObject)
        .some(({ Name, Value }) => Value !== undefined && dimensions[String(Name)]?.includes(String(Value))),
    ),
  );
}

function metricsOf(properties: JsonObject): JsonObject[] {
  const queries = listAt(properties, 'Metrics').filter(isObject);
  return [properties, ...queries.map((query) => objectAt(objectAt(query, 'MetricStat'), 'Metric'))];
}
