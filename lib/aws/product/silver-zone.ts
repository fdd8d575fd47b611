import type { Construct } from 'constructs';
import type { DataContract, SchemaObject } from '../../contract';
import { GateMode, QualityGates } from '../../contract/quality';
import { type ILakeTable, TableContent } from '../catalog';
import { type AlarmGroup, type PipelineAlarmsOptions, SilverAlarms } from '../observability';
import { SilverProcessor, type SilverProcessorOptions } from '../processing';
import { QualityAlarms } from '../quality';

export interface SilverZoneProps {
  readonly contract: DataContract;
  readonly schema: SchemaObject;
  readonly bronze: ILakeTable;
  readonly quarantine: ILakeTable;
  readonly silver: ILakeTable;
  /** Makes a table of the silver zone for what is kept beside the rows. */
  readonly createTable: (id: string, content: TableContent) => ILakeTable;
  /** Key, names and namespace among them. */
  readonly processor: SilverProcessorOptions;
  readonly alarms: PipelineAlarmsOptions;
  /** Whoever is told of these is told of silver's alarms too. */
  readonly pipelineAlarms: AlarmGroup;
}

/** The silver half of a product, in the product's own scope. */
export interface SilverZone {
  readonly processor: SilverProcessor;
  readonly alarms: SilverAlarms;
  readonly qualityAlarms?: QualityAlarms;
  /** Where the results of quality gates are kept. */
  readonly qualityResults?: ILakeTable;
}

export function addSilverZone(scope: Construct, props: SilverZoneProps): SilverZone {
  const { contract, schema, pipelineAlarms } = props;
  const { gates } = QualityGates.of(schema);
  const qualityResults =
    gates.length === 0 ? undefined : props.createTable('QualityResults', TableContent.QUALITY_RESULTS);
  const processor = new SilverProcessor(scope, 'SilverProcessor', {
    ...props.processor,
    contract,
    schemaName: schema.name,
    bronze: props.bronze,
    silver: props.silver,
    quarantine: props.quarantine,
    tombstones: schema.deletion && props.createTable('Tombstones', TableContent.TOMBSTONES),
    quality: qualityResults,
  });
  const { topics, actionsEnabled, runbookUrl } = props.alarms;
  const told = {
    topics,
    actionsEnabled,
    runbookUrl,
    productName: processor.productName,
    metricNamespace: processor.metricNamespace,
  };
  const alarms = new SilverAlarms(scope, 'SilverAlarms', {
    ...told,
    processor: processor.handler,
    queue: processor.queue,
    deadLetterQueue: processor.deadLetterQueue,
    containerDeadLetterQueue: processor.container?.deadLetterQueue,
    serviceLevels: contract.sla,
  });
  pipelineAlarms._include(alarms);
  const watched = gates.some(
    ({ mode, notEvaluated }) => notEvaluated === undefined && mode !== GateMode.REPORT,
  );
  if (!watched) return { processor, alarms, qualityResults };
  const qualityAlarms = new QualityAlarms(scope, 'QualityAlarms', {
    ...told,
    contract,
    schemaName: schema.name,
  });
  pipelineAlarms._include(qualityAlarms);
  return { processor, alarms, qualityAlarms, qualityResults };
}
