import { DataContract } from '../../../lib/contract';
import { classifiedColumns } from '../../../lib/contract/classified-columns';
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

test('a column is known by its physical name, too, at whatever depth', () => {
  const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: c
name: c
version: 1.0.0
status: active
schema:
  - name: calls
    properties:
      - { name: mail, physicalName: e_mail, logicalType: string, classification: restricted }
      - name: people
        physicalName: persons
        logicalType: array
        items:
          logicalType: object
          properties:
            - { name: phone, physicalName: telephone, logicalType: string, classification: restricted }
            - { name: note, physicalName: remark, logicalType: string }
`);
  const columns = classifiedColumns(contract.schema());
  expect(columns[1]).toEqual({
    path: 'people[].phone',
    aliases: ['people[].telephone', 'persons[].phone', 'persons[].telephone'],
    classification: 'restricted',
  });
  const watch = new PersonalDataWatch(columns, 1);
  const person = { telephone: '+1 202 555 0143', remark: 'i@example.com' };
  expect(
    watch.look([recordOf(JSON.stringify({ e_mail: 'i@example.com', persons: [person] }))]),
  ).toMatchObject({
    values: 1,
    findings: [{ column: 'people[].note', inContract: true, shown: 1 }],
  });
});

test('what is in a classified column that the contract does not describe is classified with it', () => {
  const columns = [
    { path: 'meta', classification: 'restricted' },
    { path: 'free' },
    { path: 'open', classification: 'public' },
  ];
  const inner = { contacts: [{ mail: 'j@example.com' }] };
  const { findings } = new PersonalDataWatch(columns, 1).look([
    recordOf(JSON.stringify({ meta: inner, free: inner, open: inner })),
  ]);
  expect(findings.map(({ column }) => column)).toEqual(['free.contacts[].mail', 'open.contacts[].mail']);
});
