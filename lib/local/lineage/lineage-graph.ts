import type { DatasetName, RunEvent } from '../../contract/lineage/run-event';

export enum LineageDirection {
  /** What it is made of. */
  UPSTREAM = 'upstream',
  /** What is made of it. */
  DOWNSTREAM = 'downstream',
}

/** A dataset on the way, and what the walk met behind it. */
export interface LineageNode {
  readonly dataset: string;
  readonly ways: readonly LineageWay[];
  /** Met before, and told there: a cycle, or two ways to one place. */
  readonly repeated: boolean;
}

/** A job that leads on from a dataset. */
export interface LineageWay {
  readonly job: string;
  readonly nodes: readonly LineageNode[];
}

interface Job {
  readonly inputs: Set<string>;
  readonly outputs: Set<string>;
}

/** What leads to what, as the events of all runs say: datasets, and the jobs between them. */
export class LineageGraph {
  private readonly jobs = new Map<string, Job>();
  private readonly known = new Set<string>();
  /** How runs ended, in the order of their time. */
  readonly ended: readonly RunEvent[];

  constructor(events: readonly RunEvent[]) {
    // A run that comes again has the id it had: what it came to at last counts.
    const last = new Map<string, RunEvent>();
    for (const event of events) {
      if (event.eventType === 'START') continue;
      last.delete(event.run.runId);
      last.set(event.run.runId, event);
    }
    this.ended = [...last.values()];
    for (const { job, inputs, outputs } of this.ended) {
      const found = this.jobs.get(job.name) ?? { inputs: new Set(), outputs: new Set() };
      this.jobs.set(job.name, found);
      for (const input of inputs) found.inputs.add(this.know(input));
      for (const output of outputs) found.outputs.add(this.know(output));
    }
  }

  /** Names of all datasets, sorted. */
  get datasets(): string[] {
    return [...this.known].sort();
  }

  /** Jobs with what they read and write, sorted. */
  get steps(): { readonly job: string; readonly inputs: string[]; readonly outputs: string[] }[] {
    return [...this.jobs]
      .map(([job, { inputs, outputs }]) => ({
        job,
        inputs: [...inputs].sort(),
        outputs: [...outputs].sort(),
      }))
      .sort((a, b) => a.job.localeCompare(b.job));
  }

  /** From a dataset on, the nearest first; each dataset once. */
  walk(dataset: string, direction: LineageDirection): LineageNode {
    const seen = new Set([dataset]);
    const root: MutableNode = { dataset, ways: [], repeated: false };
    const queue = [root];
    for (let node = queue.shift(); node; node = queue.shift()) {
      for (const [job, ends] of this.jobs) {
        const [here, there] =
          direction === LineageDirection.UPSTREAM ? [ends.outputs, ends.inputs] : [ends.inputs, ends.outputs];
        if (!here.has(node.dataset) || there.size === 0) continue;
        const nodes = [...there].sort().map((next): MutableNode => {
          const repeated = seen.has(next);
          seen.add(next);
          return { dataset: next, ways: [], repeated };
        });
        node.ways.push({ job, nodes });
        queue.push(...nodes.filter(({ repeated }) => !repeated));
      }
    }
    return root;
  }

  private know(dataset: DatasetName): string {
    const name = datasetLabel(dataset);
    this.known.add(name);
    return name;
  }
}

interface MutableNode extends LineageNode {
  readonly ways: LineageWay[];
}

/** What people call a dataset: `silver.flights` for a table by its zone, `stream/flights` for a stream. */
export function datasetLabel({ namespace, name }: DatasetName): string {
  const parts = name.split('/').filter((part) => part !== '');
  if (/:kinesis:/.test(namespace)) return parts.join('/');
  return parts.slice(-2).join('.');
}
