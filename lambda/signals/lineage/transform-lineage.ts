import type { ColumnLineageFacet, InputDataset } from '../../../lib/contract/lineage/run-event';
import type { QualityGateResult } from '../../../lib/contract/quality/quality-result';
import { columnLineage } from '../../../lib/contract/transform/column-lineage';
import type { Transformation } from '../../../lib/contract/transform/transformation';
import type { LineageConfiguration } from '../../configuration/lineage';
import type { Secrets } from '../../lookups/secrets';
import type { TransformReport } from '../../pipeline/sql-transform/run-transform';
import { consumedSnapshot } from '../../pipeline/table-progress';
import type { IcebergTable } from '../../tables/iceberg-table';
import { currentSnapshot } from '../../tables/table-metadata';
import { tableName } from './dataset-name';
import { assertionsFacet, facet } from './facets';
import { Lineage } from './lineage';
import { tableDataset, writtenDataset } from './table-datasets';

/** The tables of a transform, its inputs in the order of the transformation's. */
export interface TransformTables {
  readonly inputs: readonly IcebergTable[];
  readonly output: IcebergTable;
}

/** Results of gates by the name of the input they judge. */
export type GateResults = ReadonlyMap<string, readonly QualityGateResult[]>;

/** Tells what runs of a transform read and made. */
export class TransformLineage {
  private readonly lineage: Lineage;

  constructor(
    private readonly configuration: LineageConfiguration,
    private readonly transformation: Transformation,
    private readonly tables: TransformTables,
    secrets?: Secrets,
  ) {
    this.lineage = new Lineage(configuration, 'transform', secrets);
  }

  /**
   * Nothing of a run that found nothing to do.
   * @param request id of the request, the same where it is delivered again
   * @param started epoch milliseconds
   */
  done(report: TransformReport, request: string, gates: GateResults, started: number): Promise<void> {
    return this.lineage.tell(() => {
      if (report.scope === 'nothing') return undefined;
      const { output } = this.tables;
      const written = writtenDataset(output, currentSnapshot(output.metadata), this.configuration, {
        rows: report.writtenRows,
      });
      return {
        identity: [request],
        started,
        inputs: this.inputs(gates),
        outputs: [{ ...written, facets: { ...written.facets, ...this.columns() } }],
        jobFacets: this.sql(),
      };
    });
  }

  failed(error: unknown, request: string, gates: GateResults, started: number): Promise<void> {
    return this.lineage.tell(() => {
      const { output } = this.tables;
      return {
        identity: [request],
        started,
        inputs: this.inputs(gates, error),
        outputs: [tableDataset(output, currentSnapshot(output.metadata), this.configuration)],
        jobFacets: this.sql(),
        error,
      };
    });
  }

  private inputs(gates: GateResults, error?: unknown): InputDataset[] {
    const { inputs, output } = this.tables;
    return inputs.map((table, index) => {
      const dataQualityAssertions = assertionsFacet(gates.get(this.transformation.inputs[index].name) ?? []);
      // A run that failed has consumed nothing: it looked at the newest.
      const consumed = error === undefined ? consumedSnapshot(table, output) : undefined;
      return {
        ...tableDataset(table, consumed ?? currentSnapshot(table.metadata), this.configuration),
        ...(dataQualityAssertions && { inputFacets: { dataQualityAssertions } }),
      };
    });
  }

  private sql() {
    return { sql: facet('sql', { query: this.transformation.sql }) };
  }

  private columns(): { readonly columnLineage?: ColumnLineageFacet } {
    const tables = new Map(
      this.transformation.inputs.map(({ name }, index) => [name, this.tables.inputs[index]]),
    );
    const lineage = columnLineage(
      this.transformation.sql,
      [...tables].map(([name, table]) => ({ name, columns: table.schema.fields.map((field) => field.name) })),
    );
    if (!lineage) return {};
    const fields = [...lineage].map(([column, sources]) => {
      const inputFields = sources.map(({ input, column: field, how }) => ({
        ...tableName(tables.get(input)!.uri, this.configuration.settings.catalog),
        field,
        transformations: [{ type: 'DIRECT' as const, subtype: how }],
      }));
      return [column, { inputFields }] as const;
    });
    return { columnLineage: facet('columnLineage', { fields: Object.fromEntries(fields) }) };
  }
}
