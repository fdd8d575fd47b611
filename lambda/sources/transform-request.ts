import { randomUUID } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import type { TransformRequest } from '../pipeline/sql-transform/request';
import { tableCause, type TableCommit } from './table-commit';
import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

/** Runs that an event asks for, and the messages that are done when they are. */
export interface TransformCall {
  readonly request: TransformRequest;
  /** Ids of messages; empty for a direct invocation. */
  readonly messages: readonly string[];
  /** The commits that are all it was asked for by; undefined where somebody asked besides. */
  readonly commits?: readonly TableCommit[];
}

/** Of a request's own id. */
const LONGEST_ID = 1024;

/** What an event of a transform asks for. */
export interface TransformCalls {
  readonly calls: readonly TransformCall[];
  /** True for messages of a queue, which are answered one by one. */
  readonly fromQueue: boolean;
  /** Messages that cannot be read. */
  readonly unreadable: readonly { readonly message: string; readonly error: UnexpectedEvent }[];
}

const FIELDS = ['transform', 'id', 'always', 'whole', 'values', 'parameters', 'scheduledTime'];

/**
 * Reads messages of a queue, or one request. A message is a request `{"transform": "<uri>"}` or the event of a commit to an
 * input: both bring the output up to date, so that all of them that come together are one run. A request that asks for
 * something of its own, such as `values` or a time it was scheduled for, is a run of its own.
 * @param invocation id of the invocation, the same when it is tried again
 */
export function transformCalls(event: unknown, now: Date, invocation: string = randomUUID()): TransformCalls {
  if (!isQueueEvent(event)) {
    return {
      calls: [{ request: request(event, invocation, now), messages: [] }],
      fromQueue: false,
      unreadable: [],
    };
  }
  const unreadable: { message: string; error: UnexpectedEvent }[] = [];
  const single: TransformCall[] = [];
  const catchUp: { request: TransformRequest; message: string; commit?: TableCommit }[] = [];
  for (const { messageId, body, attributes } of event.Records) {
    try {
      const sent = Number(attributes?.SentTimestamp);
      const asked = parsed(body);
      const read = request(asked, messageId, Number.isFinite(sent) ? new Date(sent) : now);
      if (read.always) single.push({ request: read, messages: [messageId] });
      else catchUp.push({ request: read, message: messageId, commit: commitOf(asked) });
    } catch (error) {
      if (!(error instanceof UnexpectedEvent)) throw error;
      unreadable.push({ message: messageId, error });
    }
  }
  const commits = catchUp.flatMap(({ commit }) => commit ?? []);
  const together: TransformCall[] =
    catchUp.length === 0
      ? []
      : [
          {
            request: catchUp[0].request,
            messages: catchUp.map(({ message }) => message),
            ...(commits.length === catchUp.length && { commits }),
          },
        ];
  return { calls: [...single, ...together], fromQueue: true, unreadable };
}

/** Events of other kinds are taken for requests: whoever sends them has a reason. */
function commitOf(event: unknown): TableCommit | undefined {
  try {
    const cause = tableCause(event, 'transform');
    return cause.kind === 'commit' ? cause : undefined;
  } catch {
    return undefined;
  }
}

function isQueueEvent(event: unknown): event is SQSEvent {
  return isObject(event) && Array.isArray(event.Records);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new UnexpectedEvent(`A message is no JSON: ${describeValue(body)}.`);
  }
}

function request(event: unknown, delivery: string, now: Date): TransformRequest {
  if (isObject(event) && 'detail-type' in event) {
    return { id: delivery, always: false, whole: false, parameters: {}, runTime: now };
  }
  if (!isObject(event) || typeof event.transform !== 'string') {
    throw new UnexpectedEvent(
      `Not a request of a transform: ${describeValue(event)}. Allowed: {"transform": "<table URI>"}, or the event of a commit.`,
    );
  }
  const unknown = Object.keys(event).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw new UnexpectedEvent(`A request of a transform has no "${unknown}". Allowed: ${FIELDS.join(', ')}.`);
  }
  const { id = delivery, values, scheduledTime } = event;
  if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID) {
    throw new UnexpectedEvent(`id is ${describeValue(id)}. Allowed: text of 1 to ${LONGEST_ID} characters.`);
  }
  const parameters = parametersOf(event.parameters);
  const whole = flag(event, 'whole');
  if (values !== undefined && !isTextList(values)) {
    throw new UnexpectedEvent(`values is ${describeValue(values)}. Allowed: a list of at least one text.`);
  }
  const runTime = scheduledTime === undefined ? now : time(scheduledTime);
  return {
    id,
    whole,
    always:
      whole ||
      flag(event, 'always') ||
      values !== undefined ||
      scheduledTime !== undefined ||
      Object.keys(parameters).length > 0,
    ...(values !== undefined && { values }),
    parameters,
    runTime,
  };
}

function parametersOf(parameters: unknown): Record<string, string> {
  if (parameters === undefined) return {};
  if (!isObject(parameters)) {
    throw new UnexpectedEvent(
      `parameters is ${describeValue(parameters)}. Allowed: an object of names and values.`,
    );
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      if (['string', 'number', 'boolean'].includes(typeof value)) return [name, String(value)];
      throw new UnexpectedEvent(
        `parameters.${name} is ${describeValue(value)}. Allowed: text, a number, true or false.`,
      );
    }),
  );
}

function flag(event: Record<string, unknown>, name: string): boolean {
  const value = event[name];
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw new UnexpectedEvent(`${name} is ${describeValue(value)}. Allowed: true, false.`);
}

function isTextList(values: unknown): values is string[] {
  return Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');
}

function time(value: unknown): Date {
  const read = typeof value === 'string' ? new Date(value) : undefined;
  if (read !== undefined && !Number.isNaN(read.getTime())) return read;
  throw new UnexpectedEvent(
    `scheduledTime is ${describeValue(value)}. Allowed: a time such as 2024-05-31T02:00:00Z.`,
  );
}
