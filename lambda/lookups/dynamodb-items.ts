import { BatchGetItemCommand, DynamoDBClient, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDbPlace } from '../../lib/contract/transform-settings';
import { LookupRefused } from '../pipeline/transform/lookup';
import { type BatchGet, type Item, keyOf } from './dynamodb-lookup';

/** BatchGetItem on the table a lookup names. */
export function batchGetOf({ table, keyAttribute, keyType }: DynamoDbPlace): BatchGet {
  // The lookup has attempts of its own, within the time it has.
  const client = new DynamoDBClient({ maxAttempts: 1 });
  const textOf = (item: Item): string => keyOf(String(item[keyAttribute]?.[keyType as 'S']), keyType) ?? '';
  return async (keys, signal) => {
    const command = new BatchGetItemCommand({
      RequestItems: {
        [table]: {
          Keys: keys.map((key) => ({ [keyAttribute]: { [keyType]: key } as unknown as AttributeValue })),
        },
      },
    });
    const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
      throw problem(error, table);
    });
    const items = (answer.Responses?.[table] ?? []).map((item): [string, Item] => [textOf(item), item]);
    const unprocessed = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    return { items: new Map(items), unprocessed: new Set(unprocessed.map(textOf)) };
  };
}

const WILL_NOT_PASS = ['AccessDeniedException', 'ResourceNotFoundException', 'ValidationException'];

function problem(error: unknown, table: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const message = `DynamoDB table ${table}: ${error.name}, ${error.message}`;
  return WILL_NOT_PASS.includes(error.name) ? new LookupRefused(message) : new Error(message);
}
