import type { IcebergPrimitive } from '../../../lib/contract/iceberg-types';
import { parseExact } from '../../formats/json/exact-json';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { TableFile } from '../../tables/table-files';
import { filesOfKeys } from '../files-of-keys';
import type { TableRow } from '../read-rows';
import { RowKey } from '../row-key';

/** Whose rows are to go: those that hold one of the values in a column. */
export interface Subject {
  readonly column: string;
  /** As text; binary values in hexadecimal digits. Give the masked value beside the plain one: silver holds that. */
  readonly values: readonly string[];
  /**
   * Name of the field in the records that quarantine keeps, at whatever depth.
   * @default the column's
   */
  readonly field?: string;
}

/** Tells the rows of a subject in a table. */
export interface SubjectRows {
  /** Columns that {@link matches} looks at. */
  readonly columns: readonly string[];
  /** Those files that may hold such rows. */
  candidates(files: readonly TableFile[]): TableFile[];
  matches(row: TableRow): boolean;
}

/** The table has no such column: it is not where rows of the subject can be told. */
export class SubjectUnknown extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SubjectUnknown';
  }
}

/**
 * @throws SubjectUnknown when the table has no such column
 * @throws Error when none of the values can be of the column's type
 */
export function subjectRows(table: IcebergTable, subject: Subject): SubjectRows {
  const names = new Set(table.schema.fields.map(({ name }) => name));
  if (['payload', 'payload_encoding', 'reason_code'].every((name) => names.has(name)))
    return rowsOfQuarantine(subject);
  const { column, values } = subject;
  const field = table.schema.fields.find(({ name }) => name === column);
  if (field === undefined || typeof field.type !== 'string')
    throw new SubjectUnknown(
      `${table.location} has no column "${column}" of single values. It has: ${[...names].join(', ')}.`,
    );
  const { type } = field;
  const typed = values.flatMap((value) => typedValue(type, value) ?? []);
  if (typed.length === 0)
    throw new Error(
      `Column "${column}" of ${table.location} is of type ${type}, which none of the values given can be. ` +
        `Values can be given of: string, int, long, uuid, binary and fixed (in hexadecimal digits).`,
    );
  const key = new RowKey(table, [column]);
  const wanted = typed.map((value): TableRow => ({ [column]: value }));
  const texts = new Set(wanted.map((row) => key.text(row)));
  return {
    columns: [column],
    candidates: (files) => filesOfKeys(table, files, key, wanted),
    matches: (row) => key.isIn(row) && texts.has(key.text(row)),
  };
}

function typedValue(type: IcebergPrimitive, text: string): string | number | bigint | Uint8Array | undefined {
  if (type === 'string') return text;
  if (type === 'int' && /^-?\d{1,10}$/.test(text)) return Number(text);
  if (type === 'long' && /^-?\d{1,19}$/.test(text)) return BigInt(text);
  if (type === 'uuid' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  if (/^(binary|fixed)/.test(type) && /^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  return undefined;
}

/** Records as they came: each is taken apart to find the field. */
function rowsOfQuarantine({ column, values, field = column }: Subject): SubjectRows {
  const wanted = new Set(values);
  // What is no JSON cannot be taken apart: there the name, and the value right after it, has to do.
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(
    `${escaped(field)}["']?\\s*[:=]\\s*["']?(${values.map(escaped).join('|')})(?![\\p{L}\\p{N}_-])`,
    'u',
  );
  return {
    columns: ['payload', 'payload_encoding'],
    candidates: (files) => [...files],
    matches: ({ payload, payload_encoding: encoding }) => {
      let text = Buffer.from(payload as Uint8Array).toString('utf8');
      if (encoding === 'base64-text') text = Buffer.from(text, 'base64').toString('utf8');
      try {
        return holds(
          parseExact(text, (digits) => digits),
          field,
          wanted,
        );
      } catch {
        return pattern.test(text);
      }
    },
  };
}

function holds(value: unknown, field: string, wanted: ReadonlySet<string>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => holds(item, field, wanted));
  return Object.entries(value).some(
    ([name, item]) => (name === field && wanted.has(String(item))) || holds(item, field, wanted),
  );
}
