import { isObject, listAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';
import type { MetricIdentity } from './metric-store';

export interface EmbeddedMetric {
  readonly identity: MetricIdentity;
  readonly value: number;
  readonly timestamp: number;
}

/**
 * The metrics in a line of a function's output, as CloudWatch extracts them (embedded metric format). A line that is
 * anything else holds none.
 */
export function embeddedMetrics(line: string): EmbeddedMetric[] {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return [];
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return [];
  }
  if (!isObject(document)) return [];
  const root: JsonObject = document;
  const header = objectAt(root, '_aws');
  const timestamp = typeof header.Timestamp === 'number' ? header.Timestamp : Date.now();
  return listAt(header, 'CloudWatchMetrics')
    .filter(isObject)
    .flatMap((directive) =>
      listAt(directive, 'Dimensions').flatMap((keys) => {
        const dimensions = Object.fromEntries(
          (Array.isArray(keys) ? keys : []).map((key) => [String(key), textAt(root, String(key)) ?? '']),
        );
        return listAt(directive, 'Metrics')
          .filter(isObject)
          .flatMap((metric) => {
            const name = textAt(metric, 'Name') ?? '';
            const identity = { namespace: textAt(directive, 'Namespace') ?? '', name, dimensions };
            return numbersOf(root[name]).map((value) => ({ identity, value, timestamp }));
          });
      }),
    );
}

function numbersOf(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).filter((item): item is number => typeof item === 'number');
}
