import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

/** What a request asks to be done to a table, as its one key: `{ "refine": "<table URI>" }`. */
export type TableTask = 'refine' | 'transform';

/** A table of the Glue Data Catalog was committed to. */
export interface TableCommit {
  readonly kind: 'commit';
  readonly database: string;
  readonly table: string;
  /** When it was told to have been, epoch milliseconds; undefined where the event has no such time. */
  readonly time?: number;
}

/** Why a table may have to be brought up to date. */
export type TableCause =
  | TableCommit
  /** Somebody asks: a workflow, a schedule, a function that hands over. */
  | { readonly kind: 'request'; readonly table: string };

/** A message of a queue, as Lambda's event source mapping delivers it. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
}

const GLUE_CHANGE = 'Glue Data Catalog Table State Change';
const ALLOWED = (task: TableTask) =>
  `the EventBridge event of a commit to a Glue table, { "${task}": "<table URI>" }, or SQS records of these`;

/**
 * The messages of a queue; undefined for an event that is none of a queue.
 * @throws UnexpectedEvent when it has records of another source
 */
export function queueMessages(event: unknown): QueueMessage[] | undefined {
  if (!isObject(event) || !Array.isArray(event.Records)) return undefined;
  return event.Records.map((record: unknown, index) => {
    if (isObject(record) && typeof record.messageId === 'string' && typeof record.body === 'string')
      return { messageId: record.messageId, body: record.body };
    throw new UnexpectedEvent(
      `Not an SQS event: record ${index} is to have a messageId and a body but is ${describeValue(record)}.`,
    );
  });
}

/**
 * The cause that an event, or the body of a message, gives.
 * @throws UnexpectedEvent naming what is wrong
 */
export function tableCause(event: unknown, task: TableTask): TableCause {
  const given = typeof event === 'string' ? parsed(event, task) : event;
  if (isObject(given) && typeof given[task] === 'string' && given[task] !== '')
    return { kind: 'request', table: given[task] };
  if (isObject(given) && given['detail-type'] === GLUE_CHANGE) return commit(given);
  throw unexpected(given, task);
}

/** True for the table of that name, in whichever catalog it is. */
export function isCommitTo({ database, table }: TableCommit, uri: string): boolean {
  return uri.endsWith(`/${database}/${table}`);
}

function commit({ detail, time: told }: Record<string, unknown>): TableCommit {
  if (isObject(detail) && typeof detail.databaseName === 'string' && typeof detail.tableName === 'string') {
    const time = typeof told === 'string' ? Date.parse(told) : NaN;
    return {
      kind: 'commit',
      database: detail.databaseName,
      table: detail.tableName,
      ...(!Number.isNaN(time) && { time }),
    };
  }
  throw new UnexpectedEvent(
    `The detail of a "${GLUE_CHANGE}" is to have databaseName and tableName but is ${describeValue(detail)}.`,
  );
}

function parsed(body: string, task: TableTask): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unexpected(body, task);
  }
}

function unexpected(found: unknown, task: TableTask): UnexpectedEvent {
  return new UnexpectedEvent(`Not a request to ${task}: ${describeValue(found)}. Allowed: ${ALLOWED(task)}.`);
}
