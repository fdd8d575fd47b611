import type { AlarmReport } from '../metrics/alarm';
import type { ProductReport } from '../run/summary';
import { isObject, listAt, objectAt } from '../template/json';

/** The alarms of a product by what they watch. */
export interface Watched {
  /** The stream, or the queue that tells of files. */
  readonly stream: AlarmReport[];
  /** The function of the stream or the files. */
  readonly ingest: AlarmReport[];
  /** Its dead-letter queue. */
  readonly deadLetters: AlarmReport[];
  /** The product as a whole. */
  readonly product: AlarmReport[];
  /** Functions and queues behind the tables. */
  readonly zones: AlarmReport[];
}

/** Told apart by the first dimension of an alarm's first metric. */
export function watched({ pipeline, summary }: ProductReport): Watched {
  const found: Watched = { stream: [], ingest: [], deadLetters: [], product: [], zones: [] };
  pipeline.alarms.forEach(({ properties }, index) => {
    const metrics = [
      properties,
      ...listAt(properties, 'Metrics')
        .filter(isObject)
        .map((query) => objectAt(objectAt(query, 'MetricStat'), 'Metric')),
    ];
    const dimension = metrics.flatMap((metric) => listAt(metric, 'Dimensions')).find(isObject);
    const [name, value] = [String(dimension?.Name), String(dimension?.Value)];
    const list =
      name === 'StreamName' || ('queue' in pipeline && value === pipeline.queue.name)
        ? found.stream
        : name === 'Product'
          ? found.product
          : value === pipeline.function.name
            ? found.ingest
            : value === pipeline.failureQueue?.name
              ? found.deadLetters
              : found.zones;
    list.push(summary.alarms[index]);
  });
  return found;
}
