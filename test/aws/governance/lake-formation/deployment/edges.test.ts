import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GovernanceMode } from '../../../../../lib/aws';
import { packageRoot } from '../../../../../lib/local/package-root';
import { type AccountState, Refused } from './account';
import { neverUsed, used } from './accounts';
import { create, type Step, update } from './deployment';
import { groupOf, GROUPS, type Group } from './groups';
import { inOrder, orders } from './orders';
import { changedBy } from './service';
import { SEEN, shop } from './shop';
import type { StackTemplate } from './stack-template';
import { nobodyLockedOut, ReadersWatch } from './watch';

const TEMPLATES: Record<'ungoverned' | 'before' | 'now', StackTemplate> = {} as any;
beforeAll(() => {
  TEMPLATES.ungoverned = shop({});
  TEMPLATES.before = shop({ mode: GovernanceMode.LAKE_FORMATION });
  TEMPLATES.now = shop({ mode: GovernanceMode.LAKE_FORMATION, version: 2 });
});

/** Arrows of the diagram of the order in the documentation, by the names of its boxes. */
function documentedArrows(): [from: string, to: string][] {
  const page = readFileSync(join(packageRoot(), 'docs/lake-formation.md'), 'utf8');
  const [, section] = page.split('## The order of a deployment');
  const [, diagram] = /```mermaid\n([^`]*)```/.exec(section)!;
  return diagram.split('\n').flatMap((line) => {
    const boxes = line
      .trim()
      .split(/ --> /)
      .map((box) => box.replace(/\[.*$/, ''));
    return boxes.slice(1).map((to, index) => [boxes[index], to] as [string, string]);
  });
}

type Separated = (one: Step, other: Step) => boolean;

/** Steps that no longer wait for some of those they did. */
function without(steps: readonly Step[], separated: Separated): Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return steps
    .filter(({ resource }) => groupOf(resource) !== undefined || resource.type.startsWith('AWS::IAM::'))
    .map((step) => ({
      ...step,
      after: new Set([...step.after].filter((id) => !byId.has(id) || !separated(byId.get(id)!, step))),
    }));
}

/** Everything that is deployed, on what, watched by whom. */
function deployments(separated: Separated): (() => void)[] {
  const { ungoverned, before, now } = TEMPLATES;
  const locked = (account: AccountState) => {
    const lacks = account.lockedOut();
    if (lacks !== undefined) throw new Refused('LockedOut', lacks);
  };
  return orders(1).flatMap((order) => [
    ...[neverUsed, used].map((make) => () => {
      inOrder(order, [without(create(before), separated)], make(), nobodyLockedOut);
    }),
    () => {
      const account = neverUsed();
      inOrder(order, [create(ungoverned)], account);
      const [changes] = update(ungoverned, before);
      inOrder(order, [without(changes, separated)], account, locked);
    },
    () => {
      const account = used();
      inOrder(order, [create(before)], account);
      const stewards = before.ids('AWS::IAM::Role').find((id) => id.startsWith('Stewards'))!;
      const role = before.deployer.replace(/\/.*$/, `/${stewards}`);
      const allowed = [...SEEN[1].Stewards, ...SEEN[2].Stewards];
      const readers = [{ name: 'Stewards', role, allowed }];
      const watch = new ReadersWatch(account, 'shop_silver.customers', readers);
      const [changes] = update(before, now);
      inOrder(order, [without(changes, separated)], account, (state, call) => watch.look(state, call));
    },
  ]);
}

/** What goes wrong in some order: the error that is looked for, where it is found, else all others. */
function failure(separated: Separated, wanted: string): string {
  const codes = new Set<string>();
  for (const deploy of deployments(separated)) {
    try {
      deploy();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === wanted) return wanted;
      codes.add(error.code);
    }
  }
  return [...codes].sort().join();
}

test('nothing goes wrong as it is', () => {
  expect(failure(() => false, 'nothing')).toBe('');
});

/** For each arrow, the error without it. */
const GOES_WRONG: Record<string, string> = {
  'settings --> tags': 'AccessDeniedException',
  'settings --> databases': 'AccessDeniedException',
  'databases --> making': 'EntityNotFoundException',
  'locations --> making': 'EntityNotFoundException',
  'making --> tables': 'AccessDeniedException',
  'tables --> associations': 'EntityNotFoundException',
  'tags --> associations': 'EntityNotFoundException',
  'tables --> filters': 'EntityNotFoundException',
  'tables --> permissions': 'EntityNotFoundException',
  'filters --> permissions': 'EntityNotFoundException',
  // Who reads by a tag whose value is another from now on would see nothing, until given that.
  'permissions --> associations': 'LockedOut',
  'permissions --> functions': 'LockedOut',
  // A new column would hold values while it has the tags of its table only, as it was before.
  'associations --> functions': 'Exposed',
  // Functions of a lake in use.
  'permissions --> taken': 'LockedOut',
  'taken --> shares': 'InvalidInputException',
};

describe('without an arrow of the documentation something goes wrong', () => {
  const arrows = documentedArrows();

  it.each(arrows)('%s --> %s', (from, to) => {
    expect([GROUPS, GROUPS]).toEqual([
      expect.arrayContaining([from as Group]),
      expect.arrayContaining([to as Group]),
    ]);
    const separated: Separated = (one, other) =>
      groupOf(one.resource) === from && groupOf(other.resource) === to;
    const wanted = GOES_WRONG[`${from} --> ${to}`];
    expect(wanted).toBeDefined();
    expect(failure(separated, wanted)).toBe(wanted);
  });
});

test.each([
  ['permissions', ['making', 'permissions', 'shares']],
  ['tags', ['tags', 'associations']],
])('%s of the same thing are changed one after the other', (_what, groups) => {
  const meet = (one: Step, other: Step) =>
    [one, other].every(({ resource }) => groups.includes(groupOf(resource) ?? '')) &&
    one.calls.some((call) => other.calls.some((another) => changedBy(call) === changedBy(another)));
  const code = 'ConcurrentModificationException';
  expect(failure(meet, code)).toBe(code);
});
