import type { Logger } from '@aws-lambda-powertools/logger';
import { DriftKind, type Drift } from '../../lambda/pipeline/drift/drift';
import { DriftLog } from '../../lambda/signals/drift-log';

const drift = (path: string, found = 'string'): Drift => ({
  kind: DriftKind.UNKNOWN_FIELD,
  path,
  found,
  critical: false,
  count: 2,
});

function driftLog() {
  const warn = jest.fn();
  const log = new DriftLog({ warn } as unknown as Logger);
  const batch = (drifts: Drift[], omitted = 0) =>
    log.batch({ drifts, omitted, schemaHash: 'contract', seenHash: 'seen', ofShape: 0 });
  return { batch, told: (): unknown[][] => warn.mock.calls.splice(0) };
}

test('a drift is told once, with the hashes of both shapes; of another type it is another', () => {
  const { batch, told } = driftLog();
  batch([drift('note'), drift('colour')]);
  expect(told()).toEqual([
    ['Schema drift', { drift: drift('note'), schemaHash: 'contract', seenHash: 'seen' }],
    ['Schema drift', { drift: drift('colour'), schemaHash: 'contract', seenHash: 'seen' }],
  ]);
  batch([drift('colour'), drift('note')]);
  expect(told()).toEqual([]);
  batch([drift('note', 'number'), drift('note')]);
  expect(told()).toMatchObject([['Schema drift', { drift: { path: 'note', found: 'number' } }]]);
});

test('a container tells 500 drifts, then once that there are more, however many names a producer invents', () => {
  const { batch, told } = driftLog();
  for (let i = 0; i < 100; i++) batch(Array.from({ length: 50 }, (_, k) => drift(`f${i}_${k}`)));
  const lines = told();
  expect(lines.filter(([message]) => message === 'Schema drift')).toHaveLength(500);
  expect(lines.slice(500)).toEqual([
    [
      'Schema drift: there are more kinds of it than are told one by one',
      { untold: 100, schemaHash: 'contract', seenHash: 'seen' },
    ],
  ]);
});

test('what a batch could not tell apart is told as a number', () => {
  const { batch, told } = driftLog();
  batch([], 7);
  batch([], 7);
  expect(told()).toMatchObject([[expect.stringMatching(/more kinds/), { untold: 7 }]]);
});
