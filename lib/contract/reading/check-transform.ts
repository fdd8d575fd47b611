import { columnType } from '../column-type';
import type { ContractProperty } from '../contract-property';
import { PARTITION_TRANSFORM, partitionTransform } from '../partition-spec';
import type { Fields } from './fields';
import { didYouMean } from './suggestion';

interface Transform {
  /** Column types it takes. */
  readonly types: RegExp;
  /** Whether it needs a number in brackets. */
  readonly argument: boolean;
  /** The types in words. */
  readonly of: string;
}

/** Which column types a transform takes (Iceberg specification, "Partition Transforms"). */
const INSTANTS = /^(date|timestamp|timestamptz)$/;
const TRANSFORMS = new Map<string, Transform>([
  ['identity', { types: /./, argument: false, of: 'any simple column' }],
  ['year', { types: INSTANTS, argument: false, of: 'dates and timestamps' }],
  ['month', { types: INSTANTS, argument: false, of: 'dates and timestamps' }],
  ['day', { types: INSTANTS, argument: false, of: 'dates and timestamps' }],
  ['hour', { types: /^(timestamp|timestamptz)$/, argument: false, of: 'timestamps' }],
  [
    'bucket',
    {
      types: /^(int|long|decimal.*|date|time|timestamp|timestamptz|string|uuid|binary)$/,
      argument: true,
      of: 'integers, decimals, dates, times, timestamps, strings, UUIDs and binary',
    },
  ],
  [
    'truncate',
    {
      types: /^(int|long|decimal.*|string|binary)$/,
      argument: true,
      of: 'integers, decimals, strings and binary',
    },
  ],
]);
const SPELLINGS = ['identity', 'year', 'month', 'day', 'hour', 'bucket[N]', 'truncate[W]'];
const MAX_INT32 = 2 ** 31 - 1;

/** Reports a custom property `partitionTransform` that is none, or that the column's type does not take. */
export function checkTransform(fields: Fields, property: ContractProperty): void {
  const entry = fields.maps('customProperties').find((custom) => {
    const name = custom.node.entries.get('property');
    return name?.kind === 'scalar' && name.value === PARTITION_TRANSFORM;
  });
  if (entry === undefined) return;
  const value = entry.entry('value');
  const fault = transformFault(property, value?.kind === 'scalar' ? value.value : undefined);
  if (fault !== undefined) fields.problems.report(value ?? entry.node, fault);
}

function transformFault(property: ContractProperty, value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be the text of a partition transform: ${SPELLINGS.join(', ')}.`;
  if (!property.partitioned) {
    return 'gives a partition transform to a property that is not a partition column. Set partitioned: true, or drop it.';
  }
  const match = /^([a-z]+)(?:\[(\d{1,10})\])?$/.exec(partitionTransform(property));
  const transform = match === null ? undefined : TRANSFORMS.get(match[1]);
  if (match === null || transform === undefined || transform.argument !== (match[2] !== undefined)) {
    return `is no partition transform. Allowed are ${SPELLINGS.join(', ')}.${didYouMean(value, SPELLINGS)}`;
  }
  const argument = Number(match[2] ?? 1);
  if (argument < 1 || argument > MAX_INT32)
    return `must have a whole number from 1 to ${MAX_INT32} in brackets.`;
  const type = columnType(property);
  // A struct or list as partition column is reported by its own check.
  if (type.kind !== 'primitive' || transform.types.test(type.type)) return undefined;
  return `does not apply to a column of type ${type.type}: ${match[1]} takes ${transform.of}.`;
}
