import { readable } from './corrupt-file';
import { parseJson, stringifyJson } from './json';
import { knownItems, listText } from './list-text';
import { normalizeTableMetadata, type RawMetadata, type TableMetadata } from './table-metadata';

/** Lists that only grow, in the order they are written in: all but a hundredth of what a table of many snapshots has. */
const GROWING = ['snapshots', 'snapshot-log'] as const;

/** The text of a metadata file, in parts that follow one another. */
export function serializeTableMetadata(metadata: TableMetadata): Uint8Array[] {
  const { snapshots, 'snapshot-log': log, ...rest } = metadata;
  return [
    Buffer.from(`${stringifyJson(rest).slice(0, -1)},"snapshots":[`, 'utf8'),
    ...listText(snapshots),
    Buffer.from('],"snapshot-log":[', 'utf8'),
    ...listText(log),
    Buffer.from(']}', 'utf8'),
  ];
}

/**
 * Reads versions 1 and 2; version 1 comes out with the names of version 2.
 * @param known an earlier version of the table: what it holds already is recognized by its bytes, and not parsed again
 */
export function parseTableMetadata(
  bytes: Uint8Array,
  path = 'The table metadata',
  known?: TableMetadata,
): TableMetadata {
  const raw = (known && parseWhatIsNew(bytes, known)) ?? readable(path, () => parseJson(textOf(bytes)));
  return normalizeTableMetadata(raw as RawMetadata, path);
}

/** Undefined when the file is laid out otherwise than this code does it. */
function parseWhatIsNew(bytes: Uint8Array, known: TableMetadata): RawMetadata | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lists: Partial<Record<(typeof GROWING)[number], readonly object[]>> = {};
  let text = '';
  let position = 0;
  for (const name of GROWING) {
    const key = `"${name}":[`;
    const start = buffer.indexOf(key, position) + key.length;
    if (start < key.length) return undefined;
    text += textOf(buffer.subarray(position, start));
    // A member of the metadata itself, not of something in it that this code does not know.
    if (parsed(`${text}]}`) === undefined) return undefined;
    const { items, end } = knownItems(buffer, start, known[name]);
    lists[name] = items;
    position = end;
  }
  const raw = parsed(text + textOf(buffer.subarray(position))) as RawMetadata | undefined;
  if (raw === undefined) return undefined;
  const whole = (name: (typeof GROWING)[number]): object[] => [...lists[name]!, ...(raw[name] ?? [])];
  return { ...raw, snapshots: whole('snapshots'), 'snapshot-log': whole('snapshot-log') } as RawMetadata;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
