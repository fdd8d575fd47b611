import { firstFailure } from '../../../lib/local/streams/event-source-mapping';
import type { EventSourceMapping, InvocationResult } from '../../../lib/local/streams/event-source-mapping';
import { ShardDelivery } from '../../../lib/local/streams/shard-delivery';
import type { DiscardedBatch } from '../../../lib/local/streams/shard-delivery';
import type { StreamRecord } from '../../../lib/local/streams/stream-record';

const MAPPING: EventSourceMapping = {
  batchSize: 100,
  batchingWindowSeconds: 0,
  bisectBatchOnFunctionError: false,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  reportBatchItemFailures: false,
};
const NOW = 1_700_000_000_000;
const OK: InvocationResult = { value: null };
const ERROR: InvocationResult = { error: { type: 'Error', message: 'broken' } };

function records(...numbers: number[]): StreamRecord[] {
  return numbers.map((number) => ({
    sequenceNumber: String(number),
    partitionKey: 'k',
    data: '',
    arrivedAt: NOW - 1000,
  }));
}

/** Delivers one batch to a function; gives what the function was invoked with and what became of the records. */
async function deliver(
  batch: StreamRecord[],
  mapping: Partial<EventSourceMapping>,
  invoke: (sequenceNumbers: string[], invocation: number) => InvocationResult,
): Promise<{ invocations: string[]; delivered: string[]; discarded: DiscardedBatch[] }> {
  const invocations: string[] = [];
  const delivered: string[] = [];
  const discarded: DiscardedBatch[] = [];
  const delivery = new ShardDelivery({
    mapping: { ...MAPPING, ...mapping },
    shardId: 'shardId-000000000000',
    streamArn: 'arn:stream',
    functionArn: 'arn:function',
    invoke: async (given) => {
      const numbers = given.map(({ sequenceNumber }) => sequenceNumber);
      invocations.push(numbers.join(' '));
      return invoke(numbers, invocations.length);
    },
    delivered: (given) => delivered.push(...given.map(({ sequenceNumber }) => sequenceNumber)),
    discard: async (given) => void discarded.push(given),
    backoffMilliseconds: () => 0,
    now: () => NOW,
  });
  await delivery.deliver(batch);
  return { invocations, delivered, discarded };
}

const failing = (...numbers: string[]): InvocationResult => ({
  value: { batchItemFailures: numbers.map((itemIdentifier) => ({ itemIdentifier })) },
});

describe('delivery of a batch', () => {
  it('is done when the function succeeds', async () => {
    const result = await deliver(records(1, 2, 3), {}, () => OK);
    expect(result).toEqual({ invocations: ['1 2 3'], delivered: ['1', '2', '3'], discarded: [] });
  });

  it('tries the whole batch again after an error', async () => {
    const result = await deliver(records(1, 2), {}, (_, invocation) => (invocation < 3 ? ERROR : OK));
    expect(result.invocations).toEqual(['1 2', '1 2', '1 2']);
    expect(result.delivered).toEqual(['1', '2']);
  });

  it('gives a batch up after its retries and notes where it was', async () => {
    const result = await deliver(records(7, 8, 9), { maximumRetryAttempts: 2 }, () => ERROR);
    expect(result.invocations).toHaveLength(3);
    expect(result.delivered).toEqual([]);
    expect(result.discarded).toMatchObject([
      {
        requestContext: {
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 3,
          functionArn: 'arn:function',
        },
        responseContext: { functionError: 'Unhandled' },
        KinesisBatchInfo: {
          shardId: 'shardId-000000000000',
          startSequenceNumber: '7',
          endSequenceNumber: '9',
          batchSize: 3,
          streamArn: 'arn:stream',
          approximateArrivalOfFirstRecord: new Date(NOW - 1000).toISOString(),
        },
      },
    ]);
  });

  it('narrows a poisonous record down by halving, earlier records first', async () => {
    const result = await deliver(
      records(1, 2, 3, 4, 5),
      { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
      (numbers) => (numbers.includes('4') ? ERROR : OK),
    );
    expect(result.invocations).toEqual(['1 2 3 4 5', '1 2 3', '4 5', '4', '4', '5']);
    expect(result.delivered).toEqual(['1', '2', '3', '5']);
    expect(result.discarded.map(({ KinesisBatchInfo }) => KinesisBatchInfo.startSequenceNumber)).toEqual([
      '4',
    ]);
  });

  it('goes on at the first record reported as failed', async () => {
    const result = await deliver(records(1, 2, 3), { reportBatchItemFailures: true }, (_, invocation) =>
      invocation === 1 ? failing('3', '2') : OK,
    );
    expect(result.invocations).toEqual(['1 2 3', '2 3']);
    expect(result.delivered).toEqual(['1', '2', '3']);
  });

  it('splits at a reported record, and halves when it is the first', async () => {
    const result = await deliver(
      records(1, 2, 3, 4, 5, 6),
      { reportBatchItemFailures: true, bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 },
      (numbers) => (numbers.includes('3') ? failing('3') : OK),
    );
    expect(result.invocations).toEqual(['1 2 3 4 5 6', '3 4 5 6', '3 4', '3', '4', '5 6']);
    expect(result.delivered).toEqual(['1', '2', '4', '5', '6']);
    expect(result.discarded).toHaveLength(1);
  });

  it('ignores reported records where the mapping does not ask for them', async () => {
    const result = await deliver(records(1, 2), {}, () => failing('1'));
    expect(result.delivered).toEqual(['1', '2']);
  });

  it('gives up records that are too old, and delivers the others', async () => {
    const [old, fresh] = records(1, 2);
    const result = await deliver(
      [{ ...old, arrivedAt: NOW - 61_000 }, fresh],
      { maximumRecordAgeSeconds: 60 },
      () => OK,
    );
    expect(result.invocations).toEqual(['2']);
    expect(result.discarded).toMatchObject([
      { requestContext: { condition: 'RecordAgeExceeded' }, KinesisBatchInfo: { batchSize: 1 } },
    ]);
  });

  it('ends when the failure destination refuses', async () => {
    const delivery = new ShardDelivery({
      mapping: { ...MAPPING, maximumRetryAttempts: 0 },
      shardId: 's',
      streamArn: 'a',
      functionArn: 'f',
      invoke: async () => ERROR,
      discard: async () => Promise.reject(new Error('stop here')),
    });
    await expect(delivery.deliver(records(1))).rejects.toThrow('stop here');
  });
});

describe('firstFailure', () => {
  it.each([
    ['nothing returned', undefined, undefined],
    ['null', null, undefined],
    ['an empty list', { batchItemFailures: [] }, undefined],
    ['null for the list', { batchItemFailures: null }, undefined],
    ['the lowest of several', { batchItemFailures: [{ itemIdentifier: '12' }, { itemIdentifier: '11' }] }, 1],
    ['an unknown identifier', { batchItemFailures: [{ itemIdentifier: '11' }, { itemIdentifier: '99' }] }, 0],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }, 0],
    ['no identifier', { batchItemFailures: [{}] }, 0],
  ])('%s', (_name, value, expected) => {
    expect(firstFailure(value, ['10', '11', '12'])).toBe(expected);
  });
});
