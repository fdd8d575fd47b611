import { join } from 'node:path';
import { Zone } from '../../contract';
import type { CloudAssembly } from '../template/assembly';

/** A table of the template and where it lives on this machine. */
export interface LocalTable {
  readonly zone: string;
  readonly table: string;
  readonly directory: string;
  /** `file://` and the directory. */
  readonly uri: string;
}

const GLUE_URI = /^glue:\/\/([^/]+)\/([^/]+)$/;

/**
 * The stores of the cloud as directories: a table of the Glue catalog is the directory `<out>/<zone>/<table>`, which
 * is an Iceberg table any reader opens.
 */
export class EmbeddedLake {
  private readonly zones: ReadonlyMap<string, string>;

  constructor(
    assembly: CloudAssembly,
    readonly directory: string,
  ) {
    this.zones = new Map(
      assembly.ofType('AWS::Glue::Database').map(({ name, path }) => [name, zoneOf(name, path)]),
    );
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

  /** The value with every table of the Glue catalog replaced by its directory. */
  localized(value: string): string {
    return this.table(value)?.uri ?? value;
  }
}

/** The zone a database is named after; a database of the user's own goes by its own name. */
function zoneOf(database: string, path: string): string {
  const zones: string[] = Object.values(Zone);
  const words = [...database.toLowerCase().split(/[_-]/), ...path.toLowerCase().split('/')].reverse();
  return words.find((word) => zones.includes(word)) ?? database;
}
