import { parseExact } from '../../formats/json/exact-json';
import type { TableRow } from '../../rows/read-rows';
import type { SubjectRows } from './subject-rows';
import type { Subject, SubjectField } from './subject';
import { UUID } from './subject-values';

/** Whether columns are those of a quarantine table (lib/contract/quarantine-schema.ts). */
export function isQuarantine(columns: readonly string[]): boolean {
  return ['payload', 'payload_encoding', 'reason_code'].every((name) => columns.includes(name));
}

/** Rejected records, as they came and never masked: each is taken apart to find the fields, at whatever depth. */
export function rowsOfQuarantine({ fields, unnamed = false }: Subject): SubjectRows {
  const wanted = fields.map(({ column, recordField = column, values }) => ({
    name: recordField,
    values: new Set(values.map(canonical)),
  }));
  const patterns = fields.map(textPattern);
  const values = fields.map(valuePattern);
  const isNamed = ({
    payload,
    payload_encoding: encoding,
    partition_key: partitionKey,
  }: TableRow): boolean => {
    const text = textOf(payload as Uint8Array, encoding as string);
    const record = parsed(text);
    if (record !== undefined) return wanted.every((field) => holds(record.value, field.name, field.values));
    const key = typeof partitionKey === 'string' ? canonical(partitionKey) : undefined;
    return wanted.every((field, i) => patterns[i].test(text) || (key !== undefined && field.values.has(key)));
  };
  const isUnclear = ({ payload, payload_encoding: encoding }: TableRow): boolean => {
    const text = textOf(payload as Uint8Array, encoding as string);
    return values.every((pattern) => pattern.test(text)) && !isObject(parsed(text)?.value);
  };
  return {
    columns: ['payload', 'payload_encoding', 'partition_key'],
    candidates: (files) => [...files],
    matches: (row) => isNamed(row) || (unnamed && isUnclear(row)),
    isUnclear,
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(payload: Uint8Array, encoding: string): string {
  const text = Buffer.from(payload).toString('utf8');
  return encoding === 'base64-text' ? Buffer.from(text, 'base64').toString('utf8') : text;
}

/** JSON with every digit of its numbers; undefined for what is none, or so deep that the exact parser ends the stack. */
function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    // The exact parser is no check.
    JSON.parse(text);
    return { value: parseExact(text, (digits) => digits) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * What is no JSON cannot be taken apart: there the name, and the value right after it, has to do. Neither may be a part of
 * another, but for a text that is cut off.
 */
function textPattern({ column, recordField = column, values }: SubjectField): RegExp {
  const one = oneOf(values);
  const name = `(?<![\\p{L}\\p{N}_-])${escaped(recordField)}["']?`;
  const value = `"${one}(?:"|$)|'${one}(?:'|$)|${one}${VALUE_ENDS}`;
  return new RegExp(`${name}\\s*[:=]\\s*(?:${value})`, 'u');
}

/** One of the values, wherever it stands. */
function valuePattern({ values }: SubjectField): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_.@+-])${oneOf(values)}${VALUE_ENDS}`, 'u');
}

const VALUE_ENDS = '(?![.@+]?[\\p{L}\\p{N}_-])';

function oneOf(values: readonly string[]): string {
  return `(?:${values.map(escaped).join('|')})`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Not by recursion: a record may be nearly as deep as the stack of the parser. */
function holds(record: unknown, field: string, wanted: ReadonlySet<string>): boolean {
  const open = [record];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && Object.hasOwn(value, field)) {
      const given = [(value as Record<string, unknown>)[field]].flat();
      if (given.some((one) => typeof one !== 'object' && wanted.has(canonical(one)))) return true;
    }
    for (const inner of Object.values(value)) open.push(inner);
  }
  return false;
}

function canonical(value: unknown): string {
  const text = String(value);
  return UUID.test(text) ? text.toLowerCase() : text;
}
