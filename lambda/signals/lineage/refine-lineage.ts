import type {
  ColumnLineageFacet,
  DatasetName,
  InputDataset,
  OutputDataset,
} from '../../../lib/contract/lineage/run-event';
import type { QualityGateResult } from '../../../lib/contract/quality/quality-result';
import type { LineageConfiguration } from '../../configuration/lineage';
import type { Secrets } from '../../lookups/secrets';
import type { RefineTables } from '../../pipeline/refine/increment';
import type { RefineReport } from '../../pipeline/refine/refine';
import { consumedSnapshot } from '../../pipeline/table-progress';
import { currentSnapshot, snapshotById } from '../../tables/table-metadata';
import { tableName } from './dataset-name';
import { assertionsFacet, facet } from './facets';
import { Lineage } from './lineage';
import { tableDataset, writtenDataset } from './table-datasets';

/** Tells what increments of silver were made of. */
export class RefineLineage {
  private readonly lineage: Lineage;

  /** @param copies whether silver's columns are those of bronze: neither code of the user's nor masks stand in between */
  constructor(
    private readonly configuration: LineageConfiguration,
    private readonly tables: RefineTables,
    private readonly copies: boolean,
    secrets?: Secrets,
  ) {
    this.lineage = new Lineage(configuration, 'refine', secrets);
  }

  /**
   * Nothing of an update that found nothing to do.
   * @param results of the quality gates over the rows that were read
   * @param started epoch milliseconds
   */
  refined(report: RefineReport, results: readonly QualityGateResult[], started: number): Promise<void> {
    return this.lineage.tell(() => {
      const { snapshots, upserted, bytesWritten, rejected } = report;
      const last = snapshots.at(-1);
      if (last === undefined) return undefined;
      const { bronze, silver, quarantine } = this.tables;
      const written = writtenDataset(
        silver,
        snapshotById(silver.metadata, Number(last)),
        this.configuration,
        {
          rows: upserted,
          bytes: bytesWritten,
          snapshots,
        },
      );
      const outputs: OutputDataset[] = [{ ...written, facets: { ...written.facets, ...this.columns() } }];
      if (quarantine && rejected > 0)
        outputs.push(writtenDataset(quarantine, undefined, this.configuration, { rows: rejected }));
      const read = consumedSnapshot(bronze, silver) ?? currentSnapshot(bronze.metadata);
      return {
        identity: [last],
        started,
        inputs: [
          this.input(tableDataset(bronze, read, this.configuration), results, {
            rowCount: report.rows,
            size: report.bytesRead,
          }),
        ],
        outputs,
      };
    });
  }

  failed(error: unknown, results: readonly QualityGateResult[], started: number): Promise<void> {
    return this.lineage.tell(() => {
      const { bronze, silver } = this.tables;
      const read = currentSnapshot(bronze.metadata);
      return {
        identity: ['failed', String(read?.['snapshot-id'] ?? '')],
        started,
        inputs: [this.input(tableDataset(bronze, read, this.configuration), results)],
        outputs: [tableDataset(silver, currentSnapshot(silver.metadata), this.configuration)],
        error,
      };
    });
  }

  private input(
    dataset: InputDataset,
    results: readonly QualityGateResult[],
    statistics?: { readonly rowCount: number; readonly size: number },
  ): InputDataset {
    const dataQualityAssertions = assertionsFacet(results);
    return {
      ...dataset,
      inputFacets: {
        ...(statistics && { inputStatistics: facet('inputStatistics', statistics) }),
        ...(dataQualityAssertions && { dataQualityAssertions }),
      },
    };
  }

  /** Columns of one name hold the same: refining moves rows, it changes no value. */
  private columns(): { readonly columnLineage?: ColumnLineageFacet } {
    if (!this.copies) return {};
    const { bronze, silver } = this.tables;
    const source: DatasetName = tableName(bronze.uri, this.configuration.settings.catalog);
    const known = new Set(bronze.schema.fields.map(({ name }) => name));
    const fields = silver.schema.fields.flatMap(({ name }) =>
      known.has(name)
        ? [
            [
              name,
              {
                inputFields: [
                  {
                    ...source,
                    field: name,
                    transformations: [{ type: 'DIRECT' as const, subtype: 'IDENTITY' }],
                  },
                ],
              },
            ] as const,
          ]
        : [],
    );
    return { columnLineage: facet('columnLineage', { fields: Object.fromEntries(fields) }) };
  }
}
