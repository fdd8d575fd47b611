import { Token } from 'aws-cdk-lib';
import { requireDuration, requireWhole } from '../bounds';
import type { ContainerProcessorOptions } from './container-options';

/** MiB Fargate sells with each number of CPU units: from, to, in steps of. */
const MEMORY_OF_CPU = new Map<number, readonly [from: number, to: number, step: number]>([
  [256, [512, 2048, 512]],
  [512, [1024, 4096, 1024]],
  [1024, [2048, 8192, 1024]],
  [2048, [4096, 16_384, 1024]],
  [4096, [8192, 30_720, 1024]],
  [8192, [16_384, 61_440, 4096]],
  [16_384, [32_768, 122_880, 8192]],
]);

/** Refuses at synthesis what ECS, Fargate or SQS would refuse at deployment. */
export function requireRunnable(options: ContainerProcessorOptions, cpu: number, memory: number): void {
  requireSize(cpu, memory);
  requireWhole('ephemeralStorage', options.ephemeralStorage?.toGibibytes({ rounding: 2 }), {
    minimum: 21,
    maximum: 200,
    unit: 'GiB',
    remedy: 'Leave it out for the 20 GiB that cost nothing.',
  });
  requireWhole('maxTasks', options.maxTasks, {
    minimum: 1,
    maximum: 1000,
    unit: 'tasks',
    remedy: 'Leave it out for 4: tasks for one table follow one another, more tables run side by side.',
  });
  requireWhole('messagesPerTask', options.messagesPerTask, {
    minimum: 1,
    maximum: 1000,
    unit: 'messages',
    remedy: 'Leave it out for 5.',
  });
  for (const weight of ['spotWeight', 'onDemandWeight'] as const) {
    requireWhole(weight, options[weight], {
      minimum: 0,
      maximum: 1000,
      remedy:
        'Weights are shares: spotWeight 3 and onDemandWeight 1 put every fourth task on on-demand capacity.',
    });
  }
  if ((options.spotWeight ?? 1) === 0 && (options.onDemandWeight ?? 0) === 0) {
    throw new Error(
      'spotWeight and onDemandWeight are both 0: no task could start. Leave one of them above 0.',
    );
  }
  requireDuration('stopTimeout', options.stopTimeout, {
    minimum: 2,
    maximum: 120,
    remedy: 'Leave it out for 120, all the warning Fargate gives before it takes spare capacity back.',
  });
  requireDuration('visibilityTimeout', options.visibilityTimeout, {
    minimum: 60,
    maximum: 43_200,
    remedy: 'Leave it out for 15 minutes: a task that is at work extends it.',
  });
  requireWhole('retryAttempts', options.retryAttempts, {
    minimum: 0,
    maximum: 999,
    remedy: 'Leave it out for 4.',
  });
}

function requireSize(cpu: number, memory: number): void {
  if (Token.isUnresolved(cpu) || Token.isUnresolved(memory)) return;
  const range = MEMORY_OF_CPU.get(cpu);
  if (range === undefined) {
    throw new Error(
      `cpu must be one of ${[...MEMORY_OF_CPU.keys()].join(', ')} units. Received ${cpu}. Leave it out for 2048: 1024 units are one core.`,
    );
  }
  const [from, to, step] = range;
  if (memory >= from && memory <= to && memory % step === 0) return;
  throw new Error(
    `memoryLimitMiB must be ${from} to ${to} in steps of ${step} with ${cpu} CPU units. Received ${memory}. ` +
      'Choose a size Fargate has, or leave out both for 8192 with 2048.',
  );
}
