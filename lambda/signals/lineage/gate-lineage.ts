import type { LineageConfiguration } from '../../configuration/lineage';
import type { Secrets } from '../../lookups/secrets';
import type { GateReport } from '../../pipeline/quality/measure-gates';
import type { IcebergTable } from '../../tables/iceberg-table';
import { currentSnapshot } from '../../tables/table-metadata';
import { tableName } from './dataset-name';
import { assertionsFacet } from './facets';
import { Lineage } from './lineage';
import { tableDataset } from './table-datasets';

/** Tells what verdicts were given of a table, and over which snapshot. */
export class GateLineage {
  private readonly lineage: Lineage;

  constructor(
    private readonly configuration: LineageConfiguration,
    private readonly table: IcebergTable,
    secrets?: Secrets,
  ) {
    // A product may have a gate on each of its tables.
    const { name } = tableName(table.uri);
    const [zone, table_] = name.split('/').slice(-2);
    this.lineage = new Lineage(configuration, `gate.${zone}.${table_}`, secrets);
  }

  /**
   * A gate that is shut is a run that ended well: it said what it was asked. Its failed assertions say what.
   * @param request id of the request
   * @param started epoch milliseconds
   */
  judged({ results }: GateReport, request: string, started: number): Promise<void> {
    return this.lineage.tell(() => {
      const dataQualityAssertions = assertionsFacet(results);
      const judged = this.dataset();
      const inputFacets = dataQualityAssertions && { inputFacets: { dataQualityAssertions } };
      return { identity: [request], started, inputs: [{ ...judged, ...inputFacets }], outputs: [] };
    });
  }

  /** No verdict. */
  failed(error: unknown, request: string, started: number): Promise<void> {
    return this.lineage.tell(() => ({
      identity: [request],
      started,
      inputs: [this.dataset()],
      outputs: [],
      error,
    }));
  }

  private dataset() {
    return tableDataset(this.table, currentSnapshot(this.table.metadata), this.configuration);
  }
}
