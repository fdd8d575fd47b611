import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import type { FunctionDefinition } from '../functions/function-definition';
import { FunctionPool } from '../functions/function-pool';
import { eventSourceMapping } from '../streams/event-source-mapping';
import { ShardDelivery } from '../streams/shard-delivery';
import type { DiscardedBatch } from '../streams/shard-delivery';
import { kinesisEvent } from '../streams/stream-record';
import { CloudAssembly } from '../template/assembly';
import { objectAt, textAt } from '../template/json';
import { EMULATOR_CREDENTIALS, emulatorClients } from './clients';
import type { EmulatorClients, EmulatorEndpoint } from './clients';
import { DeployedStack } from './deployed-stack';
import type { DetachedResource } from './deployed-stack';
import { pollShard } from './shard-poll';

export interface EmulatorRunOptions {
  /** Cloud assembly as `detachUnsupported` wrote it and `cdk deploy` deployed it. */
  readonly assembly: string;
  readonly stack: string;
  readonly endpoint: EmulatorEndpoint;
  /** Compiled `functions/worker` module. */
  readonly worker: string;
  /** Called with each line a function writes. */
  readonly output: (line: string) => void;
}

export interface Delivered {
  /** Records a function has taken, by stream ARN. */
  readonly records: Map<string, number>;
  /** Batches that were given up and sent to their failure destination. */
  readonly discarded: number;
}

/**
 * Does for a stack in an emulator what the emulator cannot: makes the Glue databases and tables of the template and
 * runs its functions, each with the environment it was deployed with, on what arrives in its streams.
 */
export class EmulatorRun {
  private constructor(
    private readonly options: EmulatorRunOptions,
    private readonly clients: EmulatorClients,
    private readonly stack: DeployedStack,
    private readonly detached: DetachedResource[],
  ) {}

  static async connect(options: EmulatorRunOptions): Promise<EmulatorRun> {
    const clients = await emulatorClients(options.endpoint);
    const stack = await DeployedStack.describe(options.stack, new CloudAssembly(options.assembly), clients);
    return new EmulatorRun(options, clients, stack, stack.detached());
  }

  /**
   * Creates the databases, then hands each table to the function CloudFormation would have called.
   * Returns the URIs of the tables. @throws Error with the function's own message when one fails.
   */
  async provisionTables(): Promise<string[]> {
    const { CreateDatabaseCommand } = await import('@aws-sdk/client-glue');
    for (const { properties } of this.ofType('AWS::Glue::Database')) {
      const input = objectAt(properties, 'DatabaseInput');
      const Name = textAt(input, 'Name');
      try {
        await this.clients.glue.send(
          new CreateDatabaseCommand({ DatabaseInput: { Name, LocationUri: textAt(input, 'LocationUri') } }),
        );
      } catch (error) {
        if ((error as Error).name !== 'AlreadyExistsException') throw error;
      }
    }
    const tables = this.detached.filter(({ type }) => type.startsWith('Custom::Lakehouse'));
    const provisioners = new Map<string, FunctionPool>();
    try {
      for (const { properties } of tables) {
        const { ServiceToken, ...ResourceProperties } = properties;
        const token = String(ServiceToken);
        const pool = provisioners.get(token) ?? (await this.pool(token));
        provisioners.set(token, pool);
        const { error } = await pool.invoke({ RequestType: 'Create', ResourceProperties });
        if (error) throw new Error(`${textAt(properties, 'TableUri')}: ${error.message}`);
      }
    } finally {
      await Promise.all([...provisioners.values()].map((pool) => pool.close()));
    }
    return tables.map(({ properties }) => textAt(properties, 'TableUri') ?? '');
  }

  /** Polls the stream of every event source mapping until `stopWhenIdle` says so on a shard that has nothing new. */
  async deliver(stopWhenIdle: () => boolean): Promise<Delivered> {
    const records = new Map<string, number>();
    let discarded = 0;
    await Promise.all(
      this.mappingsOf('kinesis').map(async ({ properties }) => {
        const streamArn = textAt(properties, 'EventSourceArn') ?? '';
        const pool = await this.pool(textAt(properties, 'FunctionName') ?? '');
        const mapping = eventSourceMapping(properties);
        const { ListShardsCommand } = await import('@aws-sdk/client-kinesis');
        const { Shards = [] } = await this.clients.kinesis.send(
          new ListShardsCommand({ StreamARN: streamArn }),
        );
        await Promise.all(
          Shards.map(({ ShardId: shardId = '' }) =>
            pollShard({
              kinesis: this.clients.kinesis,
              streamArn,
              shardId,
              startingPosition:
                textAt(properties, 'StartingPosition') === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON',
              batchSize: mapping.batchSize,
              stopWhenIdle,
              delivery: new ShardDelivery({
                mapping,
                shardId,
                streamArn,
                functionArn: textAt(properties, 'FunctionName') ?? '',
                invoke: (batch) =>
                  pool.invoke(
                    kinesisEvent(batch, shardId, {
                      streamArn,
                      region: this.stack.deployment.region,
                      roleArn: `arn:aws:iam::${this.stack.deployment.account}:role/emulator`,
                    }),
                  ),
                delivered: (batch) => records.set(streamArn, (records.get(streamArn) ?? 0) + batch.length),
                discard: async (batch) => {
                  discarded++;
                  await this.sendToQueue(mapping.failureDestination, batch);
                },
              }),
            }),
          ),
        ).finally(() => pool.close());
      }),
    );
    return { records, discarded };
  }

  /**
   * Asks each function that keeps a silver table to bring it up to date, as EventBridge would: an emulator's Glue tells of
   * no commits. Returns the tables. @throws Error with the function's own message when one fails.
   */
  async refine(): Promise<string[]> {
    const refined: string[] = [];
    for (const { properties } of this.mappingsOf('sqs')) {
      const { definition, pool } = await this.start(textAt(properties, 'FunctionName') ?? '');
      const table = definition.environment[HANDLER_ENVIRONMENT.silverTable];
      try {
        if (table === undefined) continue;
        const { error } = await pool.invoke({ refine: table });
        if (error) throw new Error(`${table}: ${error.message}`);
        refined.push(table);
      } finally {
        await pool.close();
      }
    }
    return refined;
  }

  private mappingsOf(service: string): DetachedResource[] {
    return this.ofType('AWS::Lambda::EventSourceMapping').filter(
      ({ properties }) => textAt(properties, 'EventSourceArn')?.split(':')[2] === service,
    );
  }

  private ofType(type: string): DetachedResource[] {
    return this.detached.filter((resource) => resource.type === type);
  }

  private async pool(functionArn: string): Promise<FunctionPool> {
    return (await this.start(functionArn)).pool;
  }

  private async start(functionArn: string): Promise<{ definition: FunctionDefinition; pool: FunctionPool }> {
    const definition = await this.stack.function(functionArn);
    const { url, region } = this.options.endpoint;
    const environment = {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    };
    const { worker, output } = this.options;
    return { definition, pool: new FunctionPool({ definition, worker, output, environment }, 2) };
  }

  private async sendToQueue(destination: string | undefined, batch: DiscardedBatch): Promise<void> {
    if (destination === undefined) return;
    const { GetQueueUrlCommand, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const QueueName = destination.slice(destination.lastIndexOf(':') + 1);
    const { QueueUrl } = await this.clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
    await this.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(batch) }));
  }
}
