import type { App, Stack } from 'aws-cdk-lib';
import type { PipelineWorkflow, PipelineWorkflowOptions } from '../../../lib/aws';
import { CloudAssembly } from '../../../lib/local/template/assembly';
import { VirtualClock } from '../../../lib/local/workflow/clock';
import { LocalAccount, type LocalAccountOptions } from '../../../lib/local/workflow/local-account';
import { type Parts, parts, workflow } from '../../aws/workflow/workflow-parts';

/** The morning after the day that is run. */
export const MORNING = Date.parse('2026-11-21T02:00:00Z');

/** The account an app would be deployed to, at a time. */
export function accountOf(
  stack: Stack,
  options: Omit<LocalAccountOptions, 'clock'> = {},
  now = MORNING,
): { readonly account: LocalAccount; readonly clock: VirtualClock } {
  return accountFor(assemblyOf(stack), options, now);
}

function accountFor(assembly: CloudAssembly, options: Omit<LocalAccountOptions, 'clock'>, now: number) {
  const clock = new VirtualClock(now);
  return { account: new LocalAccount(assembly, { random: () => 0.5, ...options, clock }), clock };
}

function assemblyOf(stack: Stack): CloudAssembly {
  return new CloudAssembly((stack.node.root as App).synth().directory);
}

/** What the functions of the standard steps answer when all is well. */
export function answers(): Record<string, jest.Mock> {
  return {
    check: jest.fn(async () => ({ files: 3 })),
    refine: jest.fn(async () => ({ snapshotId: '8213371049284571123', caughtUp: true })),
    gate: jest.fn(async () => ({ decision: 'proceed', results: [] })),
    transform: jest.fn(async () => ({ snapshotId: '42' })),
    repair: jest.fn(async () => null),
  };
}

export interface Running {
  readonly given: Parts;
  readonly daily: PipelineWorkflow;
  readonly functions: Record<string, jest.Mock>;
  readonly account: LocalAccount;
  readonly clock: VirtualClock;
}

/** The standard workflow, ready to run. */
export function running(
  options: PipelineWorkflowOptions | ((given: Parts) => PipelineWorkflowOptions) = {},
  more: {
    readonly functions?: Record<string, jest.Mock>;
    readonly now?: number;
    readonly local?: Partial<LocalAccountOptions>;
    /** Name of what `options` and `around` make, where it is made more than once. */
    readonly known?: string;
    readonly around?: (given: Parts, daily: PipelineWorkflow) => void;
  } = {},
): Running {
  const key =
    more.known ?? (typeof options === 'function' || more.around ? undefined : JSON.stringify(options));
  const made = (key === undefined ? undefined : known.get(key)) ?? make(options, more.around);
  if (key !== undefined) known.set(key, made);
  const functions = { ...answers(), ...more.functions };
  return {
    ...made,
    functions,
    ...accountFor(made.assembly, { functions, ...more.local }, more.now ?? MORNING),
  };
}

/** What was synthesized once already, by its options. */
const known = new Map<string, ReturnType<typeof make>>();

function make(
  options: PipelineWorkflowOptions | ((given: Parts) => PipelineWorkflowOptions),
  around?: (given: Parts, daily: PipelineWorkflow) => void,
) {
  const given = parts();
  const daily = workflow(given, typeof options === 'function' ? options(given) : options);
  around?.(given, daily);
  return { given, daily, assembly: assemblyOf(given.stack) };
}

/** Events of a kind, their details. */
export function details(account: LocalAccount, detailType: string): any[] {
  return account.events.filter((event) => event['detail-type'] === detailType).map(({ detail }) => detail);
}
