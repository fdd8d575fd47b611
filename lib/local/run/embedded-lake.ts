import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Zone } from '../../contract';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import type { LineageSettings } from '../../contract/lineage/lineage-settings';
import { lineageDirectory } from '../lineage/lineage-directory';
import type { CloudAssembly } from '../template/assembly';
import { textAt } from '../template/json';

/** Type of the resource that creates and evolves a table. */
export const TABLE_RESOURCE = 'Custom::LakehouseIcebergTable';

/** A table of the template and where it lives on this machine. */
export interface LocalTable {
  readonly zone: string;
  readonly table: string;
  readonly directory: string;
  /** `file://` and the directory. */
  readonly uri: string;
}

const DYNAMODB_URI = /^dynamodb:\/\/([\w.-]+)$/;
const GLUE_URI = /^glue:\/\/([^/]+)\/([^/]+)$/;
const BUCKET_URI = /^s3:\/\/([^/]+)(\/.*)?$/;

/**
 * The stores of the cloud as directories: a table of the Glue catalog is the directory `<out>/<zone>/<table>`, which
 * is an Iceberg table any reader opens.
 */
export class EmbeddedLake {
  private readonly zones: ReadonlyMap<string, string>;
  private readonly buckets: ReadonlySet<string>;

  constructor(
    private readonly assembly: CloudAssembly,
    readonly directory: string,
  ) {
    this.zones = new Map(
      assembly.ofType('AWS::Glue::Database').map(({ name, path }) => [name, zoneOf(name, path)]),
    );
    this.buckets = new Set(assembly.ofType('AWS::S3::Bucket').map(({ name }) => name));
  }

  /** Directory that stands for a bucket of the app; undefined for any other bucket. */
  bucketDirectory(name: string): string | undefined {
    return this.buckets.has(name) ? join(this.directory, 'buckets', name) : undefined;
  }

  /** Undefined for anything but the URI of a table in the Glue catalog. */
  table(uri: string): LocalTable | undefined {
    const match = GLUE_URI.exec(uri);
    if (!match) return undefined;
    const [, database, table] = match;
    const zone = this.zones.get(database) ?? zoneOf(database, database);
    const directory = join(this.directory, zone, table);
    return { zone, table, directory, uri: `file://${directory}` };
  }

  /** Every table of the Glue catalog that the app provisions, by its URI there. */
  get tables(): ReadonlyMap<string, LocalTable> {
    const uris = this.assembly
      .ofType(TABLE_RESOURCE)
      .map(({ properties }) => textAt(properties, 'TableUri') ?? '');
    return new Map(
      uris.flatMap((uri) => [this.table(uri)].flatMap((table) => (table ? [[uri, table]] : []))),
    );
  }

  /** Variables of a function on this machine: tables are directories, and lineage is told into one. */
  environment(variables: Readonly<Record<string, string>>): Record<string, string> {
    const { lineage, lineageSettings } = HANDLER_ENVIRONMENT;
    const entries = Object.entries(variables)
      // They name an account, and a secret that is not here.
      .filter(([name]) => name !== lineageSettings)
      .map(([name, value]) => [
        name,
        name === lineage ? `file://${lineageDirectory(this.directory)}` : this.localized(value),
      ]);
    const { owner } = JSON.parse(variables[lineageSettings] ?? '{}') as LineageSettings;
    return {
      ...(Object.fromEntries(entries) as Record<string, string>),
      ...(owner !== undefined && { [lineageSettings]: JSON.stringify({ owner }) }),
    };
  }

  /**
   * The value with every table of the Glue catalog, every DynamoDB table and every URI of a bucket of the app replaced
   * by its directory; in JSON text wherever it stands, and there also the names of buckets where a `bucket` is named.
   */
  localized(value: string): string {
    if (!/(glue|dynamodb|s3):\/\/|"bucket"/.test(value)) return value;
    const whole = this.localUri(value);
    if (whole !== undefined) return whole;
    try {
      const parsed: unknown = JSON.parse(value);
      return JSON.stringify(parsed, (key, inner: unknown) => {
        if (key === 'bucket') return this.localBucket(inner);
        return typeof inner === 'string' ? (this.localUri(inner) ?? inner) : inner;
      });
    } catch {
      return value;
    }
  }

  /** As messages name a bucket: by its name, or by an object that has it. A name is one of a bucket only there. */
  private localBucket(given: unknown): unknown {
    if (typeof given === 'string') {
      const directory = this.bucketDirectory(given);
      return directory === undefined ? given : `file://${directory}`;
    }
    const { name } = (given ?? {}) as { name?: unknown };
    return typeof name === 'string' ? { ...(given as object), name: this.localBucket(name) } : given;
  }

  private localUri(uri: string): string | undefined {
    const [, item] = DYNAMODB_URI.exec(uri) ?? [];
    if (item !== undefined) return pathToFileURL(join(this.directory, '.lakehouse', 'dynamodb', item)).href;
    const [, bucket, key = ''] = BUCKET_URI.exec(uri) ?? [];
    const directory = bucket === undefined ? undefined : this.bucketDirectory(bucket);
    return directory === undefined ? this.table(uri)?.uri : `file://${directory}${key}`;
  }
}

/** The zone a database is named after; a database of the user's own goes by its own name. */
function zoneOf(database: string, path: string): string {
  const zones: string[] = Object.values(Zone);
  const words = [...database.toLowerCase().split(/[_-]/), ...path.toLowerCase().split('/')].reverse();
  return words.find((word) => zones.includes(word)) ?? database;
}
