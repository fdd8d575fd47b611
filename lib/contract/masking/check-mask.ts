import type { ContractProperty } from '../contract-property';
import { partitionTransform } from '../partition-spec';
import { compilePlan } from '../quality/compile-plan';
import type { SchemaObject } from '../schema-object';
import { maskText, tellsApart, type MaskSpec } from './mask-spec';

/** Types that a mask gives a value of the same type for. */
const TYPES: { readonly [kind in MaskSpec['kind']]: RegExp } = {
  hash: /^(string|uuid|binary)$/,
  tokenize: /^(string|uuid|binary|int|long)$/,
  keepFirst: /^string$/,
  keepLast: /^string$/,
  emailDomain: /^string$/,
  redact: /./,
};
const IN_WORDS: { readonly [kind in MaskSpec['kind']]: string } = {
  hash: 'text, UUIDs and binary',
  tokenize: 'text, UUIDs, binary and integers',
  keepFirst: 'text',
  keepLast: 'text',
  emailDomain: 'text',
  redact: 'every type',
};

/** What is wrong with the mask of a column; undefined for one that can be. */
export function checkMask(
  schema: SchemaObject,
  property: ContractProperty,
  type: string,
  mask: MaskSpec,
): string | undefined {
  const text = maskText(mask);
  const { name, path } = property;
  // Nested fields neither decide about rows nor are measured by name.
  const isColumn = path === name;
  if (isColumn && schema.eventTime === name)
    return `is the event time, which decides what row is the latest: it cannot be masked (${text}).`;
  if (isColumn && schema.deletion?.property === name)
    return `tells which rows delete (deletedWhen): it cannot be masked (${text}).`;
  if (property.primaryKey && !tellsApart(mask))
    return `is part of the primary key, and ${text} gives several keys the same value. Use hash or tokenize.`;
  if (property.partitioned && !(tellsApart(mask) && partitionTransform(property).startsWith('bucket')))
    return (
      `partitions the table by ${partitionTransform(property)}, which ${text} would break or betray. Masked with hash or ` +
      'tokenize, it may partition by bucket[N].'
    );
  if (!TYPES[mask.kind].test(type))
    return (
      `is ${type}, of which ${text} would make another type. ${mask.kind} takes ${IN_WORDS[mask.kind]}. Redact it, or ` +
      'give the column another type in the contract.'
    );
  return checkConstant(property, type, mask) ?? (isColumn ? checkGates(schema, property, mask) : undefined);
}

const CONSTANTS: readonly [type: RegExp, form: RegExp, words: string][] = [
  [/^string$/, /^/, 'any text'],
  [/^boolean$/, /^(true|false)$/, 'true or false'],
  [/^int$/, /^-?\d{1,9}$/, 'a whole number of up to nine digits'],
  [/^long$/, /^-?\d{1,18}$/, 'a whole number of up to eighteen digits'],
  [/^(float|double)$/, /^-?\d+(\.\d+)?$/, 'a number'],
  [
    /^date$/,
    /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/,
    'a date, YYYY-MM-DD, up to the 28th of a month',
  ],
];

function checkConstant(property: ContractProperty, type: string, mask: MaskSpec): string | undefined {
  if (mask.kind !== 'redact') return undefined;
  const { constant } = mask;
  if (constant === undefined)
    return property.required
      ? 'is required, and redact makes it null. Redact it to a constant, { redact: <value> } or Mask.redact(<value>).'
      : undefined;
  const [, form, words] = CONSTANTS.find(([types]) => types.test(type)) ?? [];
  if (!form) return `is ${type}, of which there are no constants. Redact it to null.`;
  return form.test(constant)
    ? undefined
    : `cannot be redacted to ${JSON.stringify(constant)}: a column of type ${type} takes ${words}.`;
}

/** Checks of rows are made before masking. Those of the table see what is in it. */
function checkGates(schema: SchemaObject, property: ContractProperty, mask: MaskSpec): string | undefined {
  const column = property.physicalName ?? property.name;
  for (const { id, property: of, measurement } of compilePlan(schema).checks) {
    if (measurement.kind === 'duplicates') {
      if (!tellsApart(mask) && measurement.columns.some(({ path }) => path[0] === column))
        return `quality rule ${id} counts its duplicates in silver, where ${maskText(mask)} makes values the same.`;
    } else if (measurement.kind === 'query') {
      if (of === property.path || new RegExp(`\\b${escaped(column)}\\b`, 'i').test(measurement.query))
        return (
          `quality rule ${id} is SQL over silver, where the column is masked (${maskText(mask)}). Use nullValues, ` +
          'missingValues or invalidValues, which are measured before.'
        );
    }
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
