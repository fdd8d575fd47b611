import type { Subject, SubjectField } from '../pipeline/erasure/subject';
import { describeValue, isObject, requireKnown, UnexpectedEvent } from './unexpected-event';

/** Who is to be erased, and who asked for it: the event of a person, or of the system that takes such requests. */
export interface RequestedErasure {
  /** Name of the request: 1 to 128 letters, digits, dots, dashes and underscores. */
  readonly id: string;
  readonly requestedBy: string;
  readonly subject: Subject;
  /** URIs, of those the function was told; undefined for all. */
  readonly tables?: readonly string[];
  readonly dryRun: boolean;
}

const KNOWN = ['request', 'requestedBy', 'subject', 'recordFields', 'unnamed', 'tables', 'dryRun'];
const NAME = /^[\w.-]{1,128}$/;

/**
 * @param allowed URIs of the tables the function may erase from
 * @throws UnexpectedEvent naming the field and what is allowed; never a value of the subject, as errors are logged
 */
export function erasureRequest(event: unknown, allowed: readonly string[]): RequestedErasure {
  if (!isObject(event))
    throw new UnexpectedEvent(
      'Not a request for erasure. Allowed: an object with "request", "requestedBy" and "subject".',
    );
  requireKnown(event, KNOWN, '');
  const { request, requestedBy, unnamed = false, dryRun = false } = event;
  if (typeof request !== 'string' || !NAME.test(request))
    throw new UnexpectedEvent(
      'request is not a name. Allowed: 1 to 128 letters, digits, dots, dashes and underscores. A run with the same one goes on with it.',
    );
  if (typeof requestedBy !== 'string' || requestedBy === '')
    throw new UnexpectedEvent('requestedBy is not given. Allowed: text that says who asked for it.');
  for (const [name, flag] of Object.entries({ unnamed, dryRun }))
    if (typeof flag !== 'boolean')
      throw new UnexpectedEvent(`${name} is ${describeValue(flag)}. Allowed: true, false.`);
  const tables = tablesOf(event.tables, allowed);
  return {
    id: request,
    requestedBy,
    subject: {
      ...subjectOf(event.subject, event.recordFields ?? {}),
      ...(unnamed === true && { unnamed }),
    },
    ...(tables && { tables }),
    dryRun: dryRun === true,
  };
}

function subjectOf(subject: unknown, recordFields: unknown): Subject {
  if (!isObject(subject) || Object.keys(subject).length === 0)
    throw new UnexpectedEvent(
      'subject is not an object of fields. Allowed: column → value, or a list of values; for example {"customer_id": "42"}.',
    );
  if (
    !isObject(recordFields) ||
    !Object.values(recordFields).every((name) => typeof name === 'string' && name)
  )
    throw new UnexpectedEvent(
      'recordFields is not an object of names. Allowed: column → field of the records.',
    );
  requireKnown(recordFields, Object.keys(subject), 'recordFields.');
  const fields = Object.entries(subject).map(([column, given]): SubjectField => {
    const values = Array.isArray(given) ? given : [given];
    if (values.length === 0 || !values.every(isValue))
      throw new UnexpectedEvent(
        `subject.${column} is no value. Allowed: text that is not empty, a whole number of up to 15 digits (longer ones as text), or a list of these.`,
      );
    const recordField = recordFields[column] as string | undefined;
    return { column, values: values.map(String), ...(recordField !== undefined && { recordField }) };
  });
  return { fields };
}

function isValue(value: unknown): boolean {
  // JSON has rounded a longer number by now: another subject would be erased.
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e15;
  return typeof value === 'string' && value !== '';
}

function tablesOf(tables: unknown, allowed: readonly string[]): string[] | undefined {
  if (tables === undefined) return undefined;
  const asked = new Set(Array.isArray(tables) ? (tables as unknown[]) : []);
  if (asked.size === 0 || [...asked].some((uri) => !allowed.includes(uri as string)))
    throw new UnexpectedEvent(
      `tables is ${describeValue(tables)}. Allowed: a list of ${allowed.join(', ')}; leave it out for all.`,
    );
  // In the order of the function: sources before what is made from them.
  return allowed.filter((uri) => asked.has(uri));
}
