import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrEvolveTable } from '../../../lambda/tables/create-table';
import { MetricStore } from '../../../lib/local/metrics/metric-store';
import { workerModule } from '../../../lib/local/package-root';
import { EmbeddedLake } from '../../../lib/local/run/embedded-lake';
import { EventFlow } from '../../../lib/local/run/event-flow';
import { assemblyOf, lambdaFunction } from '../assembly-of';
import { optional } from '../../skip';

/** Commits to silver unless told that it is there already, and hands what is large to the container. */
const REFINE = `
import { appendFileSync, copyFileSync, existsSync, readFileSync } from 'node:fs';
export async function handler({ Records }) {
  appendFileSync(process.env.SEEN, Records.map(({ body }) => 'refine ' + body + '\\n').join(''));
  if (process.env.BROKEN && existsSync(process.env.BROKEN)) {
    console.log(JSON.stringify({ level: 'ERROR', message: 'Not refined', error: { message: 'as told' } }));
    return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }
  const answer = await fetch(process.env.LAKEHOUSE_TASK_QUEUE, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSQS.SendMessage' },
    body: JSON.stringify({ QueueUrl: process.env.LAKEHOUSE_TASK_QUEUE, MessageBody: 'large', MessageGroupId: 'g' }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return { batchItemFailures: [] };
}`;
/** A container that commits to silver. */
const CONTAINER = `
import { appendFileSync, copyFileSync } from 'node:fs';
export async function handler({ Records }) {
  const { SEEN, LAKEHOUSE_SILVER_TABLE, LAKEHOUSE_SQL_ENGINE } = process.env;
  appendFileSync(SEEN, 'container ' + Records[0].body + ' by ' + LAKEHOUSE_SQL_ENGINE + '\\n');
  const metadata = LAKEHOUSE_SILVER_TABLE.replace('file://', '') + '/metadata';
  copyFileSync(metadata + '/v1.metadata.json', metadata + '/v2.metadata.json');
  return { batchItemFailures: [] };
}`;
const PUBLISH = `
import { appendFileSync } from 'node:fs';
export async function handler({ detail }) {
  appendFileSync(process.env.SEEN, 'publish ' + detail.databaseName + '.' + detail.tableName + '\\n');
}`;

const BUILT = { name: 'dist', present: existsSync(workerModule()), install: 'npm run build' };
const arn = (logicalId: string): object => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

optional(BUILT)('what follows from a commit', () => {
  let directory: string;
  let seen: string;
  let broken: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'flow-'));
    seen = join(directory, 'seen');
    broken = join(directory, 'broken');
    for (const zone of ['bronze', 'silver']) await provision(zone, {});
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function flow(): Promise<EventFlow> {
    const rule = (database: string, target: object): object => ({
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.glue'], detail: { databaseName: [database] } },
        Targets: [{ Id: 'Target0', ...target }],
      },
    });
    const queue = {
      Type: 'AWS::SQS::Queue',
      Properties: { FifoQueue: true, ContentBasedDeduplication: true },
    };
    const table = (zone: string): object => ({
      Type: 'Custom::LakehouseIcebergTable',
      Properties: { TableUri: `glue://lake_${zone}/orders` },
    });
    const assembly = assemblyOf(
      join(directory, 'cdk.out'),
      {
        Bronze: table('bronze'),
        Silver: table('silver'),
        Commits: queue,
        Tasks: queue,
        OfBronze: rule('lake_bronze', { Arn: arn('Commits'), SqsParameters: { MessageGroupId: 'g' } }),
        OfSilver: rule('lake_silver', { Arn: arn('Publish') }),
        Source: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: arn('Commits'),
            FunctionName: { Ref: 'Refine' },
            FunctionResponseTypes: ['ReportBatchItemFailures'],
          },
        },
        Refine: lambdaFunction('refine', {
          SEEN: seen,
          BROKEN: broken,
          LAKEHOUSE_PRODUCT: 'orders',
          LAKEHOUSE_TASK_QUEUE: { Ref: 'Tasks' },
        }),
        Publish: lambdaFunction('publish', { SEEN: seen }),
        Task: {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: {
            ContainerDefinitions: [
              {
                Image: {
                  'Fn::Sub': '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/assets:container',
                },
                Environment: [
                  { Name: 'SEEN', Value: seen },
                  { Name: 'LAKEHOUSE_TASK_QUEUE', Value: { Ref: 'Tasks' } },
                  { Name: 'LAKEHOUSE_SILVER_TABLE', Value: 'glue://lake_silver/orders' },
                  { Name: 'LAKEHOUSE_SQL_ENGINE', Value: 'athena' },
                ],
              },
            ],
          },
        },
      },
      { refine: REFINE, publish: PUBLISH, container: CONTAINER },
    );
    return EventFlow.open({
      assembly,
      lake: new EmbeddedLake(assembly, directory),
      stateDirectory: join(directory, '.lakehouse'),
      metrics: new MetricStore(),
      invoking: () => undefined,
    });
  }
  async function settled(): Promise<EventFlow> {
    const events = await flow();
    await events.settle();
    await events.close();
    return events;
  }
  async function provision(zone: string, properties: Record<string, string>): Promise<void> {
    await createOrEvolveTable(`file://${join(directory, zone, 'orders')}`, {
      schema: {
        type: 'struct',
        'schema-id': 0,
        fields: [{ id: 1, name: 'id', required: true, type: 'long' }],
      },
      partitionSpec: { 'spec-id': 0, fields: [] },
      properties,
    });
  }
  const commit = (name: string): Promise<void> => provision('bronze', { [name]: 'set' });
  const seenSteps = (): string[] =>
    existsSync(seen)
      ? readFileSync(seen, 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.replace(/\{.*"tableName":"(\w+)".*\}/, '$1'))
      : [];

  it('is what the template says: a queue, its function, a container, and what follows from their commits', async () => {
    await settled();
    // A table that was only made has no commit.
    expect(seenSteps()).toEqual([]);
    await commit('first');
    const { invocations, failures } = await settled();
    expect(failures).toEqual([]);
    expect(seenSteps()).toEqual(['refine orders', 'container large by duckdb', 'publish lake_silver.orders']);
    expect(invocations.map(({ path, failed }) => [path, failed])).toEqual([
      ['Test/Refine', false],
      ['Test/Task', false],
      ['Test/Publish', false],
    ]);
    await settled();
    expect(seenSteps()).toHaveLength(3);
  });

  it('is made up for by the next run where one was given up or killed', async () => {
    await commit('first');
    writeFileSync(broken, '');
    const { failures } = await settled();
    expect(failures).toEqual([
      {
        product: 'orders',
        halted: false,
        message: 'Test/Refine failed each time it was tried: Not refined: as told',
      },
    ]);
    rmSync(broken);
    rmSync(seen);
    expect((await settled()).failures).toEqual([]);
    expect(seenSteps()[0]).toBe('refine orders');
    // A run that was killed has opened the tables' commits, but settled none.
    const killed = await flow();
    await commit('second');
    await killed.close();
    rmSync(seen);
    await settled();
    expect(seenSteps()[0]).toBe('refine orders');
  });
});
