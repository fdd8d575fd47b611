import { parseExact } from '../../formats/json/exact-json';
import type { SubjectRows } from './subject-rows';
import type { Subject, SubjectField } from './subject';
import { UUID } from './subject-values';

/** Whether columns are those of a quarantine table (lib/contract/quarantine-schema.ts). */
export function isQuarantine(columns: readonly string[]): boolean {
  return ['payload', 'payload_encoding', 'reason_code'].every((name) => columns.includes(name));
}

/** Rejected records, as they came and never masked: each is taken apart to find the fields, at whatever depth. */
export function rowsOfQuarantine({ fields }: Subject): SubjectRows {
  const wanted = fields.map(({ column, recordField = column, values }) => ({
    name: recordField,
    values: new Set(values.map(canonical)),
  }));
  const patterns = fields.map(textPattern);
  return {
    columns: ['payload', 'payload_encoding', 'partition_key'],
    candidates: (files) => [...files],
    matches: ({ payload, payload_encoding: encoding, partition_key: partitionKey }) => {
      const text = textOf(payload as Uint8Array, encoding as string);
      const record = parsed(text);
      if (record !== undefined) return wanted.every(({ name, values }) => holds(record.value, name, values));
      const key = typeof partitionKey === 'string' ? canonical(partitionKey) : undefined;
      return wanted.every(
        ({ values }, i) => patterns[i].test(text) || (key !== undefined && values.has(key)),
      );
    },
  };
}

function textOf(payload: Uint8Array, encoding: string): string {
  const text = Buffer.from(payload).toString('utf8');
  return encoding === 'base64-text' ? Buffer.from(text, 'base64').toString('utf8') : text;
}

/** JSON with every digit of its numbers; undefined for what is none. */
function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    // The exact parser takes what is valid only, and does not end on what is not.
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return { value: parseExact(text, (digits) => digits) };
}

/** What is no JSON cannot be taken apart: there the name, and the value right after it, has to do. */
function textPattern({ column, recordField = column, values }: SubjectField): RegExp {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const one = values.map(escaped).join('|');
  return new RegExp(`${escaped(recordField)}["']?\\s*[:=]\\s*["']?(?:${one})(?![\\p{L}\\p{N}_-])`, 'u');
}

function holds(value: unknown, field: string, wanted: ReadonlySet<string>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => holds(item, field, wanted));
  return Object.entries(value).some(
    ([name, item]) => (name === field && wanted.has(canonical(item))) || holds(item, field, wanted),
  );
}

function canonical(value: unknown): string {
  const text = String(value);
  return UUID.test(text) ? text.toLowerCase() : text;
}
