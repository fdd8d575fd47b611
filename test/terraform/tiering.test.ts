import { Token } from 'cdktf';
import {
  monthlyCost,
  recoveryHours,
  requireOrder,
  requireSavings,
  type TierFacts,
  type TierList,
  type Tiering,
} from '../../lib/terraform';

const tier = (facts: Partial<TierFacts>): TierFacts => ({
  ...{ storage: 0, transition: 0, retrieval: 0, read: 0, minimumDays: 0, recoveryHours: 0 },
  ...facts,
});
const list: TierList = {
  tiers: {
    WARM: tier({ storage: 0.02, read: 0.0005 }),
    COOL: tier({ storage: 0.01, transition: 0.01, retrieval: 0.01, minimumDays: 30 }),
    FROZEN: tier({ storage: 0.001, transition: 0.05, retrieval: 0.02, minimumDays: 180, recoveryHours: 12 }),
  },
  pricesAsOf: '2026-11-01',
};
const cool = (afterDays: number) => ({ tier: 'COOL', afterDays });
const frozen = (afterDays: number) => ({ tier: 'FROZEN', afterDays });

describe('what is no sensible order', () => {
  it.each([
    [[{ tier: 'WARM', afterDays: 1 }], 'Tiering mine: "WARM" is no tier to move to. Allowed: COOL, FROZEN.'],
    [[{ tier: 'TAPE', afterDays: 1 }], 'Tiering mine: "TAPE" is no tier to move to. Allowed: COOL, FROZEN.'],
    [[cool(1.5)], 'Tiering mine moves to COOL after 1.5 days. Use whole days, 0 or more.'],
    [[cool(-1)], 'Tiering mine moves to COOL after -1 days. Use whole days, 0 or more.'],
    [
      [frozen(30), cool(60)],
      'Tiering mine moves from FROZEN to COOL: lifecycle rules move objects to colder tiers only. Order the steps COOL, FROZEN, each at most once.',
    ],
    [
      [cool(30), frozen(30)],
      'Tiering mine moves to FROZEN after 30 days, not later than to COOL after 30. Use more than 30 days.',
    ],
  ])('%#', (moves, message) => {
    expect(() => requireOrder(list, 'mine', moves)).toThrow(new Error(message));
  });

  it('is not found in what is in order', () => {
    expect(() => requireOrder(list, 'mine', [cool(0), frozen(30)])).not.toThrow();
  });
});

describe('what costs more than it saves', () => {
  it('is a stay that is shorter than what is paid for', () => {
    expect(() => requireSavings(list, 'mine', [cool(10)], { endDays: 20 })).toThrow(
      new Error(
        'Tiering mine costs more than it saves: an object stays in COOL for 10 days and pays for 30 ($0.0102 a GiB; where it was, ' +
          '$0.0067). Leave the step out, or let it stay 30 days.',
      ),
    );
  });

  it('is a move of small objects', () => {
    expect(() => requireSavings(list, 'mine', [frozen(30)], { sizeKib: 64 })).toThrow(
      new Error(
        'Tiering mine costs more than it saves with objects of 64 KiB: 16384 of them make a GiB, and each is charged for its move ' +
          '($0.8547 a GiB in 1065 days; where it was, $0.7100). Pack them into larger ones first, or leave the profile out.',
      ),
    );
  });

  it('is not a short stay that still saves, nor a move of large objects', () => {
    expect(() => requireSavings(list, 'mine', [cool(10)], { endDays: 38 })).not.toThrow();
    expect(() => requireSavings(list, 'mine', [cool(0), frozen(30)], { sizeKib: 65_536 })).not.toThrow();
  });
});

describe('what a month costs', () => {
  const usage = { monthlyVolumeGib: 100, retentionDays: 360, readShare: 0 };
  const tiering = (moves: Tiering['moves'], more: Partial<Tiering> = {}): Tiering => ({
    ...{ moves, noncurrentMoves: [], idleOnly: false, monitoring: 0 },
    ...more,
  });

  it('is a year of data at the price of its tier', () => {
    const { storage, total, pricesAsOf } = monthlyCost(list, tiering([]), usage);
    expect([storage, total]).toEqual([24, 24]);
    expect(pricesAsOf).toBe('2026-11-01');
  });

  it('counts each stay, each move and what is paid for beyond the stay', () => {
    const cost = monthlyCost(list, tiering([cool(30), frozen(300)]), usage);
    expect(cost.storage).toBeCloseTo(2 + 9 + 0.2);
    // 1,600 objects, moved twice; two months of FROZEN for a stay that pays for six
    expect(cost.transitions).toBeCloseTo(1.6 * (0.01 + 0.05) + 100 * 4 * 0.001);
    expect(monthlyCost(list, tiering([frozen(30)]), { ...usage, retentionDays: 30 }).transitions).toBe(0);
  });

  it('counts what is read back, by the GiB and by the object', () => {
    const cost = monthlyCost(list, tiering([cool(60)]), { ...usage, readShare: 0.1 });
    expect(cost.retrieval).toBeCloseTo(0.1 * (1 * 1.6 * 0.0005 + 10 * 100 * 0.01));
    const own = { ...usage, readShare: 0.1, retrievalPrices: { COOL: 0 } };
    expect(monthlyCost(list, tiering([cool(60)]), own).retrieval).toBeCloseTo(0.1 * 1.6 * 0.0005);
  });

  it('leaves what is read where it is, if only idle objects move', () => {
    const profile = tiering([cool(0)], { idleOnly: true, monitoring: 0.001 });
    const cost = monthlyCost(list, profile, { ...usage, readShare: 0.25 });
    expect(cost.storage).toBeCloseTo(0.25 * 24 + 0.75 * 12);
    expect(cost.retrieval).toBeCloseTo(11 * 0.25 * 1.6 * 0.0005);
    expect(cost.monitoring).toBeCloseTo(12 * 1.6 * 0.001);
    expect(cost.total).toBeCloseTo(cost.storage + cost.transitions + cost.retrieval + cost.monitoring);
  });

  it('adds versions that were replaced', () => {
    const cost = monthlyCost(list, tiering([], { noncurrentMoves: [cool(30)] }), {
      ...usage,
      replacedVolumeGib: 10,
      noncurrentRetentionDays: 40,
      softDeleteDays: 20,
    });
    expect(cost.storage).toBeCloseTo(24 + 0.2 + 0.1);
  });

  it('takes shares between 0 and 1 only', () => {
    expect(() => monthlyCost(list, tiering([]), { ...usage, readShare: 5 })).toThrow(
      new Error('readShare must be between 0 and 1. Received 5.'),
    );
  });

  it.each([
    [{ retentionDays: -1 }, 'retentionDays must be 0 or more. Received -1.'],
    [{ monthlyVolumeGib: NaN }, 'monthlyVolumeGib must be 0 or more. Received NaN.'],
    [{ objectSizeKib: 0 }, 'objectSizeKib must be above 0. Received 0.'],
    [
      { softDeleteDays: Token.asNumber({ days: 7 }) },
      'softDeleteDays is known at deployment only, and costs cannot be told of it.',
    ],
  ])('tells no costs of %j', (given, message) => {
    expect(() => monthlyCost(list, tiering([]), { ...usage, ...given })).toThrow(new Error(message));
  });

  it('tells no costs of moves at an age that only Terraform knows', () => {
    expect(() => monthlyCost(list, tiering([cool(Token.asNumber({ days: 7 }))]), usage)).toThrow(
      new Error('The age of the move to COOL is known at deployment only, and costs cannot be told of it.'),
    );
  });
});

test('an object can be read once its coldest tier gives it back', () => {
  expect(recoveryHours(list, [cool(1)])).toBe(0);
  expect(recoveryHours(list, [cool(1), frozen(60)])).toBe(12);
});
