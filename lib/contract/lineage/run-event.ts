/**
 * Events of OpenLineage 2-0-2 as the handlers write them and the readers of lineage read them: what the specification
 * requires of a run event, and the facets of ours. https://openlineage.io/spec/2-0-2/OpenLineage.json
 */
export interface RunEvent {
  readonly eventType: RunState;
  /** ISO 8601. */
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: LineageRun;
  readonly job: LineageJob;
  readonly inputs: readonly InputDataset[];
  readonly outputs: readonly OutputDataset[];
}

export type RunState = 'START' | 'COMPLETE' | 'FAIL';

export interface LineageRun {
  /** A UUID. */
  readonly runId: string;
  readonly facets?: { readonly errorMessage?: ErrorMessageFacet };
}

export interface LineageJob {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: { readonly [name: string]: Facet };
}

/** What makes a dataset the same one in every event. */
export interface DatasetName {
  readonly namespace: string;
  readonly name: string;
}

export interface Dataset extends DatasetName {
  readonly facets?: {
    readonly schema?: SchemaFacet;
    readonly dataSource?: DataSourceFacet;
    /** Of a table: the snapshot that was read or made. */
    readonly version?: VersionFacet;
    readonly ownership?: OwnershipFacet;
    readonly columnLineage?: ColumnLineageFacet;
  };
}

export interface InputDataset extends Dataset {
  readonly inputFacets?: {
    readonly inputStatistics?: StatisticsFacet;
    readonly dataQualityAssertions?: AssertionsFacet;
    /** First and last position of each lane that was read; of ours. */
    readonly lakehouse_lanes?: LanesFacet;
  };
}

export interface OutputDataset extends Dataset {
  readonly outputFacets?: {
    readonly outputStatistics?: StatisticsFacet;
    /** Where a run made several: all snapshots it made, in their order, the one in `version` last; of ours. */
    readonly lakehouse_snapshots?: SnapshotsFacet;
  };
}

export interface Facet {
  readonly _producer: string;
  readonly _schemaURL: string;
}

export interface SchemaFacet extends Facet {
  readonly fields: readonly SchemaField[];
}

export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly fields?: readonly SchemaField[];
}

export interface DataSourceFacet extends Facet {
  readonly name: string;
  readonly uri: string;
}

export interface VersionFacet extends Facet {
  /** Snapshot id of an Iceberg table, as text. */
  readonly datasetVersion: string;
}

export interface OwnershipFacet extends Facet {
  readonly owners: readonly { readonly name: string; readonly type?: string }[];
}

export interface ColumnLineageFacet extends Facet {
  readonly fields: { readonly [column: string]: { readonly inputFields: readonly InputField[] } };
}

export interface InputField extends DatasetName {
  readonly field: string;
  readonly transformations?: readonly { readonly type: 'DIRECT'; readonly subtype: string }[];
}

export interface StatisticsFacet extends Facet {
  readonly rowCount?: number;
  /** Bytes. */
  readonly size?: number;
  readonly fileCount?: number;
}

export interface AssertionsFacet extends Facet {
  readonly assertions: readonly Assertion[];
}

/** The result of a quality gate. */
export interface Assertion {
  /** The metric, for example `nullValues`. */
  readonly assertion: string;
  readonly success: boolean;
  readonly column?: string;
  /** `error` where a failure halts the pipeline, else `warn`. */
  readonly severity: 'error' | 'warn';
  /** Id of the rule in the contract. */
  readonly name: string;
  /** The comparison in words. */
  readonly description: string;
  readonly expected?: string;
  readonly actual?: string;
}

export interface LanesFacet extends Facet {
  readonly lanes: readonly {
    readonly lane: string;
    readonly first: string;
    readonly last: string;
    /** URI of the file, where a lane is one. */
    readonly file?: string;
  }[];
}

export interface SnapshotsFacet extends Facet {
  readonly snapshots: readonly string[];
}

export interface ErrorMessageFacet extends Facet {
  readonly message: string;
  readonly programmingLanguage: string;
}
