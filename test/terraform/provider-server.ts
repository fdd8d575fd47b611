import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { BlockSchema, ProviderSchema } from './provider-schema';

/** A provider that knows its schema and nothing else, where Terraform looks for it. */
export interface RunningProvider {
  readonly port: number;
  stop(): void;
}

/** Serves a schema by Terraform's plugin protocol 5 on a port of this machine. */
export async function serveProvider(schema: ProviderSchema): Promise<RunningProvider> {
  const definition = loadSync(join(__dirname, 'provider.proto'), { keepCase: true, defaults: true });
  const { tfplugin5 } = grpc.loadPackageDefinition(definition) as unknown as {
    tfplugin5: { Provider: { service: grpc.ServiceDefinition } };
  };
  const server = new grpc.Server({
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': -1,
  });
  const answer = {
    provider: { version: 0, block: encoded(schema.provider) },
    resource_schemas: encodedAll(schema.resources),
    data_source_schemas: encodedAll(schema.dataSources),
    diagnostics: [],
  };
  type Call = grpc.ServerUnaryCall<{ config?: unknown }, unknown>;
  type Reply = grpc.sendUnaryData<unknown>;
  const nothingToSay = (_: Call, reply: Reply) => reply(null, { diagnostics: [] });
  server.addService(tfplugin5.Provider.service, {
    GetSchema: (_: Call, reply: Reply) => reply(null, answer),
    PrepareProviderConfig: ({ request }: Call, reply: Reply) =>
      reply(null, { prepared_config: request.config, diagnostics: [] }),
    ValidateResourceTypeConfig: nothingToSay,
    ValidateDataSourceConfig: nothingToSay,
    Stop: (_: Call, reply: Reply) => reply(null, { Error: '' }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, stop: () => server.forceShutdown() };
}

function encodedAll(blocks: { [type: string]: BlockSchema }): { [type: string]: object } {
  return Object.fromEntries(
    Object.entries(blocks).map(([type, block]) => [type, { version: 0, block: encoded(block) }]),
  );
}

function encoded({ attributes, blocks }: BlockSchema): object {
  return {
    version: 0,
    attributes: Object.entries(attributes).map(([name, { type, ...rest }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...rest,
    })),
    block_types: Object.entries(blocks).map(([name, { nesting, minItems, maxItems, block }]) => ({
      type_name: name,
      nesting,
      min_items: minItems,
      max_items: maxItems,
      block: encoded(block),
    })),
  };
}
