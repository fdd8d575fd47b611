import type { Logger } from '@aws-lambda-powertools/logger';
import { type PiiFinding, PiiFindingKind } from '../../lambda/pipeline/pii/pii-scan';
import { PersonalDataLog } from '../../lambda/signals/personal-data-log';

const finding = (column: string, kinds: { [kind: string]: number }, inContract = false): PiiFinding => ({
  finding: PiiFindingKind.UNCLASSIFIED,
  column,
  inContract,
  values: 9,
  shown: 1,
  kinds,
  example: 'x@xxxxxxx.xxx',
});

function personalDataLog() {
  const warn = jest.fn();
  const log = new PersonalDataLog({ warn } as unknown as Logger);
  const batch = (...findings: PiiFinding[]) => log.batch({ looked: 9, values: findings.length, findings });
  const told = () => warn.mock.calls.splice(0).map(([, { personalData }]) => personalData);
  return { batch, told };
}

test('a column is told once for each kind, without a value or its shape', () => {
  const { batch, told } = personalDataLog();
  batch(finding('note', { email: 3 }, true));
  batch(finding('note', { email: 1, phone: 1 }, true));
  batch(finding('note', { phone: 1 }, true));
  expect(told()).toEqual([
    { column: 'note', inContract: true, kinds: ['email'] },
    { column: 'note', inContract: true, kinds: ['phone'] },
  ]);
});

test('a name that is data itself is not told, wherever it stands', () => {
  const { batch, told } = personalDataLog();
  batch(
    finding('contacts.f@example.com[].home.4111111111111111', { phone: 1 }),
    finding('tags[]', { email: 1 }),
  );
  batch(finding('contacts.g@example.org[].home.5500000000000004', { phone: 1 }));
  expect(JSON.stringify(told())).not.toMatch(/@|\d{4}/);
});

test('a container tells 500, however many names a producer invents', () => {
  const { batch, told } = personalDataLog();
  for (let i = 0; i < 700; i++) batch(finding(`field_${i}`, { email: 1 }));
  expect(told()).toHaveLength(500);
});
