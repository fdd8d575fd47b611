import { readPositions } from './positions';
import type { AppendableTable } from './table';
import type { TableMetadata } from './table-metadata';

/** Lane of a table's progress through another one: positions are sequence numbers of that table's snapshots. */
const LANE_OF_TABLE = /^table\/([0-9a-f-]+)$/;
/** Table property: JSON of table uuid → sequence number, of tables that are committed to before this one. */
const FOLLOWS_PROPERTY = 'lakehouse.follows';

export function tableLaneOf(uuid: string): string {
  return `table/${uuid}`;
}

/**
 * Property a commit sets that would claim too much without earlier commits to other tables: bronze's position passes
 * records that only quarantine has. Whoever restores tables has to restore those commits as well.
 */
export function follows(...tables: readonly AppendableTable[]): Record<string, string> {
  const written = tables.filter(({ sequenceNumber }) => sequenceNumber !== '0');
  if (written.length === 0) return {};
  return {
    [FOLLOWS_PROPERTY]: JSON.stringify(
      Object.fromEntries(written.map(({ uuid, sequenceNumber }) => [uuid, sequenceNumber])),
    ),
  };
}

/** The tables, by their uuid, whose rows a table has taken in. */
export function sourcesOf(metadata: TableMetadata): Set<string> {
  const uuids = [...readPositions(metadata).keys()].map((lane) => LANE_OF_TABLE.exec(lane)?.[1]);
  return new Set(uuids.filter((uuid) => uuid !== undefined));
}

/** The tables, by their uuid, that were committed to before a table with rows of the same source. */
export function companionsOf(metadata: TableMetadata): Set<string> {
  return new Set(Object.keys(followed(metadata)));
}

/** Up to which sequence number other tables, by their uuid, have to be there for a table to tell the truth. */
export function requirementsOf(metadata: TableMetadata): Map<string, bigint> {
  const required = new Map(
    Object.entries(followed(metadata)).map(([uuid, sequence]) => [uuid, BigInt(sequence)]),
  );
  for (const [lane, position] of readPositions(metadata)) {
    const uuid = LANE_OF_TABLE.exec(lane)?.[1];
    if (uuid !== undefined && BigInt(position) > (required.get(uuid) ?? 0n))
      required.set(uuid, BigInt(position));
  }
  return required;
}

function followed(metadata: TableMetadata): Record<string, string> {
  return JSON.parse(metadata.properties[FOLLOWS_PROPERTY] ?? '{}') as Record<string, string>;
}
