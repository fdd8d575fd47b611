import { Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type DataContract, type SchemaObject, Zone } from '../../contract';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { type ILakeTable, LakeCatalog, LakeTable, type TableContent } from '../catalog';
import { RegisteredProduct } from '../governance';
import { PipelineAlarms, type SilverAlarms } from '../observability';
import {
  type SilverProcessor,
  FileProcessor,
  FileSource,
  type IRecordProcessor,
  StreamProcessor,
  StreamSource,
} from '../processing';
import type { QualityAlarms } from '../quality';
import type { MedallionLake } from '../storage';
import type { DataProductProps } from './data-product-props';
import { ownershipTags } from './ownership-tags';
import { addSilverZone } from './silver-zone';

/**
 * The way of a stream or of files into the lake, from one contract: tables for what is accepted and what is rejected, the processor
 * that fills them, the silver table of the latest rows and what keeps it, and the alarms that watch over what the
 * contract promises. Each part can be had alone.
 */
export class DataProduct extends Construct {
  readonly contract: DataContract;
  readonly schema: SchemaObject;
  readonly catalog: LakeCatalog;
  /** What takes the records in: one of the two below. */
  readonly processor: IRecordProcessor;
  /** Undefined where records come in files. */
  readonly streamProcessor?: StreamProcessor;
  /** Undefined where records come by a stream. */
  readonly fileProcessor?: FileProcessor;
  /** Whoever is told of these is told of the alarms of silver and its quality gates as well. */
  readonly alarms: PipelineAlarms;
  /** Undefined without silver. */
  readonly silverProcessor?: SilverProcessor;
  /** Undefined without silver. */
  readonly silverAlarms?: SilverAlarms;
  /** Undefined without silver, and where no quality rule halts or quarantines. */
  readonly qualityAlarms?: QualityAlarms;
  /** Where the results of quality gates are kept. Undefined without silver, and where the contract has no quality rule. */
  readonly qualityResults?: ILakeTable;
  /** The entry in the registry; undefined without one. */
  readonly registered?: RegisteredProduct;
  private readonly tables: Map<Zone, ILakeTable>;
  private readonly besides: ILakeTable[] = [];

  /**
   * @throws Error when the contract has no such schema object, the catalog is another lake's, an option is out of its
   * bounds, `clusterBy` names no column that rows can be sorted by, or the registry has the product or its table already
   */
  constructor(scope: Construct, id: string, props: DataProductProps) {
    super(scope, id);
    const { contract, lake, schemaName } = props;
    this.contract = contract;
    this.schema = contract.schema(schemaName);
    this.catalog = props.catalog ?? LakeCatalog.of(lake);
    if (this.catalog.lake !== lake) {
      throw new Error(
        `The catalog "${this.catalog.node.path}" belongs to the lake "${this.catalog.lake.node.path}", the product ` +
          `"${this.node.path}" to "${lake.node.path}". Pass a catalog of that lake, or leave it out.`,
      );
    }

    requireSilver(props);
    const port = (props.enableSilver ?? true) ? Zone.SILVER : Zone.BRONZE;
    this.claimEntry(props, port);

    const { clusterBy } = props;
    const bronze = props.bronze ?? this.createTable('Bronze', Zone.BRONZE, { clusterBy });
    const quarantine = props.quarantine ?? this.createTable('Quarantine', Zone.QUARANTINE);
    this.tables = new Map([
      [Zone.BRONZE, bronze],
      [Zone.QUARANTINE, quarantine],
    ]);
    const { source } = props;
    const options = props.processor ?? props.fileProcessor;
    const taken = {
      encryptionKey: options?.encryptionKey ?? lake.encryptionKey,
      metricNamespace: options?.metricNamespace ?? metricNamespaceOf(lake),
      contract,
      schemaName,
      bronze,
      quarantine,
    };
    if (source instanceof StreamSource) {
      refuseOption(this, 'fileProcessor', props.fileProcessor, 'processor');
      this.streamProcessor = new StreamProcessor(this, 'Processor', {
        lineage: props.lineage,
        ...props.processor,
        ...taken,
        source,
      });
      this.processor = this.streamProcessor;
    } else if (source instanceof FileSource) {
      refuseOption(this, 'processor', props.processor, 'fileProcessor');
      this.fileProcessor = new FileProcessor(this, 'Processor', {
        lineage: props.lineage,
        ...props.fileProcessor,
        ...taken,
        source,
      });
      this.processor = this.fileProcessor;
    } else {
      throw new Error(
        `The source of "${this.node.path}" is neither a StreamSource nor a FileSource. Make one by StreamSource.kinesis or ` +
          'FileSource.bucket, or extend one of these.',
      );
    }
    this.alarms = new PipelineAlarms(this, 'Alarms', {
      ...props.alarms,
      productName: this.processor.productName,
      metricNamespace: this.processor.metricNamespace,
      processor: this.processor.handler,
      stream: this.streamProcessor?.stream,
      queue: this.fileProcessor?.queue,
      deadLetterQueue: this.processor.deadLetterQueue,
      serviceLevels: contract.sla,
      criticalFields: this.schema.criticalFields,
      detectsPersonalData: options?.personalDataDetection !== undefined,
    });
    if (props.enableSilver ?? true) {
      const silver = props.silver ?? this.createTable('Silver', Zone.SILVER, { clusterBy });
      this.tables.set(Zone.SILVER, silver);
      const zone = addSilverZone(this, {
        contract,
        schema: this.schema,
        bronze,
        quarantine,
        silver,
        createTable: (tableId, content) => {
          const table = this.createTable(tableId, Zone.SILVER, { content });
          this.besides.push(table);
          return table;
        },
        processor: {
          encryptionKey: this.processor.encryptionKey,
          productName: this.processor.productName,
          metricNamespace: this.processor.metricNamespace,
          network: options?.network,
          logRetention: options?.logRetention,
          lineage: options?.lineage ?? props.lineage,
          ...props.silverProcessor,
        },
        alarms: props.alarms ?? {},
        pipelineAlarms: this.alarms,
      });
      this.silverProcessor = zone.processor;
      this.silverAlarms = zone.alarms;
      this.qualityAlarms = zone.qualityAlarms;
      this.qualityResults = zone.qualityResults;
    }

    if (props.registry !== undefined) {
      this.registered = new RegisteredProduct(this, 'Registered', {
        registry: props.registry,
        contract,
        schemaName,
        ports: [{ zone: port, table: this.table(port) }],
        sources: [this.streamProcessor?.stream.stream.streamArn ?? this.fileProcessor?.folderUri].filter(
          (origin) => origin !== undefined,
        ),
        environment: lake.environment,
      });
    }

    for (const [key, value] of Object.entries(ownershipTags(contract, this.schema))) {
      Tags.of(this).add(key, value);
    }
  }

  /** Every table of it, also those kept beside the rows: tombstones, results of quality gates. */
  get allTables(): ILakeTable[] {
    return [...this.tables.values(), ...this.besides];
  }

  /**
   * The product's table in a zone: bronze, quarantine or silver.
   * @throws Error when the product has no table in that zone
   */
  table(zone: Zone): ILakeTable {
    const table = this.tables.get(zone);
    if (table !== undefined) return table;
    const known = [...this.tables.keys()].join(', ');
    throw new Error(
      `The product "${this.node.path}" has no table in the zone ${zone}; it has one in: ${known}. ` +
        `Make a LakeTable with zone ${zone} for what you derive from these.`,
    );
  }

  /** Before there are tables: the catalog refuses a second one of the same name as well, and knows no versions. */
  private claimEntry({ registry, silver, bronze }: DataProductProps, port: Zone): void {
    const given = port === Zone.SILVER ? silver : bronze;
    const uri = given?.uri ?? `glue://${this.catalog.databaseName(port)}/${this.schema.tableName}`;
    registry?._claim(this, this.contract, this.schema, [uri]);
  }

  private createTable(
    id: string,
    zone: Zone,
    options: { readonly content?: TableContent; readonly clusterBy?: string[] } = {},
  ): LakeTable {
    return new LakeTable(this, id, {
      contract: this.contract,
      schemaName: this.schema.name,
      catalog: this.catalog,
      zone,
      ...options,
    });
  }
}

function refuseOption(product: DataProduct, name: string, given: object | undefined, other: string): void {
  if (given === undefined) return;
  throw new Error(
    `${name} of "${product.node.path}" is not for what its source is. Pass ${other}, or another source.`,
  );
}

function requireSilver({ enableSilver = true, silver, silverProcessor }: DataProductProps): void {
  if (enableSilver || (silver === undefined && silverProcessor === undefined)) return;
  throw new Error(
    `${silver === undefined ? 'silverProcessor' : 'silver'} is given, but enableSilver is false. Leave it out, or leave ` +
      'out enableSilver, which is true by default.',
  );
}

/** Two environments in one account would otherwise feed one another's alarms. */
function metricNamespaceOf(lake: MedallionLake): string | undefined {
  return lake.environment === undefined ? undefined : `${METRIC_NAMESPACE}/${lake.environment}`;
}
