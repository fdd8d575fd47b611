import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import type { LineageSettings } from '../../lib/contract/lineage/lineage-settings';
import { type Environment, json, matching } from './environment';
import { type SignalConfiguration, signals } from './signals';

/** Where a function tells what it read and made. */
export interface LineageConfiguration extends SignalConfiguration {
  /** Folder of an object store, or URL of an endpoint. */
  readonly sink: string;
  readonly settings: LineageSettings;
}

const SINK =
  /^((s3|gs|abfss):\/\/[^/]+\/.+|file:\/\/\/.+|https:\/\/.+|http:\/\/(localhost|127\.0\.0\.1)[:/].+)$/;
const SINK_FORMS = 's3://<bucket>/<prefix>, gs://…, abfss://…, file:///<directory>, https://<endpoint>';

/**
 * Undefined where lineage is not told.
 * @throws ConfigurationError naming the variable, its value and what is allowed.
 */
export function readLineageConfiguration(
  environment: Environment = process.env,
): LineageConfiguration | undefined {
  const { lineage, lineageSettings } = HANDLER_ENVIRONMENT;
  if (environment[lineage] === undefined) return undefined;
  return {
    sink: matching(environment, lineage, SINK, SINK_FORMS),
    settings: (json(environment, lineageSettings) as LineageSettings | undefined) ?? {},
    ...signals(environment),
  };
}
