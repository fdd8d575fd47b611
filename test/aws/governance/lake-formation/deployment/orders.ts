import { Random, seeds } from '../../../../random';
import { type AccountState, type Call } from './account';
import { allAtOnce, anyOrder, asEarlyAs, asLateAs, run, type Choose, type Step } from './deployment';
import { groupOf, GROUPS } from './groups';

type Observe = (account: AccountState, call: Call) => void;

interface Order {
  readonly name: string;
  readonly choose: (steps: readonly Step[], random: Random) => Choose;
}

/** Orders CloudFormation may take: drawn at random, all at once, and each group of resources as early and as late as it can be. */
export function orders(drawn = 6): Order[] {
  return [
    ...seeds(drawn).flatMap((seed) => [
      { name: `any order ${seed}`, choose: (_steps: readonly Step[], random: Random) => anyOrder(random) },
      { name: `all at once ${seed}`, choose: () => allAtOnce },
    ]),
    ...GROUPS.flatMap((group) => {
      const isMeant = ({ resource }: Step) => groupOf(resource) === group;
      return [
        {
          name: `${group} early`,
          choose: (steps: readonly Step[], random: Random) => asEarlyAs(steps, isMeant, random),
        },
        {
          name: `${group} late`,
          choose: (_steps: readonly Step[], random: Random) => asLateAs(isMeant, random),
        },
      ];
    }),
  ];
}

/**
 * Does phases of steps, each in an order of a kind.
 * @param observe looks at the account after every call
 */
export function inOrder(
  { name, choose }: Order,
  phases: readonly (readonly Step[])[],
  account: AccountState,
  observe?: Observe,
): Call[] {
  const random = new Random([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  return phases.flatMap((steps) => {
    try {
      return run(steps, account, random, choose(steps, random), observe).calls;
    } catch (error) {
      (error as Error).message = `${name}: ${(error as Error).message}`;
      throw error;
    }
  });
}
