import type { LookupPolicy } from '../../../lib/contract/transform-settings';
import { Lookup, type LookupClock, LookupRefused } from '../../../lambda/pipeline/transform/lookup';

/** A clock that moves only when somebody sleeps, and remembers how long. */
class FakeClock implements LookupClock {
  time = 0;
  readonly pauses: number[] = [];
  now = () => this.time;
  random = () => 1;
  sleep = async (milliseconds: number) => {
    this.pauses.push(milliseconds);
    this.time += milliseconds;
  };
}

const POLICY: LookupPolicy = {
  timeoutMilliseconds: 1000,
  attempts: 3,
  cacheMilliseconds: 60_000,
  cacheEntries: 2,
  concurrency: 2,
};

function lookup(get: (key: string) => unknown, policy: Partial<LookupPolicy> = {}) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const source = {
    get: async (key: string) => {
      asked.push(key);
      return get(key);
    },
  };
  return { clock, asked, lookup: new Lookup('customers', source, { ...POLICY, ...policy }, clock) };
}

const unavailable = () => {
  throw new Error('status 503');
};

test('an answer is kept for its time, also that there is none, and cannot be changed', async () => {
  const { lookup: customers, asked, clock } = lookup((key) => (key === 'a' ? { tags: ['x'] } : null));
  const first: any = await customers.get('a');
  expect(await customers.get('a')).toBe(first);
  expect(await customers.get('b')).toBeNull();
  expect(await customers.get('b')).toBeNull();
  expect(() => first.tags.push('y')).toThrow(TypeError);
  expect(asked).toEqual(['a', 'b']);
  clock.time = 60_000;
  await customers.get('a');
  expect(asked).toEqual(['a', 'b', 'a']);
});

test('no more answers are kept than allowed: the one used longest ago goes', async () => {
  const { lookup: customers, asked } = lookup((key) => key);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await customers.get(key);
  expect(asked).toEqual(['a', 'b', 'c', 'b']);
});

test('nothing is kept where that is asked for', async () => {
  const { lookup: customers, asked } = lookup((key) => key, { cacheMilliseconds: 0 });
  await customers.get('a');
  await customers.get('a');
  expect(asked).toEqual(['a', 'a']);
});

test('a key is asked for once, however many want it, and no more keys at a time than allowed', async () => {
  let underway = 0;
  let most = 0;
  const { lookup: customers, asked } = lookup(async (key) => {
    most = Math.max(most, ++underway);
    await new Promise((resolve) => setImmediate(resolve));
    underway--;
    return key;
  });
  const keys = Array.from({ length: 40 }, (_, i) => `k${i % 10}`);
  expect(await Promise.all(keys.map((key) => customers.get(key)))).toEqual(keys);
  expect(asked).toHaveLength(10);
  expect(most).toBe(2);
});

test('what fails is tried again after pauses that grow, and then fails with the reason', async () => {
  const { lookup: customers, asked, clock } = lookup(unavailable, { attempts: 8 });
  await expect(customers.get('a')).rejects.toThrow('The lookup "customers" failed: status 503');
  expect(asked).toHaveLength(8);
  expect(clock.pauses).toEqual([50, 100, 200, 400, 800, 1600, 2000]);
});

test('what comes back at the second attempt is an answer', async () => {
  let attempts = 0;
  const { lookup: customers } = lookup(() => (++attempts === 1 ? unavailable() : 'Ada'));
  expect(await customers.get('a')).toBe('Ada');
});

test('what is refused is not asked again', async () => {
  const { lookup: customers, asked } = lookup(() => {
    throw new LookupRefused('status 403');
  });
  await expect(customers.get('a')).rejects.toThrow('status 403');
  expect(asked).toHaveLength(1);
});

test('a fallback stands in for what failed, and is not kept', async () => {
  let fails = true;
  const { lookup: customers } = lookup(() => (fails ? unavailable() : 'Ada'), { fallback: { value: null } });
  expect(await customers.get('a')).toBeNull();
  fails = false;
  expect(await customers.get('a')).toBe('Ada');
});

test('a source that fails for one key after the other is left alone, and asked again later', async () => {
  let fails = true;
  const { lookup: customers, asked, clock } = lookup(() => (fails ? unavailable() : 'Ada'), { attempts: 1 });
  for (const key of ['a', 'b', 'c', 'd', 'e']) await expect(customers.get(key)).rejects.toThrow('503');
  await expect(customers.get('f')).rejects.toThrow('left alone for a while, after 5 failures in a row');
  expect(asked).toHaveLength(5);
  fails = false;
  clock.time += 10_000;
  expect(await customers.get('f')).toBe('Ada');
});

test('an answer that does not come in time counts as a failure', async () => {
  const never = {
    get: (_key: string, signal: AbortSignal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  };
  const customers = new Lookup(
    'customers',
    never,
    { ...POLICY, timeoutMilliseconds: 5, attempts: 2 },
    new FakeClock(),
  );
  await expect(customers.get('a')).rejects.toThrow('The lookup "customers" failed: no answer within 5 ms.');
});
