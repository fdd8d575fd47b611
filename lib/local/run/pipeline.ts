import { functionDefinition } from '../functions/function-definition';
import type { FunctionDefinition } from '../functions/function-definition';
import { EmbeddedQueue } from '../messaging/embedded-queue';
import { eventRules } from '../messaging/event-rules';
import { type QueueMapping, queueMapping } from '../messaging/queue-delivery';
import { eventSourceMapping } from '../streams/event-source-mapping';
import type { EventSourceMapping } from '../streams/event-source-mapping';
import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, listAt, numberAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import type { EmbeddedLake } from './embedded-lake';
import { handlersOf, productTables } from './product-tables';
import type { ProductTable } from './product-tables';

/** A function that takes records in, the tables it fills and the alarms that watch it, as the template has them. */
export interface Intake {
  readonly product: string;
  readonly function: FunctionDefinition;
  /** Where what was given up is noted. */
  readonly failureQueue?: Resource;
  readonly tables: ProductTable[];
  readonly alarms: Resource[];
}

/** What begins with a stream. */
export interface Pipeline extends Intake {
  readonly stream: Resource;
  readonly shards: number;
  readonly roleArn: string;
  readonly mapping: EventSourceMapping;
}

/** What begins with files that arrive in a folder of a bucket. */
export interface FilePipeline extends Intake {
  readonly bucket: Resource;
  /** Beginning of the keys that are told of. */
  readonly prefix: string;
  /** Tells of files that arrive. */
  readonly queue: Resource;
  readonly mapping: QueueMapping;
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
    const failureQueue = assembly.byArn(mapping.failureDestination ?? '');
    return [
      {
        ...intakeOf(assembly, lake, definition, {
          StreamName: [stream.name],
          QueueName: [failureQueue?.name],
        }),
        stream,
        shards: numberAt(stream.properties, 'ShardCount') ?? ON_DEMAND_SHARDS,
        roleArn: textAt(target.properties, 'Role') ?? '',
        mapping,
        failureQueue,
      },
    ];
  });
}

/** Every pipeline of an app whose queue is told of the objects of a folder, and that notes which of them are done. */
export function filePipelines(assembly: CloudAssembly, lake: EmbeddedLake): FilePipeline[] {
  return assembly.ofType('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => {
    const queue = assembly.byArn(textAt(properties, 'EventSourceArn') ?? '');
    const target = functionOf(assembly, textAt(properties, 'FunctionName') ?? '');
    const definition = target && functionDefinition(assembly, target);
    if (
      queue?.type !== 'AWS::SQS::Queue' ||
      definition?.environment[HANDLER_ENVIRONMENT.fileLedger] === undefined
    )
      return [];
    const folder = folderOf(assembly, queue);
    if (!folder) return [];
    const failureQueue = assembly.byArn(new EmbeddedQueue(queue).deadLetterArn ?? '');
    return [
      {
        ...intakeOf(assembly, lake, definition, {}),
        ...folder,
        queue,
        mapping: queueMapping(properties),
        failureQueue,
      },
    ];
  });
}

/** Bucket and beginning of the keys of the rule that fills a queue. */
function folderOf(
  assembly: CloudAssembly,
  queue: Resource,
): Pick<FilePipeline, 'bucket' | 'prefix'> | undefined {
  const rule = eventRules(assembly).find(({ targets }) => targets.some(({ Arn }) => Arn === queue.arn));
  const detail = objectAt(objectAt(rule?.resource.properties ?? {}, 'EventPattern'), 'detail');
  const [name] = listAt(objectAt(detail, 'bucket'), 'name');
  const [key] = listAt(objectAt(detail, 'object'), 'key').filter(isObject);
  const bucket = assembly.ofType('AWS::S3::Bucket').find((one) => one.name === name);
  if (!bucket || !key) return undefined;
  const begins = textAt(key, 'prefix') ?? textAt(key, 'wildcard')?.replace(/\*.*$/, '') ?? '';
  return { bucket, prefix: begins.slice(0, begins.lastIndexOf('/') + 1) };
}

/** @param watched dimensions of alarms, beside those of the handlers, their queues and the product */
function intakeOf(
  assembly: CloudAssembly,
  lake: EmbeddedLake,
  definition: FunctionDefinition,
  watched: Readonly<Record<string, readonly (string | undefined)[]>>,
): Omit<Intake, 'failureQueue'> {
  const product = definition.environment[HANDLER_ENVIRONMENT.product] ?? definition.name;
  const handlers = handlersOf(assembly, product);
  return {
    product,
    function: localFunction(definition, lake),
    tables: productTables(handlers, lake),
    alarms: alarmsOn(assembly, {
      FunctionName: handlers.map(({ name }) => name),
      Product: [product],
      ...watched,
      QueueName: [...(watched.QueueName ?? []), ...queuesOf(assembly, handlers)],
    }),
  };
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
