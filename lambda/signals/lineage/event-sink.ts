import type { RunEvent } from '../../../lib/contract/lineage/run-event';
import type { LineageConfiguration } from '../../configuration/lineage';
import type { Secrets } from '../../lookups/secrets';
import { storeFor } from '../../stores/store-for';

/** Where events of lineage go. */
export interface EventSink {
  /** All events of a run, in their order. @throws whatever went wrong: the events may be there or not */
  send(events: readonly RunEvent[], signal: AbortSignal): Promise<void>;
}

/** @throws Error for a sink that needs a secret where there is nothing that reads secrets */
export function openSink({ sink, settings }: LineageConfiguration, secrets: Secrets | undefined): EventSink {
  if (!/^https?:/.test(sink)) return new ObjectSink(sink.replace(/\/+$/, ''));
  const { token } = settings;
  if (token === undefined) return new EndpointSink(sink, async () => undefined);
  if (secrets === undefined) throw new Error('This bundle reads no secrets: deploy the one for transforms.');
  return new EndpointSink(sink, () => secrets.text(token.secret, token.field));
}

/**
 * One object for each run, with its events line by line, as the file transports of OpenLineage's clients write them: one
 * request, however many events.
 */
class ObjectSink implements EventSink {
  constructor(private readonly prefix: string) {}

  async send(events: readonly RunEvent[]): Promise<void> {
    const { eventTime, eventType, run } = events[events.length - 1];
    const name = `${eventTime.replace(/[:.]/g, '-')}-${run.runId}-${eventType.toLowerCase()}.ndjson`;
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const uri = `${this.prefix}/date=${eventTime.slice(0, 10)}/${name}`;
    const store = await storeFor(uri);
    await store.put(uri, Buffer.from(text), { contentType: 'application/x-ndjson' });
  }
}

/** An endpoint that takes an event at a time, as Marquez does at `/api/v1/lineage`. */
class EndpointSink implements EventSink {
  constructor(
    private readonly url: string,
    private readonly token: () => Promise<string | undefined>,
  ) {}

  async send(events: readonly RunEvent[], signal: AbortSignal): Promise<void> {
    const token = await this.token();
    for (const event of events) {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(event),
        // The token is meant for this service, not for whomever it names.
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`The lineage endpoint answered with status ${response.status}.`);
    }
  }
}
