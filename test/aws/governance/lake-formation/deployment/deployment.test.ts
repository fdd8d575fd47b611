import { GovernanceMode } from '../../../../../lib/aws';
import { type AccountState, Refused } from './account';
import { ACCOUNTS, neverUsed, OTHERS, OWNER, PARTNER, used } from './accounts';
import { create, remove, update } from './deployment';
import { inOrder, orders } from './orders';
import { exampleTemplates, SEEN, shop, twoStacks } from './shop';
import type { StackTemplate } from './stack-template';
import { nobodyLockedOut, ReadersWatch } from './watch';

const role = (id: string) => `arn:aws:iam::${OWNER}:role/${id}`;
const ZONES = ['bronze', 'silver', 'gold', 'quarantine'];

let ungoverned: StackTemplate;
let hybrid: StackTemplate;
let before: StackTemplate;
let now: StackTemplate;
beforeAll(() => {
  ungoverned = shop({});
  hybrid = shop({ mode: GovernanceMode.HYBRID });
  before = shop({ mode: GovernanceMode.LAKE_FORMATION });
  now = shop({ mode: GovernanceMode.LAKE_FORMATION, version: 2 });
});

const readerIds = (template: StackTemplate): [string, string][] =>
  Object.keys(SEEN[1]).map((name) => [
    name,
    role(template.ids('AWS::IAM::Role').find((id) => id.startsWith(name))!),
  ]);

/** Functions that run and use tables. */
const working = (account: AccountState): number =>
  [...account.running.values()].filter((uses) => uses.length > 0).length;

const seen = (account: AccountState, template: StackTemplate) =>
  Object.fromEntries(
    readerIds(template).map(([name, reader]) => [
      name,
      account.visibleColumns(reader, 'shop_silver', 'customers'),
    ]),
  );

describe.each(ACCOUNTS)('%s', (_name, make) => {
  it('is deployed in every order, with all there was kept', () => {
    for (const order of orders()) {
      const account = make();
      const [others, admins] = [account.about(OTHERS), [...account.admins]];
      inOrder(order, [create(before)], account, nobodyLockedOut);
      expect(working(account)).toBe(2);
      expect(seen(account, before)).toEqual(SEEN[1]);
      for (const zone of ZONES) expect(account.decidedByIam(`database shop_${zone}`)).toBe(false);
      expect([...account.tables.keys()].filter((name) => account.decidedByIam(`table ${name}`))).toEqual(
        make().iamDefaults ? ['billing.invoices'] : [],
      );
      expect(account.about(OTHERS)).toEqual(others);
      expect([...account.admins]).toEqual(expect.arrayContaining(admins));
      expect(account.iamDefaults).toBe(make().iamDefaults);
    }
  });

  it('goes to the next contract without anybody locked out or shown what is not theirs', () => {
    for (const order of orders()) {
      const account = make();
      inOrder(order, [create(before)], account);
      const others = account.about(OTHERS);
      const readers = readerIds(now).map(([name, id]) => ({
        name,
        role: id,
        allowed: [...SEEN[1][name], ...SEEN[2][name]],
      }));
      const watch = new ReadersWatch(account, 'shop_silver.customers', readers);
      const calls = inOrder(order, update(before, now), account, (state, call) => {
        nobodyLockedOut(state);
        watch.look(state, call);
      });
      expect(calls.length).toBeGreaterThan(20);
      expect(seen(account, now)).toEqual(SEEN[2]);
      expect([...account.tags.get('owner')!]).toEqual(['none', 'loyalty team']);
      expect(account.about(OTHERS)).toEqual(others);
    }
  });

  it('is given back to IAM, and leaves others alone', () => {
    for (const order of orders()) {
      const account = make();
      const others = account.about(OTHERS);
      inOrder(order, [create(before)], account);
      const admins = [...account.admins];
      inOrder(order, [remove(before)], account, nobodyLockedOut);
      expect(account.running.size).toBe(0);
      for (const zone of ZONES) expect(account.decidedByIam(`database shop_${zone}`)).toBe(true);
      expect(
        [...account.tables.keys()].every(
          (name) => /^billing/.test(name) || account.decidedByIam(`table ${name}`),
        ),
      ).toBe(true);
      expect(
        [...account.permissions.keys()].filter((key) => !/^IAM_ALLOWED/.test(key) && !OTHERS.test(key)),
      ).toEqual([]);
      expect([...account.tags.keys()]).toEqual(make().iamDefaults ? [] : ['sensitivity']);
      expect([...account.locations.keys()].filter((arn) => !OTHERS.test(arn))).toEqual([]);
      expect([...account.admins]).toEqual(admins);
      expect(account.about(OTHERS)).toEqual(others);
    }
  });
});

test('the example and, once it has accepted, the account it shares with', () => {
  const [customers, partner] = exampleTemplates();
  for (const order of orders(2)) {
    const [owner, recipient] = [neverUsed(), used(PARTNER)];
    recipient.owners.set(OWNER, owner);
    expect(() => inOrder(order, [create(partner)], recipient)).toThrow(
      `${OWNER} does not share customers_silver with ${PARTNER}`,
    );
    inOrder(order, [create(customers)], owner, nobodyLockedOut);
    const other = used(PARTNER);
    other.owners.set(OWNER, owner);
    inOrder(order, [create(partner)], other);
    expect(owner.visibleColumns(PARTNER, 'customers_silver', 'customers')).toEqual(['country']);
    expect(other.about(/customers/)).toHaveLength(3);
    expect(other.about(OTHERS)).toEqual(used(PARTNER).about(OTHERS));
  }
});

test('a product in a stack of its own is governed with it', () => {
  const [lake, product] = twoStacks();
  for (const [, make] of ACCOUNTS) {
    for (const order of orders(2)) {
      const account = make();
      inOrder(order, [create(lake)], account, nobodyLockedOut);
      inOrder(order, [create(product)], account, nobodyLockedOut);
      expect(working(account)).toBe(2);
      expect(account.decidedByIam('table shop_silver.customers')).toBe(false);
      inOrder(order, [remove(product)], account, nobodyLockedOut);
      expect(account.decidedByIam('table shop_silver.customers')).toBe(true);
    }
  }
});

describe('a lake in use, about which IAM decided', () => {
  /** While a zone is registered and its place not given, some seconds, commits are refused, and come again. */
  const nobodyLosesTables = (account: AccountState): void => {
    const locked = account.lockedOut();
    if (locked !== undefined) throw new Refused('LockedOut', locked);
  };

  it.each<[string, () => StackTemplate[]]>([
    ['at once', () => [before]],
    ['by way of hybrid access', () => [hybrid, before]],
  ])('is governed %s without a function locked out', (_way, stages) => {
    for (const order of orders(3)) {
      const account = neverUsed();
      inOrder(order, [create(ungoverned)], account, nobodyLockedOut);
      expect(account.decidedByIam('table shop_silver.customers')).toBe(true);
      let last = ungoverned;
      for (const stage of stages()) {
        inOrder(order, update(last, stage), account, nobodyLosesTables);
        nobodyLockedOut(account);
        expect(seen(account, before)).toEqual(SEEN[1]);
        last = stage;
      }
      expect([...account.tables.keys()].filter((name) => account.decidedByIam(`table ${name}`))).toEqual([
        'billing.invoices',
      ]);
    }
  });

  it('is left to IAM again', () => {
    for (const order of orders(3)) {
      const account = neverUsed();
      inOrder(order, [create(before)], account);
      inOrder(order, update(before, ungoverned), account, nobodyLosesTables);
      nobodyLockedOut(account);
      expect(account.decidedByIam('table shop_silver.customers')).toBe(true);
    }
  });
});
