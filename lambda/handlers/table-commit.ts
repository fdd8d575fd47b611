import type { Context, SQSBatchResponse } from 'aws-lambda';
import { readCommitConfiguration } from '../configuration/commit';
import { commitRequests } from '../pipeline/commit/commit-requests';
import type { BatchTables } from '../pipeline/commit/commit-plan';
import { MalformedCommitRequest, type CommitRequest } from '../pipeline/commit/commit-request';
import { CommitLog } from '../signals/commit-log';
import { commitMessages, requestOf, SqsCommitQueue, type CommitMessage } from '../sources/commit-queue';
import { storeFor } from '../stores/store-for';
import type { IcebergTable } from '../tables/iceberg-table';
import { openTable } from '../tables/open-table';

interface Delivery {
  readonly message: CommitMessage;
  readonly request: CommitRequest;
}

const log = new CommitLog();
const tables = new Map<string, Promise<IcebergTable>>();
let deadLetters: SqsCommitQueue | undefined;

/**
 * Commits what writers handed over, all requests for one table at once. Names the messages that are to come again:
 * those of a table that could not be reached. What can never be committed goes to the dead letters.
 */
export async function handler(event: unknown, context?: Context): Promise<SQSBatchResponse> {
  const { deadLetterQueue, deliveryAttempts } = readCommitConfiguration();
  deadLetters ??= new SqsCommitQueue(
    deadLetterQueue,
    storeFor,
    async (uri) => (await open(uri)).location,
    // Kept with the rows: what is given up can be taken in when the message is gone.
    { stored: true },
  );
  const failed: string[] = [];
  const groups = new Map<string, Delivery[]>();
  for (const message of commitMessages(event)) {
    try {
      const request = await requestOf(message, storeFor);
      const key = JSON.stringify([request.bronze, request.quarantine]);
      groups.set(key, [...(groups.get(key) ?? []), { message, request }]);
    } catch (error) {
      if (error instanceof MalformedCommitRequest) {
        await deadLetters.sendText(message.body, 'malformed', message.messageId);
        log.setAside(message.messageId, error, context);
      } else {
        failed.push(message.messageId);
        log.failed('', error, context);
      }
    }
  }
  // A message that could not be read may belong before any other: those behind it wait for it.
  if (failed.length > 0) failed.push(...[...groups.values()].flat().map(({ message }) => message.messageId));
  else for (const group of groups.values()) failed.push(...(await commit(group, deliveryAttempts, context)));
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Ids of the messages that are to come again: all or none. */
async function commit(group: Delivery[], deliveryAttempts: number, context?: Context): Promise<string[]> {
  const [{ request: first }] = group;
  const deliveries = new Map(group.map(({ message, request }) => [request.id, message.deliveries]));
  try {
    const started = performance.now();
    const settlements = await commitRequests(
      group.map(({ request }) => request),
      await batchTables(first),
      {
        setAside: async ({ request, reason }) => {
          await deadLetters!.send(request);
          log.setAside(request.id, reason!, context);
        },
        givenUp: ({ id }) =>
          deliveries.get(id)! > deliveryAttempts
            ? new Error(`It was delivered ${deliveries.get(id)} times and never settled.`)
            : undefined,
      },
    );
    log.settled(first.bronze, settlements, performance.now() - started, context);
    return [];
  } catch (error) {
    log.failed(first.bronze, error, context);
    return group.map(({ message }) => message.messageId);
  }
}

async function batchTables({ bronze, quarantine }: CommitRequest): Promise<BatchTables> {
  return { bronze: await open(bronze), quarantine: await open(quarantine) };
}

/** Kept for the container's life; a failure to open is tried again by the next batch. */
function open(uri: string): Promise<IcebergTable> {
  let table = tables.get(uri);
  if (!table) {
    table = openTable(uri);
    tables.set(uri, table);
    table.catch(() => tables.delete(uri));
  }
  return table;
}
