import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { METRIC_NAMESPACE } from '../../lib/contract/metric-names';
import { type Environment, matching } from './environment';

/** Under which names a function reports. */
export interface SignalConfiguration {
  /** Dimension of its metrics, field of its log lines. */
  readonly product: string;
  readonly metricNamespace: string;
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html and API_Dimension.html
const NAMESPACE = /^[^:][A-Za-z0-9._/#:-]{0,254}$/;
const DIMENSION_VALUE = /^(?!:)[\x20-\x7e]{1,1024}$/;

export function signals(environment: Environment): SignalConfiguration {
  return {
    product: matching(
      environment,
      HANDLER_ENVIRONMENT.product,
      DIMENSION_VALUE,
      '1 to 1024 printable ASCII characters, no colon first (a CloudWatch dimension value)',
    ),
    metricNamespace: matching(
      environment,
      HANDLER_ENVIRONMENT.metricNamespace,
      NAMESPACE,
      'a CloudWatch namespace: 1 to 255 letters, digits or . - _ / # :, no colon first',
      METRIC_NAMESPACE,
    ),
  };
}
