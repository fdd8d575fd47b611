// The 13-column click of a shop, about 390 bytes of JSON. The same seed gives the same events on every machine.
import { randomNumbers } from '../random-numbers.mjs';

const DAY_START = Date.UTC(2026, 10, 20);
const DAY = 86_400_000;
const EVENT_TYPES = [
  'page_view',
  'page_view',
  'page_view',
  'page_view',
  'click',
  'click',
  'scroll',
  'add_to_cart',
  'purchase',
  'search',
];
const PATHS = Array.from({ length: 400 }, (_, i) => `/c${i % 20}/product-${1000 + i * 7}`);
const REFERRERS = [
  'https://www.google.com/',
  'https://www.bing.com/',
  'https://news.example.org/article',
  'https://t.example.co/abc',
];
const SYSTEMS = ['iOS', 'Android', 'Windows', 'macOS', 'Linux'];
const BROWSERS = ['Chrome', 'Safari', 'Firefox', 'Edge'];
const TAGS = [
  'sale',
  'new',
  'ab:variant-a',
  'ab:variant-b',
  'returning',
  'mobile',
  'vip',
  'newsletter',
  'organic',
  'paid',
];
const SCREENS = [
  [390, 844],
  [1920, 1080],
  [1440, 900],
  [412, 915],
  [2560, 1440],
];

/** Yields `count` events spread over one day, in order of arrival. */
export function* clickstream(count, seed = 42) {
  const random = randomNumbers(seed);
  const below = (limit) => Math.floor(random() * limit);
  const pick = (values) => values[below(values.length)];
  const hex = (digits) => Array.from({ length: digits }, () => '0123456789abcdef'[below(16)]).join('');
  const users = Math.max(50, Math.floor(count / 25));
  let clock = DAY_START;
  for (let i = 0; i < count; i++) {
    clock += (DAY / count) * (0.5 + random());
    // A few phones were offline and send an hour's events late.
    const happened = new Date(clock - (random() < 0.02 ? random() * 3_600_000 : 0));
    const user = Math.floor(random() ** 1.7 * users);
    const eventType = pick(EVENT_TYPES);
    const [width, height] = pick(SCREENS);
    const priced = eventType === 'purchase' || eventType === 'add_to_cart';
    yield {
      event_id: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
      event_type: eventType,
      user_id: 10_000_000 + user,
      session_id: `s-${((user * 2654435761) >>> 0).toString(16)}-${Math.floor(clock / 3_600_000)}`,
      ts: happened.toISOString(),
      received_at: Math.floor(clock) + below(2000),
      url: pick(PATHS),
      referrer: random() < 0.4 ? null : pick(REFERRERS),
      duration_ms: below(60_000),
      scroll_pct: Math.round(random() * 10_000) / 100,
      price: priced ? Math.round(random() * 50_000) / 100 : null,
      device: { os: pick(SYSTEMS), browser: pick(BROWSERS), width, height },
      tags: Array.from({ length: below(4) }, () => pick(TAGS)),
    };
  }
}

/** Events as a Kinesis event source mapping hands them to a function. */
export function kinesisEvent(events) {
  const Records = [];
  for (const event of events) {
    const i = Records.length;
    const sequenceNumber = (
      49_654_321_098_765_432_109_876_543_210_987_654_321_098_765_432_109_876_543n +
      BigInt(i) * 3n
    ).toString();
    Records.push({
      eventID: `shardId-000000000000:${sequenceNumber}`,
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:111122223333:stream/clickstream',
      kinesis: {
        partitionKey: String(event.user_id),
        sequenceNumber,
        approximateArrivalTimestamp: event.received_at / 1000,
        data: Buffer.from(JSON.stringify(event)).toString('base64'),
      },
    });
  }
  return { Records };
}
