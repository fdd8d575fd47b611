import type { DataContract } from '../../contract';
import type { ILakeTable, LakeCatalog } from '../catalog';
import type { ProductRegistry } from '../governance';
import type { LineageSink } from '../lineage';
import type { PipelineAlarmsOptions } from '../observability';
import type {
  FileProcessorOptions,
  RecordSource,
  SilverProcessorOptions,
  StreamProcessorOptions,
} from '../processing';
import type { MedallionLake } from '../storage';

/** The contract of a product, and what it is made in. */
export interface DataProductProps {
  /** The contract everything below follows from. */
  readonly contract: DataContract;

  /**
   * Name of the schema object in the contract: a contract that describes several tables makes several products.
   * @default - the first
   */
  readonly schemaName?: string;

  /** The lake the tables are in. */
  readonly lake: MedallionLake;

  /** Where records come from: a stream (`StreamSource.kinesis`) or files (`FileSource.bucket`). */
  readonly source: RecordSource;

  /**
   * The catalog the tables are in.
   * @default LakeCatalog.of(lake) - one for all products of the lake, created with the first
   */
  readonly catalog?: LakeCatalog;

  /**
   * Table of the accepted records, if there is one already.
   * @default - a table in the bronze zone, from the contract
   */
  readonly bronze?: ILakeTable;

  /**
   * Table of the rejected records, if there is one already.
   * @default - a table in the quarantine zone
   */
  readonly quarantine?: ILakeTable;

  /**
   * Table of the latest row of each primary key, if there is one already.
   * @default - a table in the silver zone, from the contract
   */
  readonly silver?: ILakeTable;

  /**
   * Whether there is a silver table, and what keeps it. Without it, bronze is where the product ends.
   * @default true
   */
  readonly enableSilver?: boolean;

  /**
   * What the rows of bronze and silver are sorted by within a file, most important first, when files are compacted: columns
   * of the contract queries filter by, for example `['customer_id']`.
   * @default - the order they come in; an order that a table has stays
   */
  readonly clusterBy?: string[];

  /**
   * How silver is kept.
   * @default - the defaults of SilverProcessor, with the key, the names and the network of `processor`
   */
  readonly silverProcessor?: SilverProcessorOptions;

  /**
   * How the records of a stream are processed.
   * @default - the defaults of StreamProcessor, with the lake's key, and `Lakehouse/<environment>` as namespace of the
   * metrics where the lake has an environment
   */
  readonly processor?: StreamProcessorOptions;

  /**
   * How files are taken in.
   * @default - the defaults of FileProcessor, with key and namespace as those of `processor`
   */
  readonly fileProcessor?: FileProcessorOptions;

  /**
   * How the alarms behave, and whom they tell.
   * @default - the defaults of PipelineAlarms; call `product.alarms.notify(topic)`
   */
  readonly alarms?: PipelineAlarmsOptions;

  /**
   * Where the processors tell what their runs read and made, as events of OpenLineage: one object, which is one PUT, for
   * each commit.
   * @default - nowhere
   */
  readonly lineage?: LineageSink;

  /**
   * Registry the product is published in, with silver as its output port, or bronze without silver. A new major version is
   * a product of its own beside the old one: docs/data-products.md.
   * @default - none: it is in no registry
   */
  readonly registry?: ProductRegistry;
}
