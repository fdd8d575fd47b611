import { describeValue, isObject, requireKnown, UnexpectedEvent } from './unexpected-event';

/** Which tables to bring up from their copies: the event of a workflow, or of a person. */
export interface FailoverRequest {
  readonly tables: readonly FailoverRequestTable[];
  /** Tells what would be restored and changes nothing. */
  readonly dryRun: boolean;
}

export interface FailoverRequestTable {
  /** URI of the table as it is to be opened. */
  readonly table: string;
  /** URI of the folder its copies are in. */
  readonly replica: string;
}

const FIELDS = ['tables', 'dryRun'];
const TABLE_FIELDS = ['table', 'replica'];

/**
 * Reads `{ tables: [{ table, replica }], dryRun? }`. Tables that follow one another belong in one request: each is brought
 * up at a state that the others bear out.
 * @throws UnexpectedEvent naming the field, what it is and what is allowed
 */
export function failoverRequest(event: unknown): FailoverRequest {
  if (!isObject(event)) {
    throw new UnexpectedEvent(
      `Not a request for a failover: ${describeValue(event)}. Allowed: an object with a list "tables".`,
    );
  }
  requireKnown(event, FIELDS, '');
  const { tables, dryRun = false } = event;
  if (typeof dryRun !== 'boolean')
    throw new UnexpectedEvent(`dryRun is ${describeValue(dryRun)}. Allowed: true, false.`);
  if (!Array.isArray(tables) || tables.length === 0) {
    throw new UnexpectedEvent(
      `tables is ${describeValue(tables)}. Allowed: a list of at least one table, for example ` +
        '[{"table":"glue://<database>/<table>","replica":"s3://<bucket>/<prefix>"}].',
    );
  }
  const read = tables.map((entry: unknown, i) => readTable(entry, `tables[${i}]`));
  for (const field of TABLE_FIELDS as (keyof FailoverRequestTable)[]) {
    const values = read.map((entry) => entry[field]);
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined)
      throw new UnexpectedEvent(`tables names the ${field} ${twice} twice. Allowed: each once.`);
  }
  return { tables: read, dryRun };
}

function readTable(entry: unknown, name: string): FailoverRequestTable {
  if (!isObject(entry))
    throw new UnexpectedEvent(`${name} is ${describeValue(entry)}. Allowed: an object of table and replica.`);
  requireKnown(entry, TABLE_FIELDS, `${name}.`);
  const text = (field: keyof FailoverRequestTable): string => {
    const value = entry[field];
    if (typeof value === 'string' && value !== '') return value;
    throw new UnexpectedEvent(`${name}.${field} is ${describeValue(value)}. Allowed: a URI.`);
  };
  return { table: text('table'), replica: text('replica').replace(/\/+$/, '') };
}
