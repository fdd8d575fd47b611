import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  GetDatabaseCommand,
  GetTableCommand,
  GlueClient,
  UpdateTableCommand,
  type Table,
  type TableInput,
} from '@aws-sdk/client-glue';
import { glueColumns } from '../../lib/contract/glue-columns';
import { catalogParameters } from '../../lib/contract/table-facts';
import type { ObjectStore } from '../stores/object-store';
import { storeFor } from '../stores/store-for';
import { parseTableMetadata, serializeTableMetadata } from './metadata-file';
import { CommitConflict, CommitStateUnknown, type TableCatalog, type TableVersion } from './table-catalog';
import { currentSchema, type TableMetadata } from './table-metadata';

const CONFLICTS = ['ConcurrentModificationException', 'VersionMismatchException', 'AlreadyExistsException'];

/** The part of a Glue client that the catalog calls. */
export interface GlueTables {
  send(command: GetTableCommand): Promise<{ Table?: Table }>;
  send(command: GetDatabaseCommand): Promise<{ Database?: { LocationUri?: string } }>;
  send(command: CreateTableCommand | UpdateTableCommand): Promise<unknown>;
}

/**
 * An Iceberg table of the AWS Glue Data Catalog: the table's parameter `metadata_location` points to the current
 * metadata file, and is swapped by UpdateTable with the VersionId it was read with.
 */
export class GlueCatalog implements TableCatalog {
  constructor(
    private readonly glue: GlueTables,
    private readonly database: string,
    private readonly table: string,
    private readonly store: (uri: string) => Promise<ObjectStore> = storeFor,
  ) {}

  async load(known?: TableVersion): Promise<TableVersion | undefined> {
    const table = await this.getTable();
    if (!table) return undefined;
    const metadataLocation = table.Parameters?.metadata_location;
    if (metadataLocation === undefined) {
      throw new Error(`Glue table ${this.name} is no Iceberg table: it has no parameter metadata_location.`);
    }
    if (known?.metadataLocation === metadataLocation) return known;
    const bytes = await (await this.store(metadataLocation)).get(metadataLocation);
    return { metadata: parseTableMetadata(bytes, metadataLocation, known?.metadata), metadataLocation };
  }

  /** `<location of the database>/<table>` */
  async defaultLocation(): Promise<string> {
    const { Database } = await this.glue.send(new GetDatabaseCommand({ Name: this.database }));
    if (Database?.LocationUri) return `${Database.LocationUri.replace(/\/+$/, '')}/${this.table}`;
    throw new Error(
      `Glue database ${this.database} has no location: name the location of table ${this.table}.`,
    );
  }

  async create(metadata: TableMetadata): Promise<TableVersion> {
    const metadataLocation = await this.writeMetadata(metadata, 0);
    const TableInput = this.tableInput({}, metadata, {
      table_type: 'ICEBERG',
      metadata_location: metadataLocation,
    });
    await this.swap(new CreateTableCommand({ DatabaseName: this.database, TableInput }));
    return { metadata, metadataLocation };
  }

  async commit(base: TableVersion, next: TableMetadata): Promise<TableVersion> {
    // Glue's version also moves when somebody edits a comment: what counts is where the metadata is.
    const current = await this.getTable();
    if (current?.Parameters?.metadata_location !== base.metadataLocation) throw new CommitConflict(this.name);
    if (current.VersionId === undefined) {
      throw new Error(
        `The catalog gives no VersionId for ${this.name}: without it a commit cannot be made safe.`,
      );
    }
    const previous = Number(/\/(\d+)-[^/]*$/.exec(base.metadataLocation)?.[1] ?? 0);
    const metadataLocation = await this.writeMetadata(next, previous + 1);
    const TableInput = this.tableInput(current, next, {
      ...current.Parameters,
      metadata_location: metadataLocation,
      previous_metadata_location: base.metadataLocation,
    });
    const VersionId = current.VersionId;
    await this.swap(
      new UpdateTableCommand({ DatabaseName: this.database, TableInput, VersionId, SkipArchive: true }),
    );
    return { metadata: next, metadataLocation };
  }

  async discard(metadataLocation: string): Promise<void> {
    await (await this.store(metadataLocation)).delete(metadataLocation);
  }

  private async writeMetadata(metadata: TableMetadata, number: number): Promise<string> {
    const name = `${String(number).padStart(5, '0')}-${randomUUID()}.metadata.json`;
    const metadataLocation = `${metadata.location}/metadata/${name}`;
    const store = await this.store(metadataLocation);
    await store.put(metadataLocation, serializeTableMetadata(metadata), { contentType: 'application/json' });
    return metadataLocation;
  }

  private async swap(command: CreateTableCommand | UpdateTableCommand): Promise<void> {
    try {
      await this.glue.send(command);
    } catch (error) {
      throw this.commitFailure(error);
    }
  }

  private commitFailure(error: unknown): unknown {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    // A conflict may also answer the SDK's second try of a request whose first answer was lost. Whoever gets it looks at
    // the table before deciding, and metadata that lost is left to maintenance: it may be the current one.
    if (CONFLICTS.includes(name ?? '')) return new CommitConflict(this.name, { cause: error });
    const status = $metadata?.httpStatusCode;
    return status !== undefined && status < 500 ? error : new CommitStateUnknown(this.name, error);
  }

  private async getTable(): Promise<Table | undefined> {
    try {
      const { Table } = await this.glue.send(
        new GetTableCommand({ DatabaseName: this.database, Name: this.table }),
      );
      return Table;
    } catch (error) {
      if ((error as Error).name === 'EntityNotFoundException') return undefined;
      throw error;
    }
  }

  private tableInput(
    current: Partial<Table>,
    metadata: TableMetadata,
    Parameters: Record<string, string>,
  ): TableInput {
    const columns = glueColumns(currentSchema(metadata));
    return {
      Name: this.table,
      Description: current.Description,
      Owner: current.Owner,
      Retention: current.Retention,
      TableType: 'EXTERNAL_TABLE',
      Parameters: { ...Parameters, ...catalogParameters(metadata.properties) },
      StorageDescriptor: {
        ...current.StorageDescriptor,
        Location: metadata.location,
        Columns: columns.map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment })),
      },
    };
  }

  private get name(): string {
    return `${this.database}.${this.table}`;
  }
}

/** A catalog whose region, credentials and endpoint come from where the SDK looks for them. */
export function openGlueCatalog(database: string, table: string): GlueCatalog {
  return new GlueCatalog(new GlueClient({}), database, table);
}
