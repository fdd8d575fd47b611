import type { SourceRecord } from '../../../lambda/pipeline/record';
import { PersonalDataWatch } from '../../../lambda/pipeline/pii/personal-data-watch';

const COLUMNS = [{ path: 'mail', classification: 'restricted' }, { path: 'note' }];

const recordOf = (text: string, position = 0): SourceRecord => ({
  lane: 'events/shard-0',
  position: String(position),
  data: Buffer.from(text).toString('base64'),
  arrivedAt: 0,
});
const note = (text: string) => recordOf(JSON.stringify({ mail: 'a@example.com', note: text }));

test('what a sample shows beside what the contract knows of is counted by column and kind', () => {
  const watch = new PersonalDataWatch(COLUMNS, 1);
  const sighting = watch.look([
    note('call +1 202 555 0143 or b@example.com'),
    note('nothing'),
    recordOf('{"note":"c@example.com","extra":{"ip":"203.0.113.9"}}'),
  ]);
  expect(sighting).toMatchObject({
    looked: 3,
    values: 3,
    findings: [
      { column: 'note', inContract: true, values: 3, shown: 2, kinds: { email: 2, phone: 1 } },
      { column: 'extra.ip', inContract: false, values: 1, shown: 1, kinds: { 'ip-address': 1 } },
    ],
  });
});

test('every so-and-so-many-th record is looked at, over the ends of batches', () => {
  const watch = new PersonalDataWatch(COLUMNS, 0.1);
  const batch = (size: number) => Array.from({ length: size }, () => note('d@example.com'));
  // The 1st, then the 11th, the 21st and so on.
  expect([5, 5, 1, 9, 100].map((size) => watch.look(batch(size)).looked)).toEqual([1, 0, 1, 0, 10]);
});

test('what is no record of the contract is passed over: ingestion quarantines it', () => {
  const watch = new PersonalDataWatch(COLUMNS, 1);
  const broken = ['e@example.com', '["e@example.com"]', '{"note":', 'null', ''].map((text) => recordOf(text));
  expect(watch.look([...broken, { ...recordOf(''), data: '!' }])).toEqual({
    looked: 0,
    values: 0,
    findings: [],
  });
});

test('a record of any depth is looked at as deep as records are, and ends', () => {
  const watch = new PersonalDataWatch(COLUMNS, 1);
  const nested = (inner: string, depth: number) => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`;
  for (const parts of [nested('"f@example.com"', 50_000), `{"b":`.repeat(50_000) + '1' + '}'.repeat(50_000)])
    expect(watch.look([recordOf(`{"note":"g@example.com","a":${parts}}`)])).toMatchObject({
      looked: 1,
      findings: [{ column: 'note', shown: 1 }],
    });
  expect(watch.look([recordOf(`{"a":${nested('"h@example.com"', 60)}}`)])).toMatchObject({ values: 1 });
});
