import { whenPermitted } from '../../lambda/tables/when-permitted';

const refused = (name = 'AccessDeniedException') => Object.assign(new Error('not authorized'), { name });

function attempts(...outcomes: (Error | string)[]) {
  const waits: number[] = [];
  let calls = 0;
  const work = async () => {
    const outcome = outcomes[Math.min(calls++, outcomes.length - 1)];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const patience = {
    patienceMilliseconds: 9,
    waitMilliseconds: 3,
    sleep: async (milliseconds: number) => void waits.push(milliseconds),
  };
  return { result: whenPermitted(work, patience), waits, calls: () => calls };
}

test('waits for a permission that was granted a moment ago', async () => {
  const { result, waits } = attempts(refused(), refused('AccessDenied'), 'done');
  expect(await result).toBe('done');
  expect(waits).toEqual([3, 3]);
});

test('a permission that never comes is reported as it was refused', async () => {
  const refusal = refused();
  const { result, waits } = attempts(refusal);
  await expect(result).rejects.toBe(refusal);
  expect(waits).toEqual([3, 3, 3]);
});

test('a refusal inside another error counts', async () => {
  const { result } = attempts(new Error('could not read', { cause: refused() }), 'done');
  expect(await result).toBe('done');
});

test('nothing else is tried again', async () => {
  const { result, calls } = attempts(refused('ValidationException'), 'done');
  await expect(result).rejects.toThrow('not authorized');
  expect(calls()).toBe(1);
});
