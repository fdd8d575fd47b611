import { isDeepStrictEqual } from 'node:util';
import { stringifyJson } from '../json';
import type { TableMetadata } from '../table-metadata';

/** An update of a commit (Iceberg REST catalog specification, "TableUpdate"). */
export type TableUpdate = { readonly action: string } & Record<string, unknown>;
/** An assertion the catalog checks before it commits ("TableRequirement"). */
export type TableRequirement = { readonly type: string } & Record<string, unknown>;

/** What the catalog keeps by itself from the updates, or works out. */
const DERIVED = [
  'last-sequence-number',
  'last-updated-ms',
  'last-column-id',
  'last-partition-id',
  'current-snapshot-id',
  'metadata-log',
  'snapshot-log',
  'next-row-id',
];
const EXPRESSED = [
  'schemas',
  'current-schema-id',
  'partition-specs',
  'default-spec-id',
  'sort-orders',
  'default-sort-order-id',
  'snapshots',
  'refs',
  'properties',
  'location',
];
/** In the latest of the schemas, specs or orders that the commit adds. */
const LAST_ADDED = -1;

/** The table must be as it was when the change was made up: another writer's commit of any kind that matters shows. */
export function tableRequirements(base: TableMetadata): TableRequirement[] {
  return [
    { type: 'assert-table-uuid', uuid: base['table-uuid'] },
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': mainOf(base) ?? null },
    { type: 'assert-current-schema-id', 'current-schema-id': base['current-schema-id'] },
    { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': base['last-column-id'] },
    { type: 'assert-default-spec-id', 'default-spec-id': base['default-spec-id'] },
    { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': base['last-partition-id'] },
    { type: 'assert-default-sort-order-id', 'default-sort-order-id': base['default-sort-order-id'] },
  ];
}

/**
 * The updates that make `next` of `base`.
 * @throws Error for a change that the protocol has no update for
 */
export function tableUpdates(base: TableMetadata, next: TableMetadata): TableUpdate[] {
  refuseOthers(base, next);
  refuseChanged(base, next);
  const updates: TableUpdate[] = [];
  if (next.location !== base.location) updates.push({ action: 'set-location', location: next.location });
  updates.push(
    ...versioned(base, next, ['schemas', 'schema-id', 'current-schema-id'], (schema) => ({
      action: 'add-schema',
      schema,
      'last-column-id': next['last-column-id'],
    })),
    ...versioned(base, next, ['partition-specs', 'spec-id', 'default-spec-id'], (spec) => ({
      action: 'add-spec',
      spec,
    })),
    ...versioned(base, next, ['sort-orders', 'order-id', 'default-sort-order-id'], (order) => ({
      action: 'add-sort-order',
      'sort-order': order,
    })),
    ...propertyUpdates(base.properties, next.properties),
    ...snapshotUpdates(base, next),
  );
  return updates;
}

const SETTERS = {
  schemas: { action: 'set-current-schema', id: 'schema-id' },
  'partition-specs': { action: 'set-default-spec', id: 'spec-id' },
  'sort-orders': { action: 'set-default-sort-order', id: 'sort-order-id' },
} as const;

function versioned(
  base: TableMetadata,
  next: TableMetadata,
  [list, id, current]: [keyof typeof SETTERS, string, keyof TableMetadata],
  add: (one: object) => TableUpdate,
): TableUpdate[] {
  const idOf = (one: object) => (one as Record<string, unknown>)[id];
  const known = new Set(base[list].map(idOf));
  const added = next[list].filter((one) => !known.has(idOf(one)));
  const updates = added.map(add);
  if (next[current] === base[current]) return updates;
  const last = added[added.length - 1];
  const chosen = last && idOf(last) === next[current] ? LAST_ADDED : next[current];
  const setter = SETTERS[list];
  return [...updates, { action: setter.action, [setter.id]: chosen }];
}

function propertyUpdates(base: Record<string, string>, next: Record<string, string>): TableUpdate[] {
  const set = Object.entries(next).filter(([key, value]) => base[key] !== value);
  const removals = Object.keys(base).filter((key) => !(key in next));
  return [
    ...(set.length > 0 ? [{ action: 'set-properties', updates: Object.fromEntries(set) }] : []),
    ...(removals.length > 0 ? [{ action: 'remove-properties', removals }] : []),
  ];
}

function snapshotUpdates(base: TableMetadata, next: TableMetadata): TableUpdate[] {
  const [before, after] = [base, next].map(
    (metadata) => new Set(metadata.snapshots.map((one) => one['snapshot-id'])),
  );
  const [refsBefore, refsAfter] = [base, next].map(refsOf);
  const removed = [...before].filter((id) => !after.has(id));
  return [
    ...next.snapshots
      .filter((snapshot) => !before.has(snapshot['snapshot-id']))
      .map((snapshot) => ({ action: 'add-snapshot', snapshot })),
    ...Object.entries(refsAfter)
      .filter(([name, ref]) => stringifyJson(ref) !== stringifyJson(refsBefore[name] ?? null))
      .map(([name, ref]) => ({ action: 'set-snapshot-ref', 'ref-name': name, ...ref })),
    ...Object.keys(refsBefore)
      .filter((name) => !(name in refsAfter))
      .map((name) => ({ action: 'remove-snapshot-ref', 'ref-name': name })),
    // Last: what refs still name cannot go.
    ...(removed.length > 0 ? [{ action: 'remove-snapshots', 'snapshot-ids': removed }] : []),
  ];
}

/** Refs with `main`, which older metadata leaves to the current snapshot. */
function refsOf(metadata: TableMetadata): TableMetadata['refs'] {
  const current = mainOf(metadata);
  if (current === undefined) return metadata.refs;
  return {
    ...metadata.refs,
    main: { ...(metadata.refs.main ?? { type: 'branch' }), 'snapshot-id': current },
  };
}

function mainOf(metadata: TableMetadata) {
  const id = metadata['current-snapshot-id'];
  return id == null || id === -1 ? undefined : id;
}

/** What has an id is added by the protocol, and never becomes something else. */
function refuseChanged(base: TableMetadata, next: TableMetadata): void {
  for (const [list, id] of Object.entries(IDENTIFIED) as [keyof typeof IDENTIFIED, string][]) {
    const idOf = (one: object) => (one as Record<string, unknown>)[id];
    const after = new Map<unknown, object>(next[list].map((one) => [idOf(one), one]));
    for (const one of base[list]) {
      const now = after.get(idOf(one));
      if (isDeepStrictEqual(one, now) || (now === undefined && list === 'snapshots')) continue;
      throw new Error(
        `A REST catalog adds ${list}, it changes and removes none: ${id} ${String(idOf(one))} of ${base.location} is ` +
          `${stringifyJson(one)} and would become ${now ? stringifyJson(now) : 'nothing'}. ` +
          'Keep it, and give what is new an id of its own.',
      );
    }
  }
}

const IDENTIFIED = {
  schemas: 'schema-id',
  'partition-specs': 'spec-id',
  'sort-orders': 'order-id',
  snapshots: 'snapshot-id',
} as const;

function refuseOthers(base: TableMetadata, next: TableMetadata): void {
  const keys = new Set([...Object.keys(base), ...Object.keys(next)]) as Set<keyof TableMetadata>;
  for (const key of keys) {
    if (DERIVED.includes(key) || EXPRESSED.includes(key)) continue;
    if (stringifyJson(base[key] ?? null) === stringifyJson(next[key] ?? null)) continue;
    throw new Error(`A REST catalog takes no change of ${key}: ${base.location} stays as it is.`);
  }
}
