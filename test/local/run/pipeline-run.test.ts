import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { EventFile } from '../../../lib/local/events/event-file';
import { LatencyHistogram } from '../../../lib/local/metrics/latency-histogram';
import { MetricStore } from '../../../lib/local/metrics/metric-store';
import { workerModule } from '../../../lib/local/package-root';
import { runPipeline } from '../../../lib/local/run/pipeline-run';
import type { PipelineResult, RowRange } from '../../../lib/local/run/pipeline-run';
import type { Pipeline } from '../../../lib/local/run/pipeline';
import type { Resource } from '../../../lib/local/template/assembly';

/** Notes what it is given; fails on a record that says "poison". */
const HANDLER = `
import { appendFileSync } from 'node:fs';
export async function handler({ Records }) {
  const texts = Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
  if (texts.includes('poison')) throw new Error('cannot read "poison"');
  appendFileSync(process.env.SEEN, Records.map((r, i) => JSON.stringify({ ...r, text: texts[i] }) + '\\n').join(''));
}`;

const BUILT = { name: 'dist', present: existsSync(workerModule()), install: 'npm run build' };

function resource(type: string, name: string): Resource {
  return {
    stack: 's',
    logicalId: name,
    path: `s/${name}`,
    type,
    name,
    arn: `arn:aws:x:::${name}`,
    properties: {},
  };
}

optional(BUILT)('a pipeline fed from a file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pipeline-'));
    writeFileSync(join(directory, 'index.mjs'), HANDLER);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function run(
    lines: string[],
    shards: number,
    metrics = new MetricStore(),
    rows?: RowRange,
  ): Promise<PipelineResult> {
    const file = join(directory, 'events.ndjson');
    writeFileSync(file, lines.join('\n'));
    const events = EventFile.open(file);
    const pipeline: Pipeline = {
      product: 'orders',
      stream: resource('AWS::Kinesis::Stream', 'orders'),
      shards,
      function: {
        name: 'f',
        arn: 'arn:f',
        path: 's/f',
        directory,
        handler: 'index.handler',
        timeoutSeconds: 20,
        memoryMegabytes: 128,
        environment: { SEEN: join(directory, 'seen') },
      },
      roleArn: 'arn:role',
      mapping: {
        batchSize: 4,
        batchingWindowSeconds: 60,
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 0,
        maximumRecordAgeSeconds: -1,
        reportBatchItemFailures: true,
      },
      failureQueue: resource('AWS::SQS::Queue', 'dead-letters'),
      tables: [],
      alarms: [],
    };
    return runPipeline({
      pipeline,
      events,
      inspection: await events.inspect(),
      source: { stream: 'orders', paths: [file], number: '1234567890', shards, versions: [] },
      metrics,
      latency: new LatencyHistogram(),
      rows,
      stateDirectory: directory,
      progress: () => undefined,
    });
  }

  function seen(): { text: string; eventID: string; kinesis: { sequenceNumber: string } }[] {
    const lines = readFileSync(join(directory, 'seen'), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as ReturnType<typeof seen>[number]);
  }

  it('delivers every record once, in order within its shard, as Kinesis would', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => `record ${index}`);
    const result = await run(lines, 3);
    expect(result).toMatchObject({ read: 50, failure: undefined });
    const records = seen();
    expect(records.map(({ text }) => text).sort()).toEqual([...lines].sort());
    const shards = new Map<string, bigint[]>();
    for (const { eventID, kinesis } of records) {
      const [shard, sequenceNumber] = eventID.split(':');
      expect(sequenceNumber).toBe(kinesis.sequenceNumber);
      shards.set(shard, [...(shards.get(shard) ?? []), BigInt(sequenceNumber)]);
    }
    expect([...shards.keys()].sort()).toEqual(
      ['00', '01', '02'].map((index) => `shardId-1234567890${index}`),
    );
    for (const numbers of shards.values()) {
      expect(numbers).toEqual([...numbers].sort((left, right) => Number(left - right)));
    }
  });

  it('feeds a file in parts as it feeds it in one go', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => `record ${index}`);
    const placed = (): string[] => seen().map(({ eventID, text }) => `${eventID} ${text}`);
    await run(lines, 3);
    const whole = placed().sort();
    rmSync(join(directory, 'seen'));
    expect(await run(lines, 3, undefined, { from: 0, to: 23 })).toMatchObject({ read: 23 });
    expect(await run(lines, 3, undefined, { from: 23, to: 50 })).toMatchObject({ read: 27 });
    expect(placed().sort()).toEqual(whole);
  });

  it('stops a shard at a record that cannot be processed, so that another run goes on there', async () => {
    const metrics = new MetricStore();
    const result = await run(['a', 'b', 'c', 'd', 'e', 'poison', 'g', 'h', 'i'], 1, metrics);
    expect(result.failure?.message).toMatch(
      /^RetryAttemptsExhausted: 1 record\(s\) of shardId-123456789000 from sequence number 490+\d+ on\. .*Error: cannot read "poison"$/,
    );
    expect(result.read).toBe(5);
    expect(seen().map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'e']);
    const queue = readFileSync(join(directory, 'queues', 'dead-letters.ndjson'), 'utf8')
      .trim()
      .split('\n');
    expect(queue.map((line) => JSON.parse(line) as object)).toMatchObject([
      { KinesisBatchInfo: { batchSize: 1 } },
    ]);
    const total = (namespace: string, name: string, dimensions: Record<string, string>): number =>
      [...metrics.statistics({ namespace, name, dimensions }, 'Sum', 86_400).values()].reduce(
        (a, b) => a + b,
        0,
      );
    expect(total('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: 'dead-letters' })).toBe(1);
    expect(total('AWS/Lambda', 'Errors', { FunctionName: 'f' })).toBe(3);
    expect(total('AWS/Kinesis', 'IncomingRecords', { StreamName: 'orders' })).toBeGreaterThanOrEqual(5);
  });
});
