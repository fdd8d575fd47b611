import { randomBytes, scryptSync } from 'node:crypto';
import type { ObjectStore } from '../../stores/object-store';
import type { TableErasure } from './erase-table';
import type { Subject } from './subject';

/** A request for erasure as it was made. The subject is in it as hashes only. */
export interface AskedErasure {
  readonly request: string;
  readonly requestedBy: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly subject: SubjectHashes;
  /** There where rejected records without names were to be taken as well: whoever asked answers for whose they are. */
  readonly unnamed?: true;
  /** URIs. */
  readonly tables: readonly string[];
}

/** What a run of a request came to. */
export interface ErasureRecord extends Omit<AskedErasure, 'tables'> {
  /** ISO 8601 */
  readonly finishedAt: string;
  readonly tables: readonly TableErasure[];
  /** Nothing is left in any table that has the columns: none failed, and nothing is held. */
  readonly complete: boolean;
}

/** Who has a value can tell that it was meant: `scrypt(value, salt, 32 bytes, N = 16384, r = 8, p = 1)`, hexadecimal. */
export interface SubjectHashes {
  readonly salt: string;
  /** Column → a hash for each value. */
  readonly fields: { readonly [column: string]: readonly string[] };
}

export function subjectHashes({ fields }: Subject): SubjectHashes {
  const salt = randomBytes(16);
  const hash = (value: string) => scryptSync(value, salt, 32).toString('hex');
  return {
    salt: salt.toString('hex'),
    fields: Object.fromEntries(fields.map(({ column, values }) => [column, values.map(hash)])),
  };
}

/** Records of a prefix, `<request>/<time>-<random>.json`: each is written once, and none over another. */
export class AuditLog {
  constructor(
    private readonly store: ObjectStore,
    private readonly prefix: string,
  ) {}

  asked(asked: AskedErasure): Promise<string> {
    return this.put(asked.request, asked.startedAt, 'asked', asked);
  }

  /** @returns URI of the record */
  done(record: ErasureRecord): Promise<string> {
    return this.put(record.request, record.finishedAt, 'done', record);
  }

  private async put(request: string, time: string, kind: string, content: object): Promise<string> {
    const name = `${time.replace(/[:.]/g, '-')}-${kind}-${randomBytes(4).toString('hex')}.json`;
    const uri = `${this.prefix.replace(/\/+$/, '')}/${request}/${name}`;
    const bytes = Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
    await this.store.put(uri, bytes, { ifAbsent: true, contentType: 'application/json' });
    return uri;
  }
}

/** A folder of a path; what follows begins with the same slash. */
const PARTITION = /\/([^/="]+)=([^/"]+)(?=\/)/g;

/** Paths of files tell of partitions, and a partition may be the subject's, or the first characters of its value. */
export function withoutSubject(result: TableErasure, { fields }: Subject): TableErasure {
  let text = JSON.stringify(result);
  for (const { column, values } of fields)
    for (const value of values)
      for (const spelled of spellings(value))
        text = text
          .replaceAll(`/${column}=${spelled}/`, `/${column}=(erased)/`)
          .replace(PARTITION, (path, name: string, part: string) =>
            name.startsWith(`${column}_`) && spelled.startsWith(part) ? `/${name}=(erased)` : path,
          );
  return JSON.parse(text) as TableErasure;
}

/** As paths have it: ours (lambda/tables/iceberg-table.ts), and those of other engines. */
function spellings(value: string): string[] {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  return [value.replace(/[^A-Za-z0-9_.=-]/g, '_'), encodeURIComponent(value), value].map(inJson);
}
