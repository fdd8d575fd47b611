import type { DatasetName, InputDataset } from '../../../lib/contract/lineage/run-event';
import type { LineageConfiguration } from '../../configuration/lineage';
import type { Secrets } from '../../lookups/secrets';
import type { IngestReport } from '../../pipeline/ingest-report';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { LaneRange } from '../../tables/table';
import { snapshotById } from '../../tables/table-metadata';
import { objectName, streamName } from './dataset-name';
import { facet } from './facets';
import { Lineage } from './lineage';
import { type Written, writtenDataset } from './table-datasets';

/** The tables of an ingestion. */
export interface IngestTables {
  readonly bronze: IcebergTable;
  readonly quarantine: IcebergTable;
}

/** Tells what batches of a source became. */
export class IngestLineage {
  private readonly lineage: Lineage;

  constructor(
    private readonly configuration: LineageConfiguration,
    private readonly tables: IngestTables,
    secrets?: Secrets,
  ) {
    this.lineage = new Lineage(configuration, 'ingest', secrets);
  }

  /**
   * Nothing of a batch that was in the tables already.
   * @param sources ARNs of streams, URIs of folders or files
   * @param started epoch milliseconds
   * @param files URIs of the files by their lane
   */
  ingested(
    report: IngestReport,
    sources: readonly string[],
    started: number,
    files?: ReadonlyMap<string, string>,
  ): Promise<void> {
    return this.lineage.tell(() => {
      const { accepted, quarantined, dropped = 0, rows, lanes, read } = report;
      if (accepted + quarantined + dropped === 0) return undefined;
      const { bronze, quarantine } = this.tables;
      const named = files ? lanes.map((range) => ({ ...range, file: files.get(range.lane) })) : lanes;
      const inputs = sources.map((source): InputDataset => ({
        ...sourceName(source),
        inputFacets: {
          // Of several sources nobody has counted each.
          ...(sources.length === 1 && { inputStatistics: facet('inputStatistics', { rowCount: read }) }),
          lakehouse_lanes: facet('lakehouse_lanes', { lanes: named }),
        },
      }));
      return {
        identity: [JSON.stringify(lanes)],
        started,
        inputs,
        outputs: [
          ...(accepted > 0 ? [this.written(bronze, report.bronzeSnapshot, { rows })] : []),
          ...(quarantined > 0
            ? [this.written(quarantine, report.quarantineSnapshot, { rows: quarantined })]
            : []),
        ],
      };
    });
  }

  /** @param lanes the batch as delivered */
  failed(
    error: unknown,
    lanes: readonly LaneRange[],
    sources: readonly string[],
    started: number,
  ): Promise<void> {
    return this.lineage.tell(() => ({
      identity: [JSON.stringify(lanes)],
      started,
      inputs: sources.map(sourceName),
      outputs: [this.written(this.tables.bronze, undefined)],
      error,
    }));
  }

  /** No snapshot where a committer makes it later. */
  private written(table: IcebergTable, snapshotId: bigint | undefined, written?: Written) {
    const snapshot = snapshotId === undefined ? undefined : snapshotById(table.metadata, Number(snapshotId));
    return writtenDataset(table, snapshot, this.configuration, written);
  }
}

function sourceName(source: string): DatasetName {
  return source.startsWith('arn:') ? streamName(source) : objectName(source);
}
