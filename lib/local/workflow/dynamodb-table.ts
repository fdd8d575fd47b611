import type { Json, JsonObject } from '../template/json';
import { StatesError } from './definition';
import { Expressions, type Item, type Placeholders } from './dynamodb-expression';

/** What the four item operations take. */
interface Request extends Placeholders {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ReturnValues?: string;
}

/** A DynamoDB table in memory: items by their key, every write conditional and atomic. */
export class MemoryTable {
  private readonly items = new Map<string, Item>();

  constructor(private readonly keyAttributes: string[]) {}

  call(action: string, argument: Json): Json {
    const request = argument as unknown as Request;
    const key = this.keyOf(request.Key ?? request.Item ?? {});
    const present = this.items.get(key);
    if (request.ConditionExpression !== undefined) {
      if (!new Expressions(request).holds(request.ConditionExpression, present)) {
        throw new StatesError(
          'DynamoDB.ConditionalCheckFailedException',
          'The conditional request failed (Service: DynamoDb, Status Code: 400)',
        );
      }
    }
    switch (action) {
      case 'getItem':
        return present === undefined ? {} : { Item: present };
      case 'putItem':
        this.items.set(key, request.Item!);
        return {};
      case 'deleteItem':
        this.items.delete(key);
        return {};
      case 'updateItem': {
        const updated = new Expressions(request).update(
          request.UpdateExpression!,
          present ?? { ...request.Key },
        );
        this.items.set(key, updated);
        return request.ReturnValues === 'ALL_NEW' ? { Attributes: updated } : {};
      }
      default:
        throw new StatesError('States.Runtime', `dynamodb:${action} is not there on this machine`);
    }
  }

  /** Items by what identifies them. */
  all(): { [key: string]: JsonObject } {
    return Object.fromEntries(this.items) as unknown as { [key: string]: JsonObject };
  }

  private keyOf(item: Item): string {
    return this.keyAttributes
      .map((attribute) => {
        const value = item[attribute];
        if (value === undefined) {
          throw new StatesError('DynamoDB.DynamoDbException', `The key attribute ${attribute} is missing`);
        }
        return String(Object.values(value)[0]);
      })
      .join('/');
  }
}
