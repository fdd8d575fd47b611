import type { Dataset, OutputDataset } from '../../../lib/contract/lineage/run-event';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { Snapshot } from '../../tables/snapshot';
import type { LineageConfiguration } from '../../configuration/lineage';
import { tableName } from './dataset-name';
import { facet, schemaFacet } from './facets';

/** Table property that a data product names its owner in. */
const OWNER_PROPERTY = 'lakehouse.owner';

/** A table as a run saw it: at a snapshot, where it had one. */
export function tableDataset(
  table: IcebergTable,
  snapshot: Snapshot | undefined,
  { settings }: LineageConfiguration,
  owner = table.property(OWNER_PROPERTY),
): Dataset {
  const name = tableName(table.uri, settings.catalog);
  const { fields } = snapshot ? table.schemaOf(snapshot) : table.schema;
  return {
    ...name,
    facets: {
      schema: schemaFacet(fields),
      dataSource: facet('dataSource', { name: name.namespace, uri: encodeURI(table.location) }),
      ...(snapshot && { version: facet('version', { datasetVersion: String(snapshot['snapshot-id']) }) }),
      ...(owner !== undefined && {
        ownership: facet('ownership', { owners: [{ name: `team:${owner}`, type: 'OWNER' }] }),
      }),
    },
  };
}

/** What of a commit is told: the rows of a run are not always those of one snapshot. */
export interface Written {
  readonly rows?: number;
  readonly bytes?: number;
  /** Where a run made several snapshots: all of them. */
  readonly snapshots?: readonly string[];
}

/** A table that a run wrote; what its snapshot says stands where nothing else is said. */
export function writtenDataset(
  table: IcebergTable,
  snapshot: Snapshot | undefined,
  configuration: LineageConfiguration,
  written: Written = {},
): OutputDataset {
  const summary = (name: string): number | undefined => {
    const text = snapshot?.summary?.[name];
    return text === undefined ? undefined : Number(text);
  };
  const { snapshots = [] } = written;
  const statistics = {
    rowCount: written.rows ?? summary('added-records'),
    size: written.bytes ?? summary('added-files-size'),
    ...(snapshots.length < 2 && { fileCount: summary('added-data-files') }),
  };
  const owner = table.property(OWNER_PROPERTY) ?? configuration.settings.owner;
  return {
    ...tableDataset(table, snapshot, configuration, owner),
    outputFacets: {
      outputStatistics: facet('outputStatistics', known(statistics)),
      ...(snapshots.length > 1 && { lakehouse_snapshots: facet('lakehouse_snapshots', { snapshots }) }),
    },
  };
}

function known(values: { readonly [name: string]: number | undefined }): { readonly [name: string]: number } {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
