import type { IcebergField, IcebergType } from '../../../lib/contract/iceberg-types';
import { GateMode } from '../../../lib/contract/quality/gate-mode';
import { type QualityGateResult, QualityOutcome } from '../../../lib/contract/quality/quality-result';
import type {
  Assertion,
  AssertionsFacet,
  Facet,
  SchemaFacet,
  SchemaField,
} from '../../../lib/contract/lineage/run-event';

/** Who says so, as a package URL (https://github.com/package-url/purl-spec). */
export const PRODUCER = 'pkg:npm/lakehouse-constructs';
const SPECIFICATION = 'https://openlineage.io/spec';
export const RUN_EVENT_SCHEMA = `${SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/RunEvent`;

/** The versions of the facets' schemas that their content follows. */
const SCHEMAS = {
  schema: facetSchema('1-2-0', 'SchemaDatasetFacet'),
  dataSource: facetSchema('1-0-1', 'DatasourceDatasetFacet'),
  version: facetSchema('1-0-1', 'DatasetVersionDatasetFacet'),
  ownership: facetSchema('1-0-1', 'OwnershipDatasetFacet'),
  columnLineage: facetSchema('1-2-0', 'ColumnLineageDatasetFacet'),
  inputStatistics: facetSchema('1-0-0', 'InputStatisticsInputDatasetFacet'),
  outputStatistics: facetSchema('1-0-2', 'OutputStatisticsOutputDatasetFacet'),
  dataQualityAssertions: facetSchema('1-1-0', 'DataQualityAssertionsDatasetFacet'),
  errorMessage: facetSchema('1-0-1', 'ErrorMessageRunFacet'),
  jobType: facetSchema('2-0-4', 'JobTypeJobFacet'),
  sql: facetSchema('1-1-0', 'SQLJobFacet'),
  lakehouse_lanes: `${PRODUCER}#lanes`,
  lakehouse_snapshots: `${PRODUCER}#snapshots`,
};

function facetSchema(version: string, name: string): string {
  return `${SPECIFICATION}/facets/${version}/${name}.json#/$defs/${name}`;
}

/** A facet's content, and whose it is. */
export function facet<T extends object>(name: keyof typeof SCHEMAS, content: T): Facet & T {
  return { _producer: PRODUCER, _schemaURL: SCHEMAS[name], ...content };
}

export function schemaFacet(fields: readonly IcebergField[]): SchemaFacet {
  return facet('schema', { fields: fields.map(schemaField) });
}

function schemaField({ name, type, doc }: IcebergField): SchemaField {
  return { name, ...fieldType(type), ...(doc !== undefined && { description: doc }) };
}

function fieldType(type: IcebergType): Pick<SchemaField, 'type' | 'fields'> {
  if (typeof type === 'string') return { type };
  const inner = (name: string, of: IcebergType): SchemaField => ({ name, ...fieldType(of) });
  switch (type.type) {
    case 'struct':
      return { type: 'struct', fields: type.fields.map(schemaField) };
    case 'list':
      return { type: 'array', fields: [inner('_element', type.element)] };
    case 'map':
      return { type: 'map', fields: [inner('key', type.key), inner('value', type.value)] };
  }
}

/** Results of quality gates, of those that could not be measured as well: nothing says that they hold. */
export function assertionsFacet(results: readonly QualityGateResult[]): AssertionsFacet | undefined {
  const assertions = results.filter(({ operator }) => operator !== undefined).map(assertion);
  return assertions.length === 0 ? undefined : facet('dataQualityAssertions', { assertions });
}

function assertion(result: QualityGateResult): Assertion {
  const { rule, metric, column, operator, threshold, unit, value, mode, outcome, reason } = result;
  return {
    assertion: metric,
    success: outcome === QualityOutcome.PASSED,
    ...(column !== undefined && { column }),
    severity: mode === GateMode.HALT ? 'error' : 'warn',
    name: rule,
    description: reason,
    expected: [operator, threshold.join(' and '), unit].join(' '),
    ...(value !== undefined && { actual: value }),
  };
}
