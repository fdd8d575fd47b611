import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../../../../random';
import { type AccountState, type Call, type Effect, Refused } from './account';
import { CALLS, passedOver, type Resolved } from './resource-calls';
import { changedBy, prepare } from './service';
import type { StackTemplate } from './stack-template';

/** One change of one resource. */
export interface Step {
  readonly id: string;
  readonly resource: Resolved;
  readonly calls: readonly Call[];
  /** Steps that have ended before. */
  readonly after: ReadonlySet<string>;
}

/** Which of the steps that could start is the next; undefined to let one that is under way end first. */
export type Choose = (ready: readonly Step[], running: number) => Step | undefined;

export interface Deployed {
  /** Every call that was let through, as it took effect. */
  readonly calls: Call[];
}

/** Makes every resource of a template. */
export function create(template: StackTemplate): Step[] {
  return [...template.resources.values()].map((resource) => ({
    id: resource.id,
    resource,
    calls: CALLS[resource.type].create(resource),
    after: template.after.get(resource.id)!,
  }));
}

/** Ends every resource of a template that is not kept, in the reverse order. */
export function remove(template: StackTemplate, ids = [...template.resources.keys()]): Step[] {
  return ids.map((id) => {
    const resource = template.resources.get(id)!;
    const users = ids.filter((other) => template.after.get(other)!.has(id));
    const calls = template.isKept(id) ? [] : CALLS[resource.type].remove(resource);
    return { id: `- ${id}`, resource, calls, after: new Set(users.map((user) => `- ${user}`)) };
  });
}

/**
 * From one template to the next: changes and new resources in the order of the new one, replaced ones made anew; then, when
 * all that is done, what was replaced or left out ends in the reverse order of the old one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
export function update(before: StackTemplate, now: StackTemplate): Step[][] {
  const replaced = new Set<string>();
  const changes = [...now.resources.values()].map((resource) => {
    const { id, type } = resource;
    const old = before.resources.get(id);
    const calls = CALLS[type];
    let done: Call[] | undefined = [];
    if (old === undefined) done = calls.create(resource);
    else if (!isDeepStrictEqual({ ...old, uses: 0 }, { ...resource, uses: 0 })) {
      done = calls.update?.(resource, old);
      if (done === undefined) {
        replaced.add(id);
        done = calls.create(resource);
      }
    }
    return { id, resource, calls: done, after: now.after.get(id)! };
  });
  const ended = [...before.resources.keys()].filter((id) => !now.resources.has(id) || replaced.has(id));
  const kept = (id: string) => replaced.has(id) && before.isKeptWhenReplaced(id);
  return [
    changes,
    remove(before, ended).map((step) => (kept(step.id.slice(2)) ? { ...step, calls: [] } : step)),
  ];
}

/**
 * Does steps as CloudFormation may: any that is ready may start, many run at once, and each takes effect some time before it
 * ends.
 * @param observe looks at the account after every effect
 * @throws Refused naming the step
 */
export function run(
  steps: readonly Step[],
  account: AccountState,
  random: Random,
  choose: Choose,
  observe: (account: AccountState, call: Call) => void = () => undefined,
): Deployed {
  const ids = new Set(steps.map(({ id }) => id));
  const missing = new Map(
    steps.map(({ id, after }) => [id, [...after].filter((one) => ids.has(one)).length]),
  );
  const followers = new Map<string, Step[]>();
  for (const step of steps)
    for (const id of step.after) followers.set(id, [...(followers.get(id) ?? []), step]);
  const ready = steps.filter(({ id }) => missing.get(id) === 0);
  const running: { step: Step; pending: (() => void)[] }[] = [];
  const calls: Call[] = [];
  while (ready.length + running.length > 0) {
    const next = ready.length === 0 ? undefined : choose(ready, running.length);
    if (next !== undefined) {
      ready.splice(ready.indexOf(next), 1);
      refuseMeeting(next, running);
      const effects = effectsOf(next, account, (call, effect) => {
        effect();
        calls.push(call);
        try {
          observe(account, call);
        } catch (error) {
          throw named(next, error);
        }
      });
      if (random.chance(0.5)) for (const effect of effects.splice(0)) effect();
      running.push({ step: next, pending: effects });
    } else {
      const [ended] = running.splice(random.integer(0, running.length - 1), 1);
      for (const effect of ended.pending) effect();
      for (const follower of followers.get(ended.step.id) ?? []) {
        missing.set(follower.id, missing.get(follower.id)! - 1);
        if (missing.get(follower.id) === 0) ready.push(follower);
      }
    }
  }
  return { calls };
}

function effectsOf(
  step: Step,
  account: AccountState,
  take: (call: Call, effect: Effect) => void,
): (() => void)[] {
  return step.calls.flatMap((call) => {
    try {
      const effect = prepare(account, call);
      return [() => take(call, effect)];
    } catch (error) {
      if (error instanceof Refused && passedOver(step.resource, error.code)) return [];
      throw named(step, error);
    }
  });
}

function refuseMeeting(step: Step, running: readonly { readonly step: Step }[]): void {
  for (const call of step.calls) {
    const changed = changedBy(call);
    if (changed === undefined) continue;
    const other = running.find(({ step: { calls } }) => calls.some((one) => changedBy(one) === changed));
    if (other === undefined) continue;
    throw named(
      step,
      new Refused('ConcurrentModificationException', `${changed}: ${other.step.id} is under way`),
    );
  }
}

function named(step: Step, error: unknown): unknown {
  return error instanceof Refused ? new Refused(error.code, `${step.id}: ${error.missing}`) : error;
}

/** As CloudFormation does: whatever is ready starts at once. */
export const allAtOnce: Choose = (ready) => ready[0];

/** One after the other, drawn at random. */
export function anyOrder(random: Random): Choose {
  return (ready, running) => (running === 0 || random.chance(0.6) ? random.pick(ready) : undefined);
}

/** Those of a kind as soon as what they wait for lets them. */
export function asEarlyAs(steps: readonly Step[], isMeant: (step: Step) => boolean, random: Random): Choose {
  const urgent = new Set(steps.filter(isMeant).flatMap(({ id, after }) => [id, ...after]));
  const preferred = (step: Step) => urgent.has(step.id);
  return (ready, running) => {
    if (running > 0) return undefined;
    const first = ready.filter(preferred);
    return random.pick(first.length > 0 ? first : ready);
  };
}

/** Those of a kind, and what waits for them, only when nothing else is left. */
export function asLateAs(isMeant: (step: Step) => boolean, random: Random): Choose {
  return (ready, running) => {
    if (running > 0) return undefined;
    const others = ready.filter((step) => !isMeant(step));
    return random.pick(others.length > 0 ? others : ready);
  };
}
